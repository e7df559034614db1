#!/bin/sh
# po.sh: is every text of the sources in every catalogue, translated?
# po/update.sh takes new texts in.
cd "${srcdir:-.}" || exit 1
export LC_ALL=C.UTF-8
command -v xgettext >/dev/null 2>&1 || { echo "no gettext here"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

grep -rlE --include='*.[ch]' '\b(_|N_)\(' src | sort >"$work/files"
xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ \
	--files-from="$work/files" --output="$work/new.pot" || exit 1
for catalogue in po/*.po; do
	msgfmt --check -o /dev/null "$catalogue" || status=1
	msgcmp "$catalogue" "$work/new.pot" \
		2>"$work/missing" || {
		grep -v '^msgcmp' "$work/missing"
		status=1
	}
done
exit $status
