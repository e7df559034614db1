# lessons.awk: each .lesson becomes one line LESSON("name", "text").
#
#   awk -f lessons.awk first.lesson greylisting.lesson ... >lessons.inc
function quote(s)
{
	gsub(/\\/, "&&", s)
	gsub(/"/, "\\\"", s)
	gsub(/\?\?/, "?\\?", s)
	gsub(/\t/, "\\t", s)
	return "\"" s "\\n\""
}
FNR == 1 {
	if (NR > 1)
		print ")"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.lesson$/, "", name)
	printf "LESSON(\"%s\",\n", name
}
{ print quote($0) }
END { if (NR) print ")" }
