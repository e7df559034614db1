# script_table.awk: the scripts of code points, from Unicode's own list.
#
#   awk -f script_table.awk Scripts.txt >script_table.h
#
# Only the scripts of UAX 31, table 5 (in use today by many) are written down:
# a row is {first, last, script}. Everything else, digits and marks of any
# script among it, says nothing about how a name is written. Code points that
# are not assigned do not split a row.
function hex(s,   i, n)
{
	n = 0
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1
	return n
}

function row(first, last, script)
{
	if (script != "" && script != "-")
		printf "\t{0x%04X, 0x%04X, SCRIPT_%s},\n", first, last,
		       toupper(script)
}

BEGIN {
	n = split("Arabic Armenian Bengali Bopomofo Cyrillic Devanagari " \
	          "Ethiopic Georgian Greek Gujarati Gurmukhi Hangul Han " \
	          "Hebrew Hiragana Kannada Katakana Khmer Lao Latin " \
	          "Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai " \
	          "Tibetan", name, " ")
	for (i = 1; i <= n; i++)
		wanted[name[i]] = 1
}

NR == 1 { version = $2 }

/^[0-9A-F]/ {
	split($0, part, /[ ;]+/)
	n = split(part[1], end, /\.\./)
	for (i = hex(end[1]); i <= hex(end[n]); i++)
		class[i] = part[2] in wanted ? part[2] : "-"
}

END {
	print "/* Made by script_table.awk from " version "; do not edit. */"
	print "static const struct script_range script_table[] = {"
	before = ""
	for (i = 0; i <= 1114111; i++) {
		if (!(i in class))
			continue
		if (class[i] != before) {
			row(start, last, before)
			start = i
			before = class[i]
		}
		last = i
	}
	row(start, last, before)
	print "};"
}
