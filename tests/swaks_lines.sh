#!/bin/sh
# swaks_lines.sh: --swaks prints what swaks itself prints for the same server
# and the same envelope, line by line. Needs swaks and python3; skipped
# without them.
set -u
export LC_ALL=C
program=${SMTPSCOPE:-./smtpscope}
command -v swaks >/dev/null 2>&1 && command -v python3 >/dev/null 2>&1 &&
	[ -x "$program" ] || exit 77
case $program in
/*) ;;
*) program=$(pwd)/$program ;;
esac

dir=$(mktemp -d) || exit 1
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1

# One connection after the other; "bad" is refused, "lost" is hung up on.
cat >server.py <<'END'
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    f = connection.makefile("rwb")
    def say(text):
        f.write(text.replace("\n", "\r\n").encode() + b"\r\n")
        f.flush()
    say("220-mx.example ESMTP\n220 ready")
    data = False
    for line in f:
        word = line.strip().upper()
        if data:
            if word == b".":
                data = False
                say("250 2.0.0 queued")
        elif word.startswith(b"EHLO"):
            say("250-mx.example\n250-SIZE 1000\n250 HELP")
        elif b"BAD" in word:
            say("550-5.1.1 no\n550 5.1.1 such user")
        elif b"LOST" in word:
            break
        elif word == b"DATA":
            data = True
            say("354 go")
        elif word == b"QUIT":
            say("221 bye")
            break
        else:
            say("250 2.1.0 ok")
    connection.shutdown(socket.SHUT_RDWR)
    f.close()
    connection.close()
END
mkfifo port.fifo
python3 server.py >port.fifo &
server=$!
read -r port <port.fifo

HOME=$dir
export HOME
printf 'Subject: x\n\nHello\n' >message
status=0
cases=0

# What swaks printed is read by --replay: each line with its mark, one event,
# and no other.
read_back() { # NAME
	"$program" --replay theirs.raw --json >events 2>err </dev/null
	sed -n -e 's/^ [-~]> \(.*[^0-9 ].*\)$/\1/p' theirs.raw |
		sed '/^[0-9]* lines sent$/d' >marks
	sed -n 's/.*"event":"sent","line":"\(.*\)","verb".*/\1/p' events |
		sed '/^\.$/d' >lines
	cases=$((cases + 1))
	cmp -s marks lines && [ "$(grep -c '^<' theirs.raw)" -eq \
		"$(grep -o '"lines":\[[^]]*\]' events |
			grep -o '"[0-9][0-9][0-9][ -]' | grep -c .)" ] && return
	echo "$1, read back:"
	diff marks lines
	cat err
	status=1
}

# NAME SWAKS-OPTIONS -- OUR-OPTIONS
same() {
	name=$1
	shift
	theirs=
	while [ "$1" != -- ]; do
		theirs="$theirs $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # a list of words
	swaks --server "127.0.0.1:$port" --from me@a.example --helo h.example \
		$theirs >theirs.raw 2>&1 </dev/null
	"$program" --server "127.0.0.1:$port" --from me@a.example \
		--helo h.example --swaks --no-record "$@" >ours.raw 2>err \
		</dev/null
	# the module of Perl that says it; swaks adds an empty line to a message
	sed -e 's/IO::Socket::INET6*: //' -e 's/-> 5 lines/-> 4 lines/' \
		theirs.raw >theirs
	# we take an open transaction back before QUIT
	sed -e '/^ -> RSET$/,/^<-  250/d' -e '/MAIL FROM/s/ SIZE=[0-9]*$//' \
		ours.raw >ours
	read_back "$name"
	cases=$((cases + 1))
	cmp -s theirs ours && return
	echo "$name:"
	diff theirs ours
	cat err
	status=1
}

same 'two recipients' -t ok@x.example,bad@x.example -q rcpt -- \
	-t ok@x.example,bad@x.example
same 'all refused' -t bad@x.example -q rcpt -- -t bad@x.example
same 'up to MAIL' -t ok@x.example -q mail -- -t ok@x.example -q mail
same 'up to EHLO' -t ok@x.example -q helo -- -t ok@x.example -q ehlo
same 'a message' -n -t ok@x.example --data @message -- -t ok@x.example \
	--data message -q dot
same 'hung up on' -t lost@x.example -- -t lost@x.example
port=1
same 'nobody listens' -t ok@x.example -- -t ok@x.example

[ $status -eq 0 ] && echo "$cases dialogs as swaks prints them"
exit $status
