#!/bin/sh
# layers.sh: does each folder include only what lies below it, and does each
# foreign library have one file? Reads the #include lines of src/.
cd "${srcdir:-.}/src" || exit 1
export LC_ALL=C

find . -name '*.[ch]' | sed 's,^\./,,' | sort | xargs awk '
# folder: the folders that it may include beside its own
function layer(folder, below) { may[folder] = " " folder " " below " " }

# header: the file that may include it; "folder/" is any file in it, as "x*"
# is any that starts so. A header that ends in "/" is all of a library.
function only(header, file) { owner[header] = file }

BEGIN {
	layer("util", "")
	layer("core", "util")
	layer("knowledge", "core util")
	layer("check", "knowledge core util")
	layer("import", "check knowledge core util")
	layer("record", "core util")
	layer("io", "util")
	views = "record check knowledge core util"
	layer("net", "io " views)
	layer("classroom", "io " views)
	layer("report", views)
	layer("ui", views)
	layer("cli", "check knowledge core util")
	layer("main", "cli ui report classroom net io import " views)

	only("ares.h", "net/resolve.c")
	only("ares_nameser.h", "net/resolve.c")
	only("uv.h", "io/loop.c")
	only("curses.h", "ui/term.c")
	only("ncurses.h", "ui/term.c")
	only("ncursesw/curses.h", "ui/term.c")
	only("ncursesw/ncurses.h", "ui/term.c")
	only("term.h", "ui/term.c")
	only("idn2.h", "core/idn.c")
	only("ini.h", "cli/config.c")
	only("openssl/", "io/openssl.h")
	only("io/openssl.h", "io/openssl.c io/sha256.c io/tls*")
	only("pthread.h", "util/queue.c net/worker.c")
	only("curl/curl.h", "net/")
	only("gsasl.h", "net/gsasl.c")

	# pure: no sockets, threads, clock or terminal in these
	# (inet_pton() is text to octets; its constants are in sys/socket.h)
	split("netdb.h poll.h sys/poll.h sys/select.h sys/epoll.h " \
	    "pthread.h termios.h sys/ioctl.h unistd.h sys/time.h", p, " ")
	for (i in p)
		impure[p[i]] = 1
}

function wrong(text)
{
	printf "src/%s:%d: %s\n", FILENAME, FNR, text
	bad++
}

FNR == 1 {
	files++
	folder = FILENAME ~ /\// ? FILENAME : "main" # src itself
	sub(/\/.*/, "", folder)
	if (!(folder in may))
		wrong("no layer is named " folder)
	first = ""
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
	local = $0 ~ /"/
	header = $0
	sub(/^[^"<]*["<]/, "", header)
	sub(/[">].*/, "", header)
	if (FILENAME ~ /\.c$/ && first == "") {
		first = header
		if (header != "config.h")
			wrong("config.h comes first")
	}
	if (header in owner && !allowed(owner[header]))
		wrong("<" header "> belongs to " owner[header])
	group = header # all headers of a library at once
	sub(/[^\/]*$/, "", group)
	if (group in owner && !allowed(owner[group]))
		wrong("<" header "> belongs to " owner[group])
	if (folder ~ /^(core|knowledge|check|import)$/ && header in impure)
		wrong(folder " is pure: no <" header ">")
	if (!local || header !~ /\//)
		next
	to = header
	sub(/\/.*/, "", to)
	if (index(may[folder], " " to " ") == 0)
		wrong(folder " must not include " header)
}

function allowed(list,   n, i, w)
{
	n = split(list, w, " ")
	for (i = 1; i <= n; i++)
		if (w[i] == FILENAME ||
		    (w[i] ~ /[*\/]$/ && sub(/[*]$/, "", w[i]) + 1 &&
		    index(FILENAME, w[i]) == 1))
			return 1
	return 0
}

END {
	if (files == 0) {
		print "no sources found"
		exit 1
	}
	printf "%d files, %d includes against the layers\n", files, bad
	exit bad > 0
}'
