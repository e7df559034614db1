#!/bin/sh
# handout.sh: --html, --markdown and --quiz of the program: the pages of the
# first lesson as they are to be (tests/data/handout; RENEW=1 writes them anew),
# live and from a recording the same bytes, and files that cannot be written.
set -u
export LC_ALL=C.UTF-8
program=${SMTPSCOPE:-./smtpscope}
data=$(cd "${srcdir:-.}/tests/data/handout" && pwd) || exit 1
[ -x "$program" ] || exit 77
case $program in
/*) ;;
*) program=$(pwd)/$program ;;
esac
hostile=$(pwd)/tests/hostile_make
dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
failed=0
wrong() {
	echo "$*"
	failed=1
}

# The style sheet has a test of its own.
golden() {
	sed -e '/^<style>/,/^<\/style>/d' -e 's/sha256-[^ ]*/sha256-~/' \
		"$1" >"$1.plain"
	[ -z "${RENEW:-}" ] || cp "$1.plain" "$data/$1"
	diff "$data/$1" "$1.plain" || wrong "$1 is not what it was"
}
for lang in en de; do
	"$program" --replay "$data/first.jsonl" --lang $lang -b \
		--html first.$lang.html --markdown first.$lang.md >/dev/null
	[ $? = 1 ] || wrong "the exit status is not that of the recording"
	golden first.$lang.html
	golden first.$lang.md
done
"$program" --replay "$data/first.jsonl" --lang de --quiz --html - >quiz.html
golden quiz.html

# Live and replayed, and once more.
for lesson in first tls pipelining lmtp message; do
	"$program" --demo=$lesson --lang de -b --no-record --record r \
		--html live.html --markdown live.md >/dev/null 2>&1
	"$program" --replay r --lang de --html - >replay.html
	"$program" --replay r --lang de --markdown - >replay.md
	"$program" --replay r --lang de -b --html again.html >text
	cmp live.html replay.html || wrong "$lesson: another page"
	cmp live.html again.html || wrong "$lesson: another page again"
	cmp live.md replay.md || wrong "$lesson: another text"
	[ -s text ] || wrong "$lesson: no text beside the page"
done

# Several targets at once: in the order of the list, as in their recording.
printf '%s@t-online.example\n' empfaenger1 b c d >list
"$program" --demo=first --input list --jobs 4 --lang en --record r --json \
	--html live.html --markdown live.md >json 2>/dev/null
"$program" --replay json --lang en --html - >replay.html
"$program" --replay json --lang en --markdown - >replay.md
cmp live.html replay.html || wrong "many targets: another page"
cmp live.md replay.md || wrong "many targets: another text"
[ "$(grep -c '<a href="#t' live.html)" = 4 ] || wrong "no contents"

# Two sessions: which is which is said, and nothing twice.
"$program" --demo=two-ways --all -b --lang en --no-record --html two.html \
	--markdown two.md >/dev/null 2>&1
[ "$(grep -c '<div class="verdict' two.html)" = 2 ] || wrong "verdicts twice"
[ "$(grep -c '^- \*\*Result:\*\*.* (`mx\..*`)' two.md)" = 2 ] &&
	! grep -q '^- `noten@musikhaus.example`' two.md ||
	wrong "the text does not say which session, or says it twice"

# What others make of it: HTML's own checker, and a reader of CommonMark, which
# is told to let HTML through.
"$hostile" record >hostile || exit 1
"$program" --replay hostile --lang en -b --html hostile.html \
	--markdown hostile.md >/dev/null
[ $? = 69 ] || wrong "the hostile recording was not read to its end"
if command -v tidy >/dev/null 2>&1; then
	for page in first.en.html quiz.html live.html hostile.html; do
		tidy -q -e $page 2>&1 | grep -v 'trimming empty' &&
			wrong "$page is no good HTML"
	done
fi
if command -v cmark >/dev/null 2>&1; then
	for text in first.de.md live.md hostile.md; do
		cmark --unsafe $text | grep -o '<[^>]*>' | sort -u |
			grep -v -x -E '</?(h1|h2|p|ul|li|strong|pre|code)>' |
			grep -v -x '<code class="language-text">' &&
			wrong "$text has markup of somebody else"
	done
fi

# The inspector, here without a screen, writes what it holds when it is left.
echo :q | "$program" --plain --replay "$data/first.jsonl" --lang en \
	--html plain.html --markdown plain.md >/dev/null
cmp plain.html first.en.html || wrong "another page from the inspector"
cmp plain.md first.en.md || wrong "another text from the inspector"

# Behind a mask, whichever way it came there.
"$program" --replay "$data/first.jsonl" --lang en --mask -b \
	--html mask.html --markdown mask.md >/dev/null
grep -e meinedomain -e empfaenger1 -e t-online.example mask.html mask.md &&
	wrong "the mask has holes"
echo :q | "$program" --plain --replay "$data/first.jsonl" --lang en --mask \
	--html plain.html --markdown plain.md >/dev/null
cmp plain.html mask.html || wrong "another masked page from the inspector"
cmp plain.md mask.md || wrong "another masked text from the inspector"

# fails STATUS WORD OPTION...: says WORD, and "old" is as it was.
echo old >old
ln -s old link
mkfifo fifo
mkdir folder
fails() {
	status=$1 word=$2
	shift 2
	"$program" --replay "$data/first.jsonl" --lang en "$@" \
		>out 2>err </dev/null
	got=$?
	[ $got = "$status" ] || wrong "$*: exit $got, not $status"
	grep -q -- "$word" err || wrong "$*: $(cat err)"
	[ "$(wc -l <err)" -le 1 ] || wrong "$*: more than a line"
	[ "$(cat old)" = old ] || wrong "$*: the old file is gone"
	[ -z "$(find . -name '.smtpscope*')" ] || wrong "$*: a file is left"
}
fails 64 'symbolic link' -b --html link
fails 64 'no regular file' -b --html fifo
fails 64 'is a directory' -b --html folder
fails 64 'No such file' -b --markdown missing/a
fails 64 'no regular file' -b --markdown /dev/full
fails 64 'file is empty' -b --html ''
fails 64 '--quiz: goes with' -b --quiz
fails 64 'one file' -b --html a --markdown a
fails 64 'one file' -b --html a --markdown ./a
fails 64 'one file' -b --html - --markdown -
fails 64 'one file' -b --record old --html old
cp "$data/first.jsonl" replayed
fails 64 'one file' -b --replay replayed --markdown ./replayed
cmp replayed "$data/first.jsonl" || wrong "the recording is gone"
fails 64 'take standard output' --json --html -
fails 64 'take standard output' --as-command --markdown -
[ ! -s out ] || wrong "something was printed"

# A disk that is full: the page is lost, the old one and the result are not.
(
	trap '' XFSZ 2>/dev/null
	ulimit -f 8
	"$program" --replay "$data/first.jsonl" -b --html old >/dev/null 2>err
	echo $? >status
)
[ "$(cat status)" = 74 ] || wrong "a full disk: exit $(cat status)"
grep -q 'the session itself ended with 1$' err || wrong "a full disk: $(cat err)"
[ "$(cat old)" = old ] || wrong "a full disk: the old file is gone"
if [ -w /dev/full ]; then
	"$program" --replay "$data/first.jsonl" --html - >/dev/full 2>err
	[ $? = 74 ] || wrong "standard output is full, and nobody knows"
	grep -q 'ended with 1$' err || wrong "/dev/full: $(cat err)"
fi

# Stopped: what had come is on the page.
mkfifo began
"$program" --demo=greylisting --lang en --json --record r --html stopped.html \
	>began 2>/dev/null &
pid=$!
exec 3<began
while read -r line <&3; do
	case $line in *'"code":450'*) break ;; esac
done
kill -TERM $pid
cat <&3 >/dev/null
wait $pid
[ $? = 130 ] || wrong "stopped, and the exit status does not say so"
grep -q '<b>S:</b>' stopped.html || wrong "stopped, and nothing is on the page"
grep -q '</html>' stopped.html || wrong "the page has no end"
exit "$failed"
