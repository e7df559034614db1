#!/bin/sh
# The table that --all ends with, of a recording, in three widths and two
# languages, as tests/data/inspector/grid.txt has it. UPDATE=1 writes it anew.
set -u

: "${SMTPSCOPE:?names the program to test}"
data=${srcdir:-.}/tests/data/inspector
out=$(mktemp "${TMPDIR:-/tmp}/smtpscope-grid-XXXXXX") || exit 1
trap 'rm -f "$out"' EXIT
trap 'exit 1' HUP INT TERM
unset SMTPSCOPE_OPTIONS SMTPSCOPE_TEST_CLOCK
LC_ALL=C.UTF-8
export LC_ALL

for lang in en de; do
	for width in 60 80 110; do
		echo "$lang, $width columns"
		COLUMNS=$width "$SMTPSCOPE" --replay "$data/grid.jsonl" \
			--batch --lang $lang |
			sed -n '/^\* backup\..* \(puts off\|schiebt auf\)/,/^$/p'
	done
done >"$out"
# without UTF-8 the marks have letters
echo "en, ASCII" >>"$out"
LC_ALL=C COLUMNS=80 "$SMTPSCOPE" --replay "$data/grid.jsonl" --batch |
	sed -n '/^\* backup\..* puts off/,/^$/p' >>"$out"

test -z "${UPDATE-}" || cp "$out" "$data/grid.txt"
diff -u "$data/grid.txt" "$out" || exit 1
test "$(grep -c '^    10 mx1' "$out")" -eq 7 || {
	echo "the table is not there in each form"
	exit 1
}
