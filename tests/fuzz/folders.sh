#!/bin/sh
# folders.sh TARGET: the folders of inputs that tests/fuzz/TARGET.c names, for
# libFuzzer's command line (tests/fuzz/fuzz.h says what the names mean).
top=$(cd "$(dirname "$0")/../.." && pwd)
shared=${SMTPSCOPE_SHARED:-$top/../shared}
sed -n '/fuzz_inputs\[\]/,/};/p' "$top/tests/fuzz/$1.c" |
	grep -o '"[^"]*"' | tr -d '"' |
	while read -r name; do
		case $name in
		@*) folder=$shared/${name#@} ;;
		*) folder=$top/tests/fuzz/$name ;;
		esac
		[ ! -d "$folder" ] || printf '%s\n' "$folder"
	done
