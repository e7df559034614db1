#!/bin/sh
# manual.sh: does the manual page name each option that --help names, and no
# other? The same for the commands on keys and for the exit codes in README.
program=${SMTPSCOPE:-./smtpscope}
page=${srcdir:-.}/doc/smtpscope.1
readme=${srcdir:-.}/README
export LC_ALL=C
status=0

[ -x "$program" ] || exit 77

# options as "--name", sorted
of_help() {
	"$program" --help | grep -oE -e '(^|[ ,])--[a-z][a-z0-9-]*' |
		tr -d ' ,' | grep -vx -e '--no-' | sort -u
}
of_page() { # without the table of another program's options
	sed '/^.SH "FOR USERS/,/^.SH "EXIT/d; s/\\-/-/g; s/\\f.//g' "$page" |
		grep -oE -e '--[a-z][a-z0-9-]*' | grep -vx -e '--no-' | sort -u
}

differ() { # WHAT LEFT RIGHT
	left=$(printf '%s\n' "$2" | grep -vxF -e "$3")
	right=$(printf '%s\n' "$3" | grep -vxF -e "$2")
	[ -z "$left$right" ] && return
	printf '%s\n' "$1:" "only the first: $left" "only the second: $right"
	status=1
}

options=$(of_help)
[ -n "$options" ] || { echo "no options in --help"; exit 1; }
differ "--help and the manual page" "$options" "$(of_page)"

# each option of swaks has its row, where swaks is there to say which it has
swaks_options() {
	swaks --help 2>/dev/null | sed -n '/^ *-/s/[^-]*\(-.*\)/\1/p' |
		grep -oE -e '^(-[a-zA-Z0-9-]+(, )?)+' | tr -d ' ' |
		tr ',' '\n' | grep -E '^--?[a-zA-Z0-9]' | sort -u
}
rows=$(sed -n '/^.SH "FOR USERS/,/^.SH "EXIT/s/\\-/-/gp' "$page" | tr -d '",' |
	tr ' ' '\n')
for option in $(swaks_options); do
	printf '%s\n' "$rows" | grep -qxF -e "$option" || {
		echo "swaks has $option, the manual page has no row for it"
		status=1
	}
done

# every exit code of the page is in the README
differ "exit codes of the page and README" \
	"$(sed -n '/^.SH "EXIT STATUS"/,/^.SH LESSONS/p' "$page" |
		sed -n 's/^\.B \([0-9]*\)$/\1/p' | sort -n)" \
	"$(sed -n '/^EXIT STATUS/,/^FILES/p' "$readme" |
		sed -n 's/^ *\([0-9][0-9]*\)  .*/\1/p' | sort -n)"
exit $status
