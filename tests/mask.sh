#!/bin/sh
# mask.sh: what --mask hides in every form of output, of every lesson, and what
# it leaves alone; --ticket, and what a masked dialog and a recording keep.
#
# Names and addresses of the lessons look like aliases. So a lesson is recorded
# once, canaries take the place of its users (qz...), names (....zqtest) and
# addresses (5.67...), and that recording is shown in all forms.
set -u
export LC_ALL=C

: "${SMTPSCOPE:?names the program to test}"
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/smtpscope-mask-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config
export XDG_STATE_HOME XDG_CONFIG_HOME
unset SMTPSCOPE_OPTIONS SMTPSCOPE_TEST_CLOCK NO_COLOR
fails=0
n=0

fail()
{
	echo "FAIL: $*"
	fails=$((fails + 1))
}

# Every user, name and address becomes one that no alias can be.
canaries()
{
	sed -E 's/([A-Za-z0-9._+-]+)@/qz\1@/g
		s/\.(example|test)\b/.zqtest/g
		s/\bexample\.(org|com|net)\b/zqtest.\1/g
		s/\b192\.0\.2\./5.67.2./g; s/\b198\.51\.100\./5.67.51./g
		s/\b203\.0\.113\./5.67.113./g
		s/\.2\.0\.192\./.2.67.5./g; s/\.113\.0\.203\./.113.67.5./g
		s/2001:db8:/2a0e:67:/g'
}

# clean FILE PATTERN WHAT: it does not occur, in any case
clean()
{
	if grep -qiE -e "$2" "$1"; then
		fail "$3 leaks:"
		grep -iEm3 -e "$2" "$1"
	fi
}

# show FILE OPTION...: $dir/out, status
show()
{
	n=$((n + 1))
	"$SMTPSCOPE" --replay "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

# What explanations are made from, in one line each.
ids()
{
	grep -oE '"(id|rule|because|act|mta|advice|outcome|confidence|exit|level|reason|say|code|grade|result)":("[^"]*"|[0-9]+)' "$1"
}

# Beginnings of the rows that say what a reply means.
meanings()
{
	grep -E '^    (Likely|Must act|MTA) ' "$1" | cut -c1-40
}

lesson()
{
	name=$1
	canaries <"$dir/$name.live" >"$dir/$name.json"
	grep -qi zqtest "$dir/$name.json" || fail "$name: no canary in it"
	show "$dir/$name.json" --json
	cp "$dir/out" "$dir/open" && open=$status
	show "$dir/$name.json" --json --mask
	clean "$dir/out" 'zqtest|qz[a-z]|5\.67\.|2a0e:67' "$name --json"
	[ $status -eq $open ] || fail "$name: exit $status, not $open"
	ids "$dir/open" >"$dir/ids" && ids "$dir/out" >"$dir/masked"
	cmp -s "$dir/ids" "$dir/masked" || {
		fail "$name is explained otherwise:"
		diff "$dir/ids" "$dir/masked" | head -n 6
	}
	cp "$dir/out" "$dir/first"
	show "$dir/$name.json" --json --mask=all
	cmp -s "$dir/first" "$dir/out" || fail "$name: not the same twice"
	show "$dir/$name.json" -b --lang en
	meanings "$dir/out" >"$dir/ids"
	"$SMTPSCOPE" --replay "$dir/first" -b --lang en >"$dir/again"
	show "$dir/$name.json" -b --lang en --mask
	cmp -s "$dir/out" "$dir/again" || {
		fail "$name: a masked copy is not shown as it was masked"
		diff "$dir/again" "$dir/out" | head -n 6
	}
	meanings "$dir/out" >"$dir/masked"
	cmp -s "$dir/ids" "$dir/masked" || {
		fail "$name is explained otherwise:"
		diff "$dir/ids" "$dir/masked" | head -n 6
	}
	clean "$dir/out" 'zqtest|qz[a-z]|5\.67\.|2a0e:67' "$name -b"
	for form in --swaks --ticket --as-command --plain; do
		show "$dir/$name.json" $form --lang de --mask
		clean "$dir/out" 'zqtest|qz[a-z]|5\.67\.|2a0e:67' "$name $form"
		[ -s "$dir/out" ] || fail "$name $form: nothing"
	done
	show "$dir/$name.json" --json --mask=people
	clean "$dir/out" 'qz[a-z]' "$name --mask=people"
	grep -qi zqtest "$dir/out" || fail "$name: people hides names, too"
}

# ticket NAME LANG: as the file says
ticket()
{
	LC_ALL=C.UTF-8 show "$here/data/ticket/$1.json" --ticket --lang "$2"
	cmp -s "$dir/out" "$here/data/ticket/$1.$2.txt" || {
		fail "ticket $1 $2:"
		diff "$here/data/ticket/$1.$2.txt" "$dir/out"
	}
}

lessons=$("$SMTPSCOPE" --list-lessons | cut -d' ' -f1)
# All at once; of one that waits for long what there is until then will do.
for name in $lessons; do
	timeout 4 "$SMTPSCOPE" --demo="$name" --no-record --json >"$dir/$name.live" \
		2>/dev/null &
done
wait
for name in $lessons; do
	lesson "$name"
done

# A live lesson is masked, its recording is not.
"$SMTPSCOPE" --demo=whose-fault -b --mask --record "$dir/truth" \
	>"$dir/out" 2>"$dir/err"
clean "$dir/out" 'stadtwerke|chor|vorstand|kontakt' "live"
clean "$dir/err" 'stadtwerke|chor|vorstand|kontakt' "live, stderr"
grep -q 'vorstand@chor.example' "$dir/truth" || fail "the recording is masked"

# A pasted bounce.
printf 'Final-Recipient: rfc822; %s\nRemote-MTA: dns; %s\nDiagnostic-Code: %s\n' \
	wren@canary.zqtest mx.nest.zqtest \
	'smtp; 550 5.1.1 <wren@canary.zqtest>: unknown' >"$dir/bounce"
"$SMTPSCOPE" --mask --explain - --lang en <"$dir/bounce" >"$dir/out"
clean "$dir/out" 'zqtest|wren' "--explain -"
grep -q 'For: user1@domain1.example' "$dir/out" || fail "no recipient"
"$SMTPSCOPE" --mask --explain '550 5.1.1 <wren@canary.zqtest>: unknown' \
	>"$dir/out"
clean "$dir/out" 'zqtest|wren' "--explain TEXT"

for lang in en de; do
	ticket refused $lang
	ticket held $lang
	ticket nothing $lang
done
show "$here/data/ticket/escapes.json" --ticket
grep -q '<1B>\]52;c;' "$dir/out" || fail "no ESC shown"
clean "$dir/out" "$(printf '\033')" "an ESC"

echo "$n outputs, $fails faults"
[ "$n" -gt 150 ] || { echo "FAIL: too few outputs"; exit 1; }
[ $fails -eq 0 ]
