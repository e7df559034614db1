# width_table.awk: display widths of code points, from Unicode's own list.
#
#   awk -f width_table.awk EastAsianWidth.txt >width_table.h
#
# The list holds the width and (in its comments) the general category of each
# assigned code point; what is not in it is unassigned. Ambiguous ones are
# narrow. A row is {first, last, columns}; one column is not written down.
#
#   -1  has no look of its own, so it must be shown as a token: controls,
#       format characters, blanks that are not U+0020, fillers, variation
#       selectors, surrogates, unassigned
#    0  joins the character before it: marks, Hangul vowels and finals
#    2  wide or full-width
function hex(s,   i, n)
{
	n = 0
	for (i = 1; i <= length(s); i++)
		n = n * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1
	return n
}

function hide(first, last,   i)
{
	for (i = first; i <= last; i++)
		class[i] = -1
}

function row(first, last, columns)
{
	if (columns != 1)
		printf "\t{0x%04X, 0x%04X, %d},\n", first, last, columns
}

NR == 1 { version = $2 }

/^[0-9A-F]/ {
	split($1, part, ";")
	n = split(part[1], end, /\.\./)
	first = hex(end[1])
	last = hex(end[n])
	width = part[2]
	category = $3
	columns = width == "W" || width == "F" ? 2 : 1
	if (category ~ /^(Mn|Me)$/)
		columns = 0
	else if (category ~ /^(Cc|Cf|Cn|Cs|Zs|Zl|Zp)$/)
		columns = -1
	for (i = first; i <= last; i++)
		class[i] = columns
}

END {
	class[32] = 1                 # the only blank that looks like one
	for (i = 4448; i <= 4607; i++) # Hangul vowels and finals
		class[i] = 0
	for (i = 55216; i <= 55291; i++)
		if (i in class)
			class[i] = 0
	hide(847, 847)                # combining grapheme joiner
	hide(4447, 4448)              # Hangul fillers
	hide(12644, 12644)
	hide(65440, 65440)
	hide(6068, 6069)              # Khmer inherent vowels
	hide(6155, 6159)              # Mongolian variation selectors
	hide(10240, 10240)            # Braille pattern blank
	hide(65024, 65039)            # variation selectors
	hide(917760, 917999)
	print "/* Made by width_table.awk from " version "; do not edit. */"
	print "static const struct width_range width_table[] = {"
	start = 0
	before = 0 in class ? class[0] : -1
	for (i = 1; i <= 1114111; i++) {
		now = i in class ? class[i] : -1
		if (now == before)
			continue
		row(start, i - 1, before)
		start = i
		before = now
	}
	row(start, 1114111, before)
	print "};"
}
