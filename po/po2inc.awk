# po2inc.awk: a translation catalogue becomes lines PO("id", "text"), sorted
# by the bytes of id, for the binary search in src/util/i18n.c.
#
#   LC_ALL=C awk -f po2inc.awk de.po >de.inc
#
# What is not translated or marked fuzzy is left out: the program then says it
# in English. The catalogue's own header (the empty id) becomes the row that
# keeps the table from ever being empty. Contexts and plurals are not used in
# our sources; meeting one is an error, not a silent loss.
function fail(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
	bad = 1
	exit 1
}

# The bytes that the C compiler will make of a quoted text.
function bytes_of(s,   out, i, c)
{
	out = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\") {
			c = substr(s, ++i, 1)
			if (c == "n")
				c = "\n"
			else if (c == "t")
				c = "\t"
			else if (c != "\"" && c != "\\")
				fail("unknown escape \\" c)
		}
		out = out c
	}
	return out
}

function flush_entry()
{
	if (part == "str" && !fuzzy && (id == "" || str != "")) {
		count++
		key[count] = bytes_of(id)
		row[count] = "PO(\"" id "\", \"" (id == "" ? "" : str) "\")"
	}
	part = id = str = ""
	fuzzy = 0
}

# Insertion sort: a few hundred rows, once a build, in any awk.
function sort_rows(   i, j, k, r)
{
	for (i = 2; i <= count; i++) {
		k = key[i]
		r = row[i]
		for (j = i - 1; j >= 1 && key[j] > k; j--) {
			key[j + 1] = key[j]
			row[j + 1] = row[j]
		}
		key[j + 1] = k
		row[j + 1] = r
	}
}

/^#~/ { next }
/^#,/ { if (part == "str") flush_entry(); if (/fuzzy/) fuzzy = 1; next }
/^#/ { if (part == "str") flush_entry(); next }
/^[ \t]*$/ { flush_entry(); next }
/^msgid "/ {
	if (part == "str")
		flush_entry()
	part = "id"
	sub(/^msgid "/, "")
	id = substr($0, 1, length($0) - 1)
	next
}
/^msgstr "/ {
	part = "str"
	sub(/^msgstr "/, "")
	str = substr($0, 1, length($0) - 1)
	next
}
/^"/ {
	line = substr($0, 2, length($0) - 2)
	if (part == "id")
		id = id line
	else if (part == "str")
		str = str line
	else
		fail("a text that belongs to nothing")
	next
}
{ fail("not understood: " $0) }

END {
	if (bad)
		exit 1
	flush_entry()
	sort_rows()
	for (i = 1; i <= count; i++) {
		if (i > 1 && key[i] == key[i - 1])
			fail("twice: " row[i])
		print row[i]
	}
}
