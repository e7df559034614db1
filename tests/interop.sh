# interop.sh: for interop_*.sh, which source it: starts a mail server of
# others on a free port of 127.0.0.1, holds dialogs with it and stops it.
#
#   have PROGRAM        or the test is skipped
#   start COMMAND...    the word PORT in it becomes the port
#   expect EXIT ARGS... the program ends so, in --json and in --batch
#   stop
#   done_              the end: fails if anything did

# shellcheck shell=sh
set -u
export LC_ALL=C
failures=0
checks=0
port=
pid=
work=${TMPDIR:-/tmp}/smtpscope-interop.$$
mkdir "$work" || exit 1
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

skip() {
	echo "$*"
	exit 77
}

have() {
	command -v "$1" >/dev/null 2>&1 || skip "$1 is not installed"
}

[ -x "${SMTPSCOPE-}" ] || skip "SMTPSCOPE names no program"

# Does something answer with a greeting there? 74: nobody listens.
probe() {
	"$SMTPSCOPE" --no-record --json --timeout 5 -q connect \
		"127.0.0.1:$port" >"$work/probe" 2>&1 </dev/null
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

start() {
	port=$(tests/free_ports 1)
	for word; do
		shift
		case $word in
		*PORT*) word=${word%%PORT*}$port${word#*PORT} ;;
		esac
		set -- "$@" "$word"
	done
	"$@" >"$work/server" 2>&1 </dev/null &
	pid=$!
	wait_up
}

stop() {
	[ -n "$pid" ] || return 0
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	pid=
}

complain() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

run() { # MODE ARGS...: status, output in $work/out
	"$SMTPSCOPE" --no-record --helo client.example \
		--from sender@client.example --timeout 10 "$@" \
		"127.0.0.1:$port" >"$work/out" 2>"$work/err" </dev/null
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

expect() { # EXIT ARGS...
	want=$1
	shift
	checks=$((checks + 1))
	run --json "$@"
	status=$?
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

# In the output of the last expect, which is --batch's.
shows() {
	grep -q -e "$1" "$work/out" || {
		complain "nothing like '$1' in:"
		cat "$work/out"
	}
}

# What a person may type at any server: nothing of it may end the session,
# and each line gets a reply of its own.
odd_lines() {
	{
		printf 'EHLO client.example\nHELP\nNOOP\nVRFY postmaster\n'
		printf 'XYZZY\nRSET\nRCPT TO:<a@b.example>\n'
		awk 'BEGIN { printf "NOOP "
			for (i = 0; i < 505; i++)
				printf "x"
			print "" }'
		printf 'MAIL FROM:<a@b.example>\nRSET\nQUIT\n'
	} >"$work/script"
	checks=$((checks + 1))
	run --json --script "$work/script"
	sent=$(grep -c '"event":"sent"' "$work/out")
	replies=$(grep -c '"event":"reply"' "$work/out")
	lines=$(awk 'END { print NR }' "$work/script")
	[ "$sent $replies" = "$lines $((lines + 1))" ] || {
		complain "script: $lines lines, $sent sent, $replies replies"
		cat "$work/err" "$work/out"
	}
}

message() {
	printf 'Subject: test\n\nHello\n.\n..dots\n' >"$work/message"
	echo "$work/message"
}

done_() {
	echo "$checks dialogs, $failures failures"
	exit $((failures > 0))
}
