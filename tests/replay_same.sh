#!/bin/sh
# Every lesson live and from its recording, as text, JSON and swaks prints, in
# English and German: the same bytes. Its exit status is the recording's own,
# which a lesson that ended as it should does not show live.
set -u

: "${SMTPSCOPE:?names the program to test}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/smtpscope-same-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config
SMTPSCOPE_TEST_CLOCK=2026-01-02T10:41:02Z
export XDG_STATE_HOME XDG_CONFIG_HOME SMTPSCOPE_TEST_CLOCK
unset SMTPSCOPE_OPTIONS NO_COLOR
lesson_dir=$(cd "${srcdir:-.}/lessons" && pwd) || exit 1
cd "$dir" || exit 1

# live NAME OPTION...: NAME.jsonl, NAME.live and, by itself, NAME.status
live()
{
	name=$1
	shift
	"$SMTPSCOPE" --seed 1 --record "$name.jsonl" "$@" \
		</dev/null >"$name.live" 2>"$name.err"
	echo $? >"$name.status"
}

fail()
{
	echo "FAIL: $*"
	fails=$((fails + 1))
}

# replayed NAME STATUS OPTION...
replayed()
{
	name=$1 wanted=$2
	shift 2
	n=$((n + 1))
	"$SMTPSCOPE" --replay "$name.jsonl" "$@" </dev/null >out 2>err
	status=$?
	cmp -s out "$name.live" || {
		fail "$name: a replay prints something else"
		diff "$name.live" out | head -n 10
	}
	test "$status" = "$wanted" || fail "$name: exit $status, not $wanted"
	test ! -s err || fail "$name: $(cat err)"
}

# The worst status of a recording's targets, as the program says it.
status_of()
{
	sed -n 's/.*"event":"end","exit":\([0-9]*\).*/\1/p' "$1" | sort -n |
		tail -n 1
}

# forms LANGUAGE: swaks has only one
forms()
{
	test "$1" = en && echo batch json swaks || echo batch json
}

# A lesson that waits does so for a tenth of its time here.
lessons=$("$SMTPSCOPE" --list-lessons | sed 's/ .*//')
for lesson in $lessons; do
	demo=$lesson
	sed -e 's/^\(@[a-z]* [0-9]*\)0ms$/\1ms/' \
		-e 's/^\(@[a-z]* [0-9]*\)s$/\100ms/' "$lesson_dir/$lesson.lesson" \
		>"$lesson.lesson" || exit 1
	cmp -s "$lesson_dir/$lesson.lesson" "$lesson.lesson" ||
		demo=$dir/$lesson.lesson
	for lang in en de; do
		for form in $(forms $lang); do
			live "$lesson-$lang-$form" --lang $lang --$form \
				--demo="$demo" &
		done
	done
done
# with a target, nothing is a lesson that ended as it should
live target-en-batch --demo=first --batch empfaenger1@t-online.example \
	empfaenger2@t-online.example &
live none-en-batch --demo=mx-routes --batch keinepost.example &
wait

n=0 fails=0
for lesson in $lessons; do
	for lang in en de; do
		for form in $(forms $lang); do
			name=$lesson-$lang-$form
			replayed "$name" "$(status_of "$name.jsonl")" \
				--lang $lang --$form
			test "$(cat "$name.status")" -eq 0 ||
				fail "$name: $(cat "$name.err")"
		done
		name=$lesson-$lang-json
		cmp -s "$name.live" "$name.jsonl" ||
			fail "$name: --record is not what --json prints"
	done
done
for name in target-en-batch none-en-batch; do
	replayed $name "$(cat $name.status)" --batch
	test "$(cat $name.status)" -ne 0 || fail "$name: exit 0"
done

echo "$n replays, $fails failures"
test "$fails" -eq 0 && test "$n" -gt 100
