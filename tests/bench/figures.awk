# figures.awk: what the bench's rows (run.sh) say of each figure aimed at.
function of(part, program, metric)
{
	return median[part, program, metric]
}

function row(what, reached, met)
{
	printf "  %-52s  %-30s  %s\n", what, reached, \
	    reached == "-" ? "not measured" : met ? "yes" : "no"
}

# a / b, where both were measured, may be at most (least: at least) limit
function ratio(what, a, b, limit, least)
{
	if (!a || !b)
		row(what, "-", 0)
	else
		row(what, sprintf("%.3f x (%.2f, %.2f)", a / b, a, b), \
		    least ? a / b >= limit : a / b <= limit)
}

function at_most(what, value, unit, limit)
{
	row(what, value == "" ? "-" : sprintf("%.2f %s", value, unit), \
	    value + 0 <= limit)
}

{ median[$1, $2, $3] = $5 }

END {
	bare = "bare C loop"
	group = bare ", pipelined"
	us = "smtpscope"
	together = us " --pipelining"
	big = us ", " lines " lines, "
	printf "  %-52s  %-30s  %s\n", "figure", "reached", "met"
	ratio("one dialog: at most 2 x the bare loop", \
	    of("dialog", us, "time"), of("dialog", bare, "time"), 2)
	ratio("at 50 ms: within 3 % of the bare loop", \
	    of("far", us, "time"), of("far", bare, "time"), 1.03)
	ratio("at 50 ms, pipelined", of("far", together, "time"), \
	    of("far", group, "time"), 1.03)
	ratio("at 50 ms with TLS", of("far-tls", us, "time"), \
	    of("far-tls", bare, "time"), 1.03)
	ratio("at 50 ms with TLS, pipelined", of("far-tls", together, "time"), \
	    of("far-tls", group, "time"), 1.03)
	ratio("10,000 sessions: at least half the bare loop", \
	    of("many", us " --jobs 500", "rate"), \
	    of("many", "bare epoll loop, 500 at once", "rate"), 0.5, 1)
	at_most("memory of an open session: at most 20 KiB", \
	    of("held", us, "memory each"), "KiB", 20)
	# a target is five lookups: its MX, A and AAAA of two hosts
	ratio("10,000 MX lookups: at least 2 x kdig", \
	    of("lookups", "its lookups alone, 32 at once", "rate"), \
	    of("lookups", "kdig, 10,000 names", "rate"), 2, 1)
	at_most("first complete frame: at most 15 ms", \
	    of("screens", us, "first frame"), "ms", 15)
	at_most("a key to its frame, p99, Up: at most 2 ms", \
	    of("screens", big "Up", "key p99"), "ms", 2)
	at_most("a key to its frame, p99, PgUp: at most 2 ms", \
	    of("screens", big "PgUp", "key p99"), "ms", 2)
	at_most("search to the end: at most 300 ms", \
	    of("screens", big "Up", "search"), "ms", 300)
	at_most("memory of " lines " lines: texts + 64 bytes a line", \
	    of("kept", us, "beside the texts"), "bytes", 64)
	at_most("no wake-ups when idle", \
	    of("screens", us, "idle wake-ups"), "in 5 s", 0)
}
