# recording.awk: a recording of many sessions, so long that its dialog has
# LINES lines (design: a line is something sent or one line of a reply).
#
#   awk -v lines=1000000 -f recording.awk >big.jsonl
function head(event)
{
	t += 5
	printf "{\"v\":1,\"t\":%.6f,\"n\":%d,\"session\":%d," \
	    "\"target\":\"example.net\",\"event\":\"%s\"", t / 1000, ++n,
	    session, event
}

function sent(verb, line)
{
	head("sent")
	printf ",\"line\":\"%s\",\"verb\":\"%s\",\"secret\":false," \
	    "\"bytes\":%d}\n", line, verb, length(line) + 2
	to = n
	made++
}

function reply(code, enhanced, text,   i, k, line, list)
{
	k = split(text, line, "|")
	for (i = 1; i <= k; i++)
		list = list (i > 1 ? "," : "") "\"" code \
		    (i < k ? "-" : " ") line[i] "\""
	head("reply")
	printf ",\"to\":%d,\"code\":%d,\"enhanced\":\"%s\",\"lines\":[%s]," \
	    "\"ms\":4.2}\n", to, code, enhanced, list
	made += k
}

function state(from, into)
{
	head("state")
	printf ",\"from\":\"%s\",\"to\":\"%s\",\"rule\":\"%s\"," \
	    "\"why\":\"\"}\n", from, into, into
}

function place(event)
{
	head(event)
	printf ",\"host\":\"mx%d.example.net\",\"address\":\"192.0.2.%d\"," \
	    "\"port\":25,\"via\":\"\",\"ms\":3.1,\"local\":\"192.0.2.1\"}\n",
	    session % 97, session % 97 + 2
}

function dialog()
{
	session++
	place("connecting")
	place("connected")
	to = 0
	state("closed", "connected")
	reply(220, "", "mx" session % 97 ".example.net ESMTP ready")
	state("connected", "greeted")
	sent("EHLO", "EHLO client.example.org")
	reply(250, "", "mx" session % 97 ".example.net|PIPELINING|" \
	    "SIZE 52428800|ENHANCEDSTATUSCODES|SMTPUTF8")
	state("greeted", "ready")
	sent("MAIL", "MAIL FROM:<sender" session "@example.org>")
	reply(250, "2.1.0", "2.1.0 Ok")
	state("ready", "mail")
	sent("RCPT", "RCPT TO:<user" session "@example.net>")
	if (session % 7)
		reply(250, "2.1.5", "2.1.5 Ok")
	else
		reply(450, "4.2.0", "4.2.0 Greylisted, try again in 300 s")
	if (session % 7)
		state("mail", "rcpt")
	sent("QUIT", "QUIT")
	reply(221, "2.0.0", made < lines - 1 ? "2.0.0 Bye" \
	    : "2.0.0 needle-at-the-end")
	head("closed")
	print ",\"by\":\"server\",\"clean\":true}"
}

BEGIN {
	head("start")
	print ",\"program\":\"smtpscope\",\"version\":\"0.1.0\"," \
	    "\"time\":\"2026-01-01T00:00:00Z\",\"options\":\"\"," \
	    "\"lang\":\"en\"}"
	while (made < lines)
		dialog()
	session = 0
	head("end")
	printf ",\"exit\":0,\"sessions\":%d,\"accepted\":%d,\"deferred\":%d," \
	    "\"refused\":0,\"unreachable\":0}\n", int(made / 14),
	    int(made / 14 * 6 / 7), int(made / 14 / 7)
}
