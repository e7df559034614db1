#!/bin/sh
# import.sh: what the program prints of each lesson, as text and with the marks
# of swaks, is read back by --replay: the same lines, codes, states and verdicts
# as the session itself had. And a recording of what was read gives the same
# views.
set -u
export LC_ALL=C.UTF-8
program=${SMTPSCOPE:-./smtpscope}
[ -x "$program" ] || exit 77
case $program in
/*) ;;
*) program=$(pwd)/$program ;;
esac
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1
HOME=$dir
export HOME
status=0
cases=0

wrong() {
	echo "$1"
	status=1
}

# What must be the same, a line an event.
pick() {
	sed -n \
		-e 's/.*"event":"sent","line":\(.*\),"verb":\(.*\),"secret":\([a-z]*\).*/C \1 \2 \3/p' \
		-e 's/.*"event":"reply",.*"code":\([0-9]*\),"enhanced":\("[^"]*"\),"lines":\(\[.*\]\),"ms".*/S \1 \2 \3/p' \
		-e 's/.*"event":"state","from":"\([a-z]*\)","to":"\([a-z]*\)","rule":"\([^"]*\)".*/= \1 \2 \3/p' \
		-e 's/.*"event":"verdict","recipient":\([^,]*\),"exit":\([0-9]*\),"outcome":"\([a-z]*\)","act":"\([a-z_]*\)".*"rule":"\([^"]*\)".*/V \1 \2 \3 \4 \5/p' \
		-e 's/.*"event":"failed","phase":"\([a-z]*\)","kind":"\([a-z]*\)".*/F \1 \2/p' \
		-e 's/.*"event":"closed","by":"\([a-z]*\)","clean":\([a-z]*\).*/X \1 \2/p' \
		-e 's/.*"event":"message","bytes":\(.*\)}/M \1/p' \
		-e 's/.*"event":"tls",.*/T/p' \
		-e 's/.*"event":"end","exit":\(.*\)}/E \1/p' "$1"
}

# What a form cannot say, each with its reason.
forgive() { # LESSON
	case $1 in
	shutdown-421) # when the client hung up, the text tells at the end
		sed -e '/^X/d' ;;
	tls-trouble) # the text does not say that more than TLS was wanted
		sed -e 's/^V null .* tls-refused$/V null ended/' \
			-e 's/^V null .* ended-early$/V null ended/' ;;
	*) cat ;;
	esac
}

# swaks shows no sum of a message; bytes that no terminal should get it writes
# as they are, and what ours makes of them it would not know.
coarse() {
	sed -e '/^M/d' -e '/u001B\|<1B>/d'
}

# All at once. Two of them wait for long; what they do, others do, too.
for lesson in $("$program" --list-lessons --lang en | sed 's/ .*//'); do
	case $lesson in
	slow | greylisting) [ -n "${SMTPSCOPE_LONG:-}" ] || continue ;;
	esac
	"$program" --demo="$lesson" --batch --lang en \
		--record "$lesson.json" >"$lesson.txt" 2>/dev/null </dev/null &
	lessons="${lessons:-} $lesson"
done
wait

again() { # LESSON LANGUAGE
	"$program" --replay "$1.json" --batch --lang "$2" >live.txt 2>live.err \
		</dev/null
	[ "$2" != en ] || cmp "$1.txt" live.txt || wrong "$1: other text"
	"$program" --replay live.txt --json --lang "$2" >read.json 2>read.err \
		</dev/null
	pick "$1.json" | forgive "$1" >live
	pick read.json | forgive "$1" >read
	cases=$((cases + 1))
	[ -s live ] && cmp -s live read && return
	wrong "$1, $2: not what the session had"
	cat read.err
	diff live read | head -20
}

again_swaks() { # LESSON
	"$program" --replay "$1.json" --swaks >swaks.txt 2>/dev/null </dev/null
	"$program" --replay swaks.txt --json >read.json 2>read.err </dev/null
	pick "$1.json" | forgive "$1" | coarse >live
	pick read.json | forgive "$1" | coarse >read
	cases=$((cases + 1))
	cmp -s live read && return
	wrong "$1: not what the session had, by the marks of swaks"
	cat read.err
	diff live read | head -20
}

# A recording of what was read is as good as the transcript.
recorded() {
	for form in --batch --json --swaks; do
		"$program" --replay live.txt $form >a 2>/dev/null </dev/null
		"$program" --replay read.json $form >b 2>/dev/null </dev/null
		cases=$((cases + 1))
		cmp -s a b || wrong "$1: $form differs behind a recording"
	done
}

for lesson in $lessons; do
	again "$lesson" de
	again "$lesson" en
	recorded "$lesson"
	again_swaks "$lesson"
done

# Through a pipe, and what is wrong with a file.
"$program" --replay - --json <live.txt >piped.json 2>/dev/null
pick piped.json >a
pick "$lesson.json" | forgive "$lesson" >b
cases=$((cases + 1))
[ -s a ] && cmp -s a b || wrong 'something else comes through a pipe'
printf 'Dear all,\n' >prose
"$program" --replay prose --batch >out 2>err </dev/null
code=$?
cases=$((cases + 1))
[ $code -eq 64 ] && [ ! -s out ] && grep -q '^smtpscope: prose, line 1: ' err ||
	wrong "prose: $code $(cat err)"

[ $status -eq 0 ] && echo "$cases readings"
exit $status
