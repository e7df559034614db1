# tables.awk: one row of a .tsv becomes one line MACRO("cell", "cell", ...).
# Several files of the same columns make one table.
#
#   awk -v macro=NAME [-v make=command] [-v bare=1] -f tables.awk FILE.tsv... >FILE.inc
#
# The first line is the header, # lines are comments, "-" is the empty text.
# make=command turns verb names into C names, state lists into bit sets and
# the pipeline column into its enum (src/core/command.h). With bare=1 the first
# cell is a C name and is not quoted.
BEGIN { FS = "\t"; bad = 0 }

# A character at a time: what gsub() makes of backslashes differs between awks.
function quote(s,   i, c, out)
{
	if (s == "-")
		s = ""
	if (s !~ /["\\?]/)
		return "\"" s "\""
	out = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\" || c == "\"" || c == "?")
			out = out "\\"
		out = out c
	}
	return "\"" out "\""
}

# "(END OF DATA)" -> VERB_END_OF_DATA
function verb_id(s)
{
	gsub(/[()]/, "", s)
	gsub(/[^A-Z0-9]/, "_", s)
	return "VERB_" s
}

# "ready mail rcpt" -> AT(ST_READY) | AT(ST_MAIL) | AT(ST_RCPT)
function state_set(s,   n, i, w, out)
{
	gsub(/\([^)]*\)/, "", s)
	n = split(s, w, " ")
	out = ""
	for (i = 1; i <= n; i++)
		out = out (out == "" ? "" : " | ") "(1u << ST_" toupper(w[i]) ")"
	return out == "" ? "0" : out
}

/^#/ || /^$/ { next }
FNR == 1 { header = NF; for (i = 1; i <= NF; i++) column[$i] = i; next }
NF != header {
	printf "%s:%d: %d cells, the header has %d\n", FILENAME, FNR, NF, header > "/dev/stderr"
	bad = 1
	exit 1
}
make == "command" {
	t = $column["client_timeout_s"]
	printf "COMMAND(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, PIPE_%s, %s, %s, %s, %s, %s)\n",
		verb_id($1), quote($1), quote($column["syntax"]),
		state_set($column["allowed_states"]), quote($column["next_state"]),
		quote($column["success"]), quote($column["intermediate"]),
		quote($column["transient"]), quote($column["permanent"]),
		t == "-" ? 0 : t, toupper($column["pipeline"]),
		quote($column["needs_extension"]), quote($column["status"]),
		quote($column["explain_en"]), quote($column["explain_de"]),
		quote($column["source"])
	next
}
{
	out = ""
	for (i = 1; i <= NF; i++)
		out = out (i > 1 ? ", " : "") (i == 1 && bare ? $i : quote($i))
	printf "%s(%s)\n", macro, out
}
END { exit bad }
