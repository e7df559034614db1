#!/bin/sh
# lint.sh: what a compiler does not see. Sizes of files and functions, the
# looks of a line, calls that we do not make, tests that sleep, paths of one
# machine. Says file:line for each and fails if there is any.
cd "${srcdir:-.}" || exit 1
export LC_ALL=C

code=$(find src tests -name '*.[ch]' | sort)
text=$(find src tests doc lessons po README NEWS dev configure.ac Makefile.am \
	-type f ! -name '*.tar' ! -path 'tests/fuzz/*/*' | sort)
[ -n "$code" ] || { echo "no sources found"; exit 1; }

# Tables may be long: a row is a row.
lines() {
	# shellcheck disable=SC2086 # file names without blanks
	awk '
	function wrong(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
	function columns(s,   i, n, c) {
		gsub(/[\200-\277]/, "", s) # one column a UTF-8 character
		for (i = 1; i <= length(s); i++) {
			c = substr(s, i, 1)
			n = c == "\t" ? n + 8 - n % 8 : n + 1
		}
		return n
	}
	FNR == (FILENAME ~ /^tests/ ? 701 : 601) && FILENAME !~ /table/ {
		wrong("file of over " FNR - 1 " lines") # tests: their tables
	}
	length($0) > 40 && columns($0) > 80 && FILENAME !~ /table/ {
		wrong("over 80 columns")
	}
	/[ \t]$/ { wrong("blank at the end of the line") }
	/ \t/ && !/"/ { wrong("blank before a tab") }
	/\r/ { wrong("carriage return") }
	/^\t\t\t\t+(if|for|while|switch|do)[ ({]/ {
		wrong("nested deeper than 3")
	}
	/^typedef (struct|enum|union)/ { wrong("typedef of a struct") }
	/^[ \t]*#[ \t]*(if|ifdef|elif)[ (]/ && FILENAME ~ /^src/ &&
	FILENAME !~ /(loop|resolve|term)[.]c$/ { # they wrap a library
		wrong("#if belongs in configure.ac")
	}
	' $code
}

# name, why. In code only, so comments and strings are cut away first.
calls() {
	# shellcheck disable=SC2086
	awk '
	BEGIN {
		n = split("strcpy strcat sprintf vsprintf gets strtok atoi " \
		    "atol atof scanf fscanf strncpy strncat alloca " \
		    "rand srand localtime gmtime ctime asctime " \
		    "printw wprintw mvprintw mvwprintw vw_printw tmpnam " \
		    "mktemp gethostbyname inet_addr inet_ntoa longjmp", w, " ")
		for (i = 1; i <= n; i++)
			no[w[i]] = "not used here"
		no["sleep"] = no["usleep"] = no["nanosleep"] = \
		    no["clock_nanosleep"] = no["napms"] = "wait for what is due"
	}
	BEGIN {
		n = split("socket connect bind poll select recv send read " \
		    "write open fopen fgets printf puts fprintf time " \
		    "clock_gettime gettimeofday getenv exit", w, " ")
		for (i = 1; i <= n; i++)
			impure[w[i]] = 1
	}
	FNR == 1 { comment = 0 }
	{
		s = $0
		gsub(/\\./, "", s)
		gsub(/"[^"]*"/, "", s)
		gsub(/\/\*([^*]|\*[^\/])*\*\//, "", s)
		if (comment && sub(/^.*\*\//, "", s))
			comment = 0
		if (comment)
			next
		if (sub(/\/\*.*/, "", s))
			comment = 1
		while (match(s, /[A-Za-z_][A-Za-z_0-9]*\(/)) {
			name = substr(s, RSTART, RLENGTH - 1)
			before = RSTART > 1 ? substr(s, RSTART - 1, 1) : ""
			if (FILENAME ~ /^tests/ && name ~ /^(atoi|strcpy)$/)
				name = "" # on a text of the test itself
			if (name in no && before !~ /[A-Za-z0-9_.>]/)
				printf "%s:%d: %s(): %s\n", FILENAME, FNR, \
				    name, no[name]
			if (name in impure && before !~ /[A-Za-z0-9_.>]/ &&
			    FILENAME ~ /^src\/(core|knowledge|check|import)\//)
				printf "%s:%d: %s() where all is pure\n", \
				    FILENAME, FNR, name
			s = substr(s, RSTART + RLENGTH)
		}
	}' $code
}

functions() {
	ctags --version 2>/dev/null | grep -q Universal || {
		echo "no Universal Ctags: sizes of functions not looked at" >&2
		return
	}
	# shellcheck disable=SC2086
	ctags -x --kinds-C=f --fields=+neS \
		--_xformat='%F	%n	%e	%N	%S' $code |
	awk -F '\t' '
	$1 ~ /^tests/ && $4 == "main" { next } # the list of its tests
	{ limit = $1 ~ /^tests/ ? 70 : 50 } # with the table of a test
	$3 - $2 + 1 > limit {
		printf "%s:%d: %s() has %d lines\n", $1, $2, $4, $3 - $2 + 1
	}
	{
		s = $5
		gsub(/\([^()]*\)\([^()]*\)/, "", s) # function pointers
		# a canvas needs x, y, width and style beside the text;
		# receive() and on_message() have what their library gives
		if (gsub(/,/, ",", s) > 4 && $1 ~ /^src/ &&
		    $1 != "src/ui/canvas.c" &&
		    $1 " " $4 != "src/net/resolve.c receive" &&
		    $1 " " $4 != "src/io/tls.c on_message")
			printf "%s:%d: %s() has over 5 parameters\n", $1, $2, $4
	}'
}

scripts() {
	# shellcheck disable=SC2086
	grep -nE '(^|[;&|({[:space:]])sleep [0-9.$]|time\.sleep\(' $text |
		grep -E '^tests/.*\.(sh|py):' | sed 's/$/   <- sleeps/'
	# shellcheck disable=SC2086
	grep -nE '(^|[^A-Za-z0-9_.}])/([w]ork|[r]oot|[h]ome)/' $text | sed 's/$/   <- a machine/'
}

found=$(lines; calls; functions; scripts)
[ -z "$found" ] || {
	printf '%s\n' "$found"
	printf '%s\n' "$found" | wc -l
	exit 1
}
