# lines.awk: each line of a text as a C string with its end, and a comma.
{
	out = ""
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		out = out (c == "\\" || c == "\"" ? "\\" c : c)
	}
	printf "\t\"%s\\n\",\n", out
}
