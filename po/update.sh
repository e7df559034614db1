#!/bin/sh
# update.sh: takes the texts of the sources into po/*.po. What is new waits
# for a translation; what is gone is kept at the end as a comment.
# Needs gettext's tools; building the program does not.
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8
grep -rlE --include="*.[ch]" "\b(_|N_)\(" src | sort >po/POTFILES.in
pot=$(mktemp) || exit 1
trap 'rm -f "$pot"' EXIT
xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ \
	--package-name=smtpscope --add-comments=TRANSLATORS \
	--files-from=po/POTFILES.in --output="$pot" || exit 1
for catalogue in po/*.po; do
	msgmerge --quiet --update --backup=none --no-fuzzy-matching \
		--no-location --sort-output "$catalogue" "$pot" || exit 1
	msgfmt --check --statistics -o /dev/null "$catalogue" || exit 1
done
