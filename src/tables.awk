# tables.awk: one row of a .tsv becomes one line MACRO("cell", "cell", ...).
#
#   awk -v macro=NAME [-v make=command] -f tables.awk FILE.tsv >FILE.inc
#
# The first line is the header, # lines are comments, "-" is the empty text.
# make=command turns verb names into C names, state lists into bit sets and
# the pipeline column into its enum (src/core/command.h).
BEGIN { FS = "\t"; bad = 0 }

function quote(s)
{
	if (s == "-")
		s = ""
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/\?\?/, "?\\?", s)
	return "\"" s "\""
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
!header { header = NF; for (i = 1; i <= NF; i++) column[$i] = i; next }
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
		out = out (i > 1 ? ", " : "") quote($i)
	printf "%s(%s)\n", macro, out
}
END { exit bad }
