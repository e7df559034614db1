#!/bin/sh
# faults.sh: each id of tests/data/faults.txt has a test: a row named
# "T01_..." or a function test_T01_... in one of the tests' sources.
cd "${srcdir:-.}" || exit 1

list=tests/data/faults.txt
[ "$(grep -c '^[A-Z]' $list)" = 122 ] || { echo "$list: not 122 ids"; exit 1; }
missing=0
for id in $(sed -n 's/^\([A-Z][0-9][0-9]\)	.*/\1/p' $list); do
	grep -Eq "[\"_]${id}_" tests/*_test.c tests/*.sh || {
		echo "$id: no test"
		missing=$((missing + 1))
	}
done
[ "$missing" = 0 ]
