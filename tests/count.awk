# count.awk: sums up test results.   awk -f count.awk FILE.trs...
#
# A .trs file is one program's result; what it printed is in FILE.log. A
# cmocka program counts with each of its tests, any other as one. Names what
# was skipped and what failed, then says "N passed, N failed".
function name_of(file)
{
	sub(/^build\//, "", file)
	sub(/\.trs$/, "", file)
	return file
}

# "[  PASSED  ] 7 test(s)." anywhere in the line; 0 when it is not there
function number_after(line, word)
{
	if (!match(line, "\\[  " word " *\\] [0-9]+ test"))
		return 0
	line = substr(line, RSTART, RLENGTH)
	sub(/^[^]]*\] /, "", line)
	return line + 0
}

# The log of one program: its cmocka summary, its last words.
function read_log(file,   line)
{
	ok = not_ok = left_out = ended = 0
	last = ""
	sub(/\.trs$/, ".log", file)
	while ((getline line < file) > 0) {
		ok += number_after(line, "PASSED")
		not_ok += number_after(line, "FAILED")
		left_out += number_after(line, "SKIPPED")
		if (line !~ /^(SKIP|FAIL|PASS|ERROR) .*exit status/ && line != "")
			last = line
	}
	close(file)
}

function show_tail(file,   line, n, i, kept)
{
	sub(/\.trs$/, ".log", file)
	n = 0
	while ((getline line < file) > 0)
		kept[n++] = line
	close(file)
	for (i = n > 15 ? n - 15 : 0; i < n; i++)
		print "    " kept[i]
}

/^:test-result: / {
	read_log(FILENAME)
	if ($2 == "PASS" || $2 == "XFAIL") {
		passed += ok ? ok : 1
		skipped += left_out
		if (left_out)
			print "skipped: " left_out " of " name_of(FILENAME)
	} else if ($2 == "SKIP") {
		skipped++
		print "skipped: " name_of(FILENAME) (last ? ": " last : "")
	} else {
		passed += ok
		failed += not_ok ? not_ok : 1
		print "failed: " name_of(FILENAME)
		show_tail(FILENAME)
	}
}

END {
	printf "%d passed, %d failed", passed, failed
	if (skipped)
		printf ", %d skipped", skipped
	print ""
	exit failed > 0 || passed == 0
}
