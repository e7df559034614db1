# json.awk: rows of the bench (run.sh) as one JSON object.
function text(s)
{
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

BEGIN {
	printf "{\"time\":%s,\"processors\":%d,\"load\":%s,\"rows\":[", \
	    text(when), processors, busy
}

{
	printf "%s\n{\"part\":%s,\"program\":%s,\"metric\":%s,\"unit\":%s," \
	    "\"median\":%s,\"min\":%s,\"max\":%s,\"runs\":%d}", \
	    (NR > 1 ? "," : ""), text($1), text($2), text($3), text($4), \
	    $5, $6, $7, $8
}

END {
	print "\n]}"
}
