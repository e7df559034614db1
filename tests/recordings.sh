#!/bin/sh
# Recordings as a user meets them: who may be recorded to, what is said when a
# disk is full, what is kept of a message, recordings joined to one, and what
# --replay makes of all that is no recording. SMTPSCOPE names the program.
set -u

: "${SMTPSCOPE:?names the program to test}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/smtpscope-recordings-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
HOME=$dir/home XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config
SMTPSCOPE_TEST_CLOCK=2026-01-02T10:41:02Z
export HOME XDG_STATE_HOME XDG_CONFIG_HOME SMTPSCOPE_TEST_CLOCK
unset SMTPSCOPE_OPTIONS NO_COLOR
lesson_dir=$(cd "${srcdir:-.}/lessons" && pwd) || exit 1
cd "$dir" || exit 1
fails=0 skipped=

fail()
{
	echo "FAIL: $*"
	fails=$((fails + 1))
}

# run STATUS ARG...: what it prints is in out and err
run()
{
	wanted=$1
	shift
	"$SMTPSCOPE" "$@" </dev/null >out 2>err
	status=$?
	test "$status" -eq "$wanted" ||
		fail "$*: exit $status, not $wanted: $(cat err)"
}

# says TEXT WHERE: in what went to standard error, in one line
says()
{
	grep -qF -- "$1" err || fail "$2 does not say \"$1\": $(cat err)"
	test "$(wc -l <err)" -eq 1 || fail "$2: not one line: $(cat err)"
}

# ---- whom it writes to ----
run 0 --demo=first -b --seed 1 --record a.jsonl
cp out a.txt
run 0 --demo=mailbox-full --json --seed 1 --record b.jsonl
cp out b.json
echo 'Chapter 1' >thesis
run 64 --demo=first -b --record thesis
says 'holds something that is no recording' 'a file of the user'
test "$(cat thesis)" = 'Chapter 1' || fail "the user's file was changed"
test ! -s out || fail "something was done before the file was refused"
ln -s thesis link
run 64 --demo=first -b --record link
says 'symbolic link' 'a link'
run 64 --lang de --demo=first -b --record link
says 'symbolischer Link' 'a link, in German'
run 64 --demo=first -b --record .
says ' .: ' 'a folder'
mkfifo fifo
run 64 --demo=first -b --record fifo
says 'nobody reads' 'a FIFO without a reader'
cat fifo >read &
run 0 --demo=first -b --seed 1 --record fifo
wait
cmp -s read a.jsonl || fail "a FIFO gets something else than a file"

# two processes: the second says so before it does anything
mkfifo hold
"$SMTPSCOPE" --demo=slow -b --record live.jsonl </dev/null >hold 2>/dev/null &
first=$!
exec 3<hold
read -r line <&3 # it has begun
run 64 --demo=first -b --record live.jsonl
says 'another process' 'a second process'
test ! -s out || fail "the second process did something"
kill -INT $first
cat <&3 >/dev/null
exec 3<&-
wait $first
run 0 --demo=first -b --record live.jsonl

# ---- where nothing can be written ----
# stops WHERE ARG...: goes on to its end, and says at which event that was
stops()
{
	where=$1
	shift
	run 0 --demo=first --seed 1 "$@"
	says "recording stopped at event " "$where"
	said=$(sed 's/.*at event \([0-9]*\).*/\1/' err)
}

if test -w /dev/full; then
	stops 'a full device' -b --record /dev/full
	cmp -s out a.txt || fail "a full device changes the dialog"
	test "$said" -eq 1 || fail "/dev/full stops at event $said"
	stops 'a full device, JSON' --json --record /dev/full
	cmp -s out a.jsonl || fail "a full device changes the JSON"
fi
# Blocks of 512 or 1024 bytes: either way a line is begun and does not fit.
(ulimit -f 4 2>/dev/null && exec "$SMTPSCOPE" --demo=first -b --seed 1 \
	--record limited.jsonl </dev/null 2>err) | cat >out
cmp -s out a.txt || fail "a limit changes the dialog"
says 'limited.jsonl: ' 'a limit'
said=$(sed 's/.*at event \([0-9]*\).*/\1/' err)
head -n $((said - 1)) a.jsonl | cmp -s - limited.jsonl ||
	fail "up to event $said is not what a limited recording holds"
run 74 --replay limited.jsonl --json
says 'limited.jsonl ends before the session' 'a limited recording'

(unset HOME XDG_STATE_HOME; exec "$SMTPSCOPE" --demo=first -b --seed 1) \
	</dev/null >out 2>err || fail "no HOME ends the session"
says 'HOME' 'no HOME'
cmp -s out a.txt || fail "no HOME changes the dialog"
: >file
XDG_STATE_HOME=$dir/file run 0 --demo=first -b
says 'cannot record to' 'a file for a folder'

# as root in a name space of its own: a real file system that is full, and one
# that is read-only
cat >full.sh <<'END'
set -e
mkdir -p small ro
mount -t tmpfs -o size=4k small small
mount -t tmpfs -o ro ro ro
"$1" --demo=first -b --seed 1 --record small/r.jsonl </dev/null >out 2>err
cp small/r.jsonl small.jsonl
XDG_STATE_HOME=$PWD/ro "$1" --demo=first -b </dev/null >out2 2>err2
END
if unshare -m true 2>/dev/null && unshare -m sh full.sh "$SMTPSCOPE" 2>mount
then
	says 'No space left on device' 'a full disk'
	said=$(sed 's/.*at event \([0-9]*\).*/\1/' err)
	head -n $((said - 1)) a.jsonl | cmp -s - small.jsonl ||
		fail "a full disk: event $said, and another recording"
	cp err2 err
	says 'Read-only file system' 'a read-only disk'
else
	skipped="$skipped name-space"
fi

# injected ERROR: every write from the fifth on fails so
injected()
{
	# a leak cannot be looked for under strace
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -P "$dir/s.jsonl" \
		-e "inject=write:error=$1:when=$2" "$SMTPSCOPE" --demo=first \
		-b --seed 1 --record s.jsonl </dev/null >out 2>err
	status=$?
	test "$status" -eq 0 || fail "$1 ends the session: $status"
	cmp -s out a.txt || fail "$1 changes the dialog"
}

rm -f s.jsonl
if strace -o trace true 2>/dev/null; then
	for error in EIO EDQUOT ENOSPC; do
		injected $error 5+
		says 'stopped at event 5: s.jsonl' $error
		test "$(wc -l <s.jsonl)" -eq 4 || fail "$error: no four events"
	done
	injected EIO 5 # there is no going on behind a gap
	test "$(wc -l <s.jsonl)" -eq 4 || fail "one EIO: no four events"
	injected EINTR 2+3
	test ! -s err || fail "EINTR is told: $(cat err)"
	cmp -s s.jsonl a.jsonl || fail "EINTR changes the recording"
else
	skipped="$skipped strace"
fi

# ---- what is kept of a message ----
# kept NUMBER TEXT WHERE: in that many lines of recordings
kept()
{
	count=$(cat "$3" | grep -cF "$2")
	test "$count" -eq "$1" || fail "\"$2\" is in $count lines of $3"
}

rm -rf state
run 0 --demo=message -b --record typed.jsonl
kept 1 'Hier kommt eine Zeile' typed.jsonl
run 0 --demo=message -b
kept 0 'Hier kommt eine Zeile' state/smtpscope/*.jsonl
printf 'Subject: x\n\nThe words of the message, 7c1f\n' >message
reader=$(sed -n 's/^to: //p' "$lesson_dir/message.lesson")
for way in '' --bdat; do
	rm -rf state
	# shellcheck disable=SC2086 # no word, or one
	run 0 --demo=message -b -q dot --data message $way "$reader"
	kept 0 7c1f state/smtpscope/*.jsonl
	kept 1 '"event":"message"' state/smtpscope/*.jsonl
done
rm -rf state
run 0 --demo=first -b --no-record
test ! -e state || fail "--no-record makes a folder"

# ---- several in one ----
cat a.jsonl b.jsonl a.jsonl >all.jsonl
run 75 --replay all.jsonl --json
cp out one.jsonl
test "$(wc -l <one.jsonl)" -eq "$(wc -l <all.jsonl)" || fail "events are lost"
sed 's/.*"n":\([0-9]*\).*/\1/' one.jsonl >n
seq "$(wc -l <n)" | cmp -s - n || fail "n does not go up by one"
run 75 --replay one.jsonl --json
cmp -s out one.jsonl || fail "one recording made of three changes again"
# what came last is as it was, but for n and session
sed 's/"\(n\|session\|to\|about\)":[0-9]*,*//g' a.jsonl >a.bare
tail -n "$(wc -l <a.jsonl)" one.jsonl |
	sed 's/"\(n\|session\|to\|about\)":[0-9]*,*//g' | cmp -s - a.bare ||
	fail "the last recording of three has changed"
run 75 --replay all.jsonl -b
head -n "$(wc -l <a.txt)" out | cmp -s - a.txt ||
	fail "the first of three is not shown as it is alone"
"$SMTPSCOPE" --replay - --json <all.jsonl >out 2>err
cmp -s out one.jsonl || fail "standard input is another recording"
paste -d '\n' a.jsonl b.jsonl | sed '/^$/d' >mixed.jsonl
run 64 --replay mixed.jsonl --json
says 'mixed.jsonl, line 4: its number n' 'mixed lines'

# ---- what is no recording ----
head -c 3000 a.jsonl >cut.jsonl
run 74 --replay cut.jsonl -b # before its result
says "cut.jsonl was cut off in line $(($(wc -l <cut.jsonl) + 1))" 'a cut file'
{ cat b.jsonl; printf '{"v":1,"t":'; } >tail.jsonl
run 75 --replay tail.jsonl -b # the status is the recording's own
says 'tail.jsonl was cut off' 'a cut tail'
sed '$d' b.jsonl >killed.jsonl # between two lines
run 75 --replay killed.jsonl -b
says 'killed.jsonl ends before the session in it does' 'a killed session'
head -c 20 a.jsonl >begun.jsonl
run 64 --replay begun.jsonl -b
says 'begun.jsonl was cut off in its first line' 'a begun file'
: >empty.jsonl
run 64 --replay empty.jsonl -b
says 'empty.jsonl holds no event' 'an empty file'
run 64 --replay fifo -b
says 'fifo holds no event' 'a FIFO without a writer'
cat a.jsonl >fifo &
run 1 --replay fifo -b
wait
cmp -s out a.txt || fail "a FIFO shows something else"
run 64 --replay . -b
says 'cannot read the recording .: ' 'a folder'
head -c 100000 "$SMTPSCOPE" >program
run 64 --replay program -b
says ', line 1: a NUL byte: this is no text' 'a program'
sed 's/$/\r/' a.jsonl >crlf.jsonl
run 1 --replay crlf.jsonl --json
cmp -s out a.jsonl || fail "CRLF changes a recording"
{ printf '\357\273\277'; cat a.jsonl; } >bom.jsonl
run 1 --replay bom.jsonl --json
cmp -s out a.jsonl || fail "a BOM changes a recording"
sed 's/^{"v":1/{"v":2/' a.jsonl >v2.jsonl
run 64 --replay v2.jsonl -b
says 'v2.jsonl, line 1: field "v"' 'another version'
{ head -n 3 a.jsonl; head -c 10485760 /dev/zero | tr '\0' x; } >wide.jsonl
run 64 --replay wide.jsonl -b
says 'wide.jsonl, line 4: the line is longer than 8 MiB' 'a line of 10 MiB'
{ head -n 3 a.jsonl; head -c 10000 /dev/zero | tr '\0' '['; } >deep.jsonl
run 64 --replay deep.jsonl -b
says 'deep.jsonl, line 4: no JSON, column 9: nested too deep' 'deep nesting'

test -z "$skipped" || echo "left out:$skipped"
echo "$fails failures"
test "$fails" -eq 0
