#!/bin/sh
# many.sh: many targets at once, without a network: their order, their numbers,
# the recording, what a bad list gets in English and German, Ctrl-C, and going
# on after kill -9. SMTPSCOPE names the program.
set -u

: "${SMTPSCOPE:?names the program to test}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/smtpscope-many-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config
export XDG_STATE_HOME XDG_CONFIG_HOME
unset SMTPSCOPE_OPTIONS SMTPSCOPE_TEST_CLOCK NO_COLOR
fails=0
n=0
cd "$dir" || exit 1

cat >list.lesson <<'END'
title: A host for a whole list
target: list.example
@zone
list.example.    300 IN SOA ns.list.example. h.list.example. 1 3600 900 604800 60
list.example.    300 IN MX 10 mx.list.example.
mx.list.example. 300 IN A 192.0.2.1
@server mx.list.example
S: 220 mx.list.example ESMTP
C: RCPT TO:<no*@list.example>
S: 550 5.1.1 No such user
C: RCPT TO:<later*@list.example>
S: 450 4.2.0 Greylisted, come back
C: RCPT TO:<slow*@list.example>
@wait 20s
S: 250 2.1.5 Ok
END

fail()
{
	echo "FAIL: $*"
	fails=$((fails + 1))
}

# run ARG...: status, out, err
run()
{
	n=$((n + 1))
	"$SMTPSCOPE" --demo=./list.lesson --per-host 20 --helo me.example \
		--lang "${lang:-en}" "$@" <"${input:-/dev/null}" >out 2>err
	status=$?
}

# want STATUS WHAT
want()
{
	test "$status" -eq "$1" && return
	fail "$2: exit $status, not $1"
	cat err
}

# has FILE TEXT WHAT
has()
{
	grep -qF -- "$2" "$1" || {
		fail "$3: \"$2\" is not in its $1:"
		head -n 30 "$1"
	}
}

# the targets of a file of events, in its order
targets()
{
	sed -n 's/.*"target":"\([^"]*\)","event":"start".*/\1/p' "$1"
}

# numbers FILE WHAT: n is 1, 2, ... and each target's sessions are its own
numbers()
{
	awk -v what="$2" '
	function field(name) {
		match($0, "\"" name "\":[0-9]+")
		return substr($0, RSTART + length(name) + 3,
		              RLENGTH - length(name) - 3) + 0
	}
	function wrong(why) {
		printf "FAIL: %s: line %d: %s\n", what, NR, why
		bad = 1
		exit 1
	}
	{ event = $0; sub(/.*"event":"/, "", event); sub(/".*/, "", event) }
	field("n") != NR { wrong("n is " field("n")) }
	open == (event == "start") { wrong("not one target after another") }
	event == "start" { open = 1; first = last }
	event == "end" { open = 0 }
	field("session") > last { last = field("session") }
	field("session") && field("session") <= first {
		wrong("session of an earlier target")
	}
	event == "reply" && field("to") && what_is[field("to")] != "sent" {
		wrong("a reply to what was not sent")
	}
	{ what_is[field("n")] = event }
	END { exit bad || open }' "$1" || fails=$((fails + 1))
}

seq 300 | sed 's/.*/u&@list.example/' >list
sed 's/u\([0-9]*5\)@/no\1@/; s/u\([0-9]*7\)@/later\1@/' list >mixed

# ---- order, numbers, recording ----
run --input list --jobs 20 --json --record ordered
want 0 'a list in order'
targets out | cmp -s - list || fail 'not in the order of the list'
numbers out 'in order'
numbers ordered 'its recording'
targets ordered | sort >a
sort list | cmp -s - a || fail 'the recording is not of the list'
has err 'accepted 300' 'in order'

run --input list --jobs 20 --json --unordered --record unordered
want 0 'a list as it comes'
numbers out 'as it comes'
cmp -s out unordered || fail 'unordered: not the bytes of the recording'
"$SMTPSCOPE" --replay unordered --json | cmp -s - unordered ||
	fail 'a replay is not the recording'

run --input mixed --jobs 20 --batch --no-record
want 75 'a list with refusals'
sed 's/@.*/@list.example/' out | cmp -s - mixed || fail 'not a line a target'
grep -q '^no5@.* refused .*550 5\.1\.1 .*recipient' out || fail 'no5'
grep -q '^later7@.* put off .*450 4\.2\.0' out || fail 'later7'
has err 'accepted 240, put off 30, refused 30' 'the sum'
has err 'recipient 30' 'who must act'

head -n 3 mixed >three
run --input three --batch --no-record --html page.html
want 0 'a page of a list'
for target in $(cat three); do has page.html "$target" 'a page of a list'; done

run --jobs 3 --batch --no-record u1@list.example no2@list.example \
	u3@list.example
want 67 'TARGETs at once'
test "$(grep -c '^\* Exit status' out)" -eq 3 || fail 'TARGETs: not three'
test ! -s err || fail 'TARGETs: something on stderr'

# ---- what a line may be ----
printf '\357\273\277# a comment\r\n\r\n  u1@list.example \r\n%s\r\n%s' \
	'{"target":"list.example","to":["u2@list.example","no3@list.example"],"id":17}' \
	'{"target":"u4@list.example","helo":"other.example","quit-after":"mail"}' \
	>lines
run --input lines --json --no-record
want 1 'lines of every kind'
has out '"target":"u1@list.example","event":"start"' 'a BOM, a comment, CR LF'
has out '"id":"17"' 'an id'
has out '"line":"RCPT TO:<no3@list.example>"' 'two recipients'
has out '"line":"EHLO other.example"' 'helo of one line'
has out '"line":"EHLO me.example"' 'helo of the others'
test "$(grep -c '"verb":"RCPT"' out)" -eq 3 || fail 'quit-after of one line'

input=lines run --input - --json --no-record
want 1 'the same on standard input'
mkfifo pipe
cat lines >pipe &
run --input pipe --json --no-record
want 1 'the same in a FIFO'

# ---- what is wrong is said with its line, and nothing is sent ----
# bad ENGLISH GERMAN LIST [OPTION...]
bad()
{
	english=$1 german=$2
	printf "$3" >bad.list
	shift 3
	for lang in en de; do
		run --input bad.list --json --no-record "$@"
		want 64 "$lang: $english"
		test ! -s out || fail "$english: something on stdout"
		if test $lang = en; then
			has err "$english" "$lang"
		else
			has err "$german" "$lang"
		fi
	done
	lang=en
}
bad 'bad.list, line 3:' 'bad.list, Zeile 3:' 'u1@list.example\n\nbad..name\n'
bad 'line 2: a control character (0x00)' 'Zeile 2: ein Steuerzeichen (0x00)' \
	'u1@list.example\nu2\000@list.example\n'
bad 'line 1: not UTF-8' 'Zeile 1: kein UTF-8' '\377@list.example\n'
bad 'UTF-16' 'UTF-16' '\377\376u\0001\000'
bad '"hello" is nothing' '„hello“' '{"target":"list.example","hello":"x"}'
bad 'line 1: --port' 'Zeile 1: --port' '{"target":"list.example","port":0}'
bad '"pipe" is nothing' '„pipe“' '{"target":"list.example","pipe":"id"}'
bad '"data" is nothing' '„data“' '{"target":"list.example","data":"/etc/passwd"}'
bad 'no JSON' 'kein JSON' '{"target":'
bad 'no target' 'kein Ziel' '{"helo":"a.example"}'
bad 'holds no target' 'enthält kein Ziel' ''
bad 'holds no target' 'enthält kein Ziel' '\n# nothing\n\n'
bad 'names the targets' 'nennt die Ziele' 'u1@list.example\n' u2@list.example
bad '--resume' '--resume' 'u1@list.example\n' --resume
bad 'nothing to try' 'nichts zu versuchen' 'u1@list.example\n' --replay list
bad '--as-command' '--as-command' 'u1@list.example\nu2@list.example\n' \
	--as-command
test "$(wc -l <err)" -eq 1 || fail 'what options contradict is told twice'
awk 'BEGIN { for (i = 0; i < 70000; i++) printf "x"; print "" }' >long
run --input long --json
want 64 'a long line'
has err 'line 1: longer than 64 KiB' 'a long line'
run --input . --json
want 64 'a folder'
has err 'Is a directory' 'a folder'
run --input /no/such/list --json
want 64 'no list'
yes bad..name | head -n 1000 | awk '{ print NR $0 }' >many.bad
run --input many.bad --json
want 64 'a thousand bad lines'
test "$(wc -l <err)" -eq 22 || fail 'a thousand bad lines: not 20 and the sum'
has err 'lines that are wrong: 1000' 'a thousand bad lines'

printf 'u1@list.example\nu2@list.example\n\nu1@list.example\n' >twice
run --input twice --batch --no-record
want 0 'a line that is there twice'
test "$(wc -l <out)" -eq 2 || fail 'twice: not once each'
has err 'twice, line 4:' 'a line that is there twice'

printf 'u1@list.example\nbad..name\nu2@list.example\n' >pipe &
run --input pipe --batch --no-record
want 64 'a bad line in a FIFO'
test "$(wc -l <out)" -eq 2 || fail 'a FIFO: the others were not done'
has err 'line 2:' 'a bad line in a FIFO'

# start ARG...: as run, in the background: pid; its status will be in over
start()
{
	rm -f pid over
	{
		# shellcheck disable=SC2016 # for the inner shell
		sh -c 'echo $$ >pid.new; mv pid.new pid; exec "$@"' sh \
			"$SMTPSCOPE" --demo=./list.lesson --per-host 20 \
			--helo me.example "$@" >out 2>err </dev/null
		echo $? >over.new
		mv over.new over
	} 2>/dev/null &
	until test -s pid; do :; done
}

# finish SIGNAL: status
finish()
{
	kill -s "$1" "$(cat pid)" 2>/dev/null
	wait
	status=$(cat over)
}

# ---- Ctrl-C ----
sed 's/u150@/slow&/' list >slow
for signal in INT TERM; do
	rm -f stopped
	start --input slow --jobs 20 --json --record stopped
	until test "$(grep -c '"event":"end"' stopped 2>/dev/null)" = 299 ||
	      test -s over; do :; done
	finish $signal
	want 130 "SIG$signal"
	has err 'targets: 299' "SIG$signal"
	has err '--resume' "SIG$signal"
	numbers out "SIG$signal"
	numbers stopped "SIG$signal: its recording"
	targets stopped | grep -q slow && fail "SIG$signal: slow is in it"
done

# ---- two processes, one recording ----
start --input slow --batch --record both --resume
until test -s both || test -s over; do :; done
run --input slow --record both --resume --batch
want 64 'two processes'
has err 'another process' 'two processes'
finish KILL

# ---- kill -9 at any moment, and on from there ----
bytes() { { wc -c <killed; } 2>/dev/null || echo 0; }
check_killed()
{
	numbers killed 'killed and gone on with'
	targets killed | sort >a
	sort list | cmp -s - a || fail 'killed: not each target exactly once'
	"$SMTPSCOPE" --replay killed --json | cmp -s - killed ||
		fail 'killed: a replay is not the recording'
}
kills=0
enough=50
# a sanitizer takes ten times as long, and sees all in a few of them
grep -q -e __asan_init -e __tsan_init "$SMTPSCOPE" && enough=5
while test $kills -lt $enough && test $fails -eq 0; do
	rm -f killed
	ms=20 # more where it comes to nothing: a slow machine, much to read
	status=137
	while test "$status" -eq 137; do
		before=$(bytes)
		moment=$(awk -v seed=$kills -v ms=$ms 'BEGIN {
			srand(seed); printf "%.4f", ms * rand() / 1000 }')
		timeout --foreground -s KILL "$moment" "$SMTPSCOPE" \
			--demo=./list.lesson --per-host 20 --helo me.example \
			--input list --jobs 4 --batch -q connect \
			--record killed --resume >out 2>err </dev/null
		status=$?
		test $status -eq 124 && status=137 # over at that moment
		test $status -eq 137 && kills=$((kills + 1))
		test "$(bytes)" -gt "$before" || ms=$((ms * 5 / 4))
		test $ms -lt 60000 || break # it comes to nothing
	done
	want 0 'gone on with'
	check_killed
done
echo "$kills kills"

# the exit status is the worst of both, and nothing is done again
head -n 10 mixed >part
run --input part --record worst --batch
want 75 'the first part'
run --input mixed --record worst --resume --batch
want 75 'all of it'
test "$(wc -l <out)" -eq 290 || fail 'the first ten were done again'
run --input mixed --record worst --resume --json
want 75 'nothing is left'
test ! -s out || fail 'nothing is left, and something was done'

# another list, other options, no recording
run --input part --record worst --resume --batch
want 64 'another list'
has err 'another list' 'another list'
run --input mixed --record worst --resume --batch -q mail
want 64 'other options'
has err '--quit-after=mail' 'other options'
cp list keep
run --input mixed --record keep --resume --batch
want 64 'no recording'
cmp -s list keep || fail 'no recording: it was changed'

test $fails -eq 0 && echo "$n runs"
exit $((fails > 0))
