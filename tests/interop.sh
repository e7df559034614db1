# interop.sh: for interop_*.sh, which source it: starts mail servers of
# others on free ports of 127.0.0.1, holds dialogs with them and stops them.
#
#   have PROGRAM...     or the test is skipped
#   as_root             or the test is skipped
#   start COMMAND...    the word PORT in it becomes the port
#   free_port; launch COMMAND...; wait_up    the same in steps
#   expect EXIT ARGS... the program ends so, in --json and in --batch
#   shows PATTERN       in the last expect, in what --batch printed
#   tells EVENT PATTERN in what --json printed: such an event is there
#   same WHAT A B       two texts are the same
#   missed WHAT         a check that cannot be made here; counted
#   stop                every server
#   done_               the end: fails if anything did

# shellcheck shell=sh
set -u
export LC_ALL=C
failures=0
checks=0
left_out=0
port=
pid=
pids=
host=127.0.0.1
work=${TMPDIR:-/tmp}/smtpscope-interop.$$
mkdir "$work" || exit 1
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

skip() {
	echo "$*"
	exit 77
}

# A mount namespace: not in every chroot or container.
can_unshare() {
	unshare -m true 2>/dev/null
}

have() { # PROGRAM...
	for program; do
		command -v "$program" >/dev/null 2>&1 ||
			skip "$program is not installed"
	done
}

as_root() {
	[ "$(id -u)" -eq 0 ] || skip "$1 starts as root only"
}

[ -x "${SMTPSCOPE-}" ] || skip "SMTPSCOPE names no program"

# Does something answer with a greeting there? 74: nobody listens.
probe() {
	"$SMTPSCOPE" --no-record --json --timeout 5 -q connect --tls never \
		"$host:$port" >"$work/probe" 2>&1 </dev/null
}

# Waits until it greets; the program is our clock: a try takes milliseconds.
wait_up() {
	tries=0
	while ! probe; do
		tries=$((tries + 1))
		if ! kill -0 "$pid" 2>/dev/null || [ $tries -gt 3000 ]; then
			echo "FAIL: the server did not come up:"
			cat "$work/server"
			exit 1
		fi
	done
}

free_port() {
	port=$(tests/free_ports 1)
}

launch() { # COMMAND...
	for word; do
		shift
		case $word in
		*PORT*) word=${word%%PORT*}$port${word#*PORT} ;;
		esac
		set -- "$@" "$word"
	done
	"$@" >"$work/server" 2>&1 </dev/null &
	pid=$!
	pids="$pids $pid"
}

start() { # COMMAND...
	free_port
	launch "$@"
	wait_up
}

stop() {
	for each in $pids; do
		kill "$each" 2>/dev/null
		wait "$each" 2>/dev/null
	done
	pids=
	pid=
}

complain() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

missed() {
	echo "SKIP: $*"
	left_out=$((left_out + 1))
}

run() { # ARGS...: status, output in $work/out
	"$SMTPSCOPE" --no-record --helo client.example \
		--from sender@client.example --timeout 10 "$@" \
		>"$work/out" 2>"$work/err" </dev/null
}

# Every event is there, in order; every command has its reply, and the end
# says what the program's exit status says.
judge_json() { # EXIT
	awk -v want="$1" '
	function field(name,   v) {
		if (!match($0, "\"" name "\":[^,}]*"))
			return ""
		v = substr($0, RSTART, RLENGTH)
		sub(/^[^:]*:"?/, "", v)
		sub(/"$/, "", v)
		return v
	}
	!/^\{.*\}$/ { print "no JSON object: " $0; bad = 1; next }
	{ event = field("event"); seen[event]++ }
	field("n") != NR { print "out of order: " $0; bad = 1 }
	event == "end" && field("exit") != want { print; bad = 1 }
	event == "finding" && field("id") ~ /^(out-of-sync|unasked-reply)$/ {
		print
		bad = 1
	}
	END {
		if (seen["start"] != 1 || seen["end"] != 1 ||
		    seen["verdict"] < 1) {
			print "start, verdict or end is missing"
			bad = 1
		}
		exit bad
	}' "$work/out"
}

# Runs it against $host:$port, or against what ARGS say with "at" first.
expect() { # EXIT ARGS...
	want=$1
	shift
	checks=$((checks + 1))
	case ${1-} in
	at) shift ;;
	*) set -- "$@" "$host:$port" ;;
	esac
	run --json "$@"
	status=$?
	cp "$work/out" "$work/json"
	[ $status -eq "$want" ] || {
		complain "--json $*: exit $status, expected $want"
		cat "$work/err" "$work/out"
	}
	judge_json "$want" || complain "--json $*: see above"
	run --batch "$@"
	status=$?
	[ $status -eq "$want" ] || {
		complain "--batch $*: exit $status, expected $want"
		cat "$work/err" "$work/out"
	}
}

shows() { # PATTERN
	grep -q -e "$1" "$work/out" || {
		complain "nothing like '$1' in:"
		cat "$work/out"
	}
}

tells() { # EVENT PATTERN
	grep "\"event\":\"$1\"" "$work/json" | grep -q -e "$2" || {
		complain "no $1 like '$2' in:"
		cat "$work/json"
	}
}

same() { # WHAT OURS THEIRS
	checks=$((checks + 1))
	[ -n "$2" ] && [ "$2" = "$3" ] || {
		complain "$1: we say"
		printf '%s\nand they say\n%s\n' "$2" "$3"
	}
}

# The value of a text field in an event: the last one's, or the first one's.
value() { # EVENT FIELD [first]
	grep "\"event\":\"$1\"" "$work/json" |
		{ if [ "${3-}" = first ]; then head -n 1; else tail -n 1; fi; } |
		sed -n 's/.*"'"$2"'":"\([^"]*\)".*/\1/p'
}

# The lines of the reply to the last command with that verb, as sent.
reply_to() { # VERB
	awk -v verb="$1" '
	/"event":"sent"/ {
		match($0, /"n":[0-9]+/)
		if (index($0, "\"verb\":\"" verb "\""))
			n = substr($0, RSTART + 4, RLENGTH - 4)
	}
	/"event":"reply"/ && n != "" && index($0, "\"to\":" n ",") {
		sub(/.*"lines":\["/, "")
		sub(/"\],"ms".*/, "")
		gsub(/","/, "\n")
		last = $0
	}
	END { print last }' "$work/json"
}

# What a person may type at any server: nothing of it may end the session,
# and each line gets a reply of its own. The last one is 513 bytes long.
odd_lines() { # ARGS...
	{
		printf 'EHLO client.example\nHELP\nNOOP\nVRFY postmaster\n'
		printf 'XYZZY\nRSET\nRCPT TO:<a@b.example>\n'
		awk 'BEGIN { printf "NOOP "
			for (i = 0; i < 506; i++)
				printf "x"
			print "" }'
		printf 'MAIL FROM:<a@b.example>\nRSET\nQUIT\n'
	} >"$work/script"
	checks=$((checks + 1))
	run --json --tls never --script "$work/script" "$@" "$host:$port"
	sent=$(grep -c '"event":"sent"' "$work/out")
	replies=$(grep -c '"event":"reply"' "$work/out")
	lines=$(awk 'END { print NR }' "$work/script")
	[ "$sent $replies" = "$lines $((lines + 1))" ] || {
		complain "script: $lines lines, $sent sent, $replies replies"
		cat "$work/err" "$work/out"
	}
}

# Nothing that a server would add, and every line that a client could get
# wrong: dots, bytes over 127, the longest
# line that RFC 5321 4.5.3.1.6 allows.
message() {
	{
		printf 'Date: Thu, 01 Jan 2026 00:00:00 +0000\nSubject: test\n'
		printf 'Message-ID: <1@client.example>\nTo: <a@server.example>\n'
		printf 'From: <sender@client.example>\n\n'
		printf 'Hello\n.\n..\n..dots\n.dot\n \n\n.\n\nna\303\257ve\n'
		awk 'BEGIN { for (i = 0; i < 998; i++)
				printf "."
			print "\nend." }'
	} >"$work/message"
	echo "$work/message"
}

# What the server stored ends with the message, to the byte, whether its
# lines end in LF there or in CR LF.
arrived() { # FILE
	checks=$((checks + 1))
	tr -d '\r' <"$1" | tail -c "$(wc -c <"$work/message")" |
		cmp - "$work/message" || {
		complain "the message in $1 is another"
		od -c "$1" | tail -n 100
	}
}

# The message arrives whole, each time. The script's "server_stores COUNT"
# prints the files of that many, and makes them go away.
sends() { # [at] ARGS...
	case ${1-} in
	at) shift; set -- at --to a@server.example -q dot \
		--data "$(message)" "$@" ;;
	*) set -- --to a@server.example -q dot --data "$(message)" "$@" ;;
	esac
	expect 0 "$@"
	found=0
	for file in $(server_stores 2); do
		arrived "$file"
		found=$((found + 1))
	done
	[ $found -eq 2 ] || complain "$found of 2 messages arrived"
}

# Delivery follows the reply: the files of COUNT messages in a mail folder,
# when they are all there.
stored_in() { # MAILDIR COUNT
	tries=0
	until [ "$(find "$1/new" -type f 2>/dev/null | wc -l)" -ge "$2" ] ||
		[ $tries -gt 1000 ]; do
		tries=$((tries + 1))
	done
	rm -rf "$work/stored"
	mkdir "$work/stored"
	mv "$1"/new/* "$work/stored"
	find "$work/stored" -type f
}

# One segment holds more than one command: what the kernel was handed.
in_one_segment() { # PATTERN ARGS...
	pattern=$1
	shift
	command -v strace >/dev/null 2>&1 || {
		missed "one segment: strace is not installed"
		return
	}
	checks=$((checks + 1))
	# a sanitizer of our own program would not run under strace
	ASAN_OPTIONS=detect_leaks=0 strace -f -s 400 -o "$work/strace" \
		-e trace=write,writev,sendto,sendmsg "$SMTPSCOPE" --no-record \
		--json --pipelining --tls never --helo client.example \
		--from sender@client.example "$@" "$host:$port" \
		>"$work/out" 2>&1 </dev/null ||
		complain "--pipelining $*: exit $?"
	grep -v 'write(1,' "$work/strace" | grep -q -e "$pattern" || {
		complain "no segment with '$pattern':"
		grep -v 'write(1,' "$work/strace"
	}
}

done_() {
	echo "$checks dialogs, $failures failures, $left_out left out"
	exit $((failures > 0))
}
