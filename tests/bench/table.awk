# table.awk: rows of the bench (run.sh) as a table, a line a program, a column
# a metric.   PART PROGRAM METRIC UNIT MEDIAN MIN MAX RUNS, parted by tabs
function number(v)
{
	return v >= 1000 ? sprintf("%.0f", v) : v >= 100 ? sprintf("%.1f", v) \
	    : v >= 1 ? sprintf("%.2f", v) : sprintf("%.3f", v)
}

# characters, where length() may count the bytes of UTF-8
function pad(text, columns, left,   n)
{
	n = columns - length(text)
	return left ? sprintf("%s%*s", text, n, "") : sprintf("%*s%s", n, "", text)
}

{
	if (!($2 in line)) { line[$2] = ++programs; name[programs] = $2 }
	title = $3 " " $4
	if ($3 == "memory" || $3 == "CPU" || $3 == "idle wake-ups")
		title = $3 " " $4
	if (!(title in column)) { column[title] = ++metrics; head[metrics] = title }
	text = number($5)
	if ($8 > 1 && $6 != $7 && $3 != "memory")
		text = text " (" number($6) "-" number($7) ")"
	cell[line[$2], column[title]] = text
}

END {
	for (r = 1; r <= programs; r++)
		if (length(name[r]) > wide)
			wide = length(name[r])
	for (c = 1; c <= metrics; c++) {
		width[c] = length(head[c])
		for (r = 1; r <= programs; r++)
			if (length(cell[r, c]) > width[c])
				width[c] = length(cell[r, c])
	}
	text = "  " pad("program", wide, 1)
	for (c = 1; c <= metrics; c++)
		text = text "  " pad(head[c], width[c], 0)
	print text
	for (r = 1; r <= programs; r++) {
		text = "  " pad(name[r], wide, 1)
		for (c = 1; c <= metrics; c++)
			text = text "  " pad(cell[r, c] == "" ? "-" : cell[r, c], \
			    width[c], 0)
		print text
	}
}
