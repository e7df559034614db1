#!/bin/sh
# run.sh: measures the program of $BUILD beside what is installed. Called by
# "./dev bench"; prints a table. ROUNDS, KEYS and LINES may be set smaller.
set -u
export LC_ALL=C.UTF-8 TERM=xterm-256color
unset SMTPSCOPE_OPTIONS NO_COLOR SSL_CERT_FILE SSL_CERT_DIR
here=$(cd "$(dirname "$0")" && pwd)
tools=$BUILD/tests/bench
ours=$BUILD/smtpscope
work=$BUILD/bench
rounds=${ROUNDS:-11}
lines=${LINES:-1000000}
rm -rf "$work"
mkdir -p "$work/home"
export HOME="$work/home" XDG_STATE_HOME="$work/home" XDG_CONFIG_HOME="$work/home"
PATH=$PATH:$BUILD/../peers/bin
big=$BUILD/big-$lines.jsonl
sink_pid=

have() { command -v "$1" >/dev/null 2>&1; }

# A table: columns are as wide as their widest cell.
heading() { printf '\n%s\n' "$1"; }
table() { # COLUMN|COLUMN...; rows on stdin, cells parted by tabs
	{ printf '%s\n' "$1" | tr '|' '\t'; cat; } | awk -F '\t' '
	{ for (i = 1; i <= NF; i++) { cell[NR, i] = $i
	    if (length($i) > width[i]) width[i] = length($i) }
	  if (NF > columns) columns = NF }
	END { for (r = 1; r <= NR; r++) {
	    line = ""
	    for (i = 1; i <= columns; i++)
	      line = line sprintf(i == 1 ? "  %-*s" : "  %*s", width[i], cell[r, i])
	    print line } }'
}

# ---- the mail and name server that answers everything ----

serve() { # [-t] ADDRESS [PREFIX...]: sets smtp and dns to its ports
	offer=
	[ "$1" != -t ] || { offer=-t; shift; }
	address=$1
	shift
	rm -f "$work/in" "$work/out"
	mkfifo "$work/in" "$work/out"
	# shellcheck disable=SC2086 # none, or an option
	"$@" "$tools/sink" $offer "$address" <"$work/in" >"$work/out" &
	sink_pid=$!
	exec 3>"$work/in"
	read -r smtp dns <"$work/out"
}

unserve() {
	exec 3>&-
	[ -z "$sink_pid" ] || wait "$sink_pid"
	sink_pid=
}

# ---- one dialog: EHLO MAIL RCPT RCPT RSET QUIT, the whole process ----

helo="--helo client.example"
people="-f a@client.example -t b@client.example,c@client.example"

dialogs() { # ADDRESS: the list for timed
	us="$ours --batch --no-record --tls never $helo $people -q rcpt"
	printf '%s\texec %s\n' \
		"bare C loop" "$tools/client $1 $smtp" \
		"bare C loop, pipelined" "$tools/client -P $1 $smtp" \
		"smtpscope" "$us $1:$smtp" \
		"smtpscope --pipelining" "$us --pipelining $1:$smtp"
	swaks="exec swaks -n -s $1 -p $smtp $helo $people -q RCPT"
	if have swaks; then
		printf '%s\t%s\n' "swaks (no RSET)" "$swaks" \
			"swaks --pipeline" "$swaks --pipeline"
	fi
	if have curl; then
		printf '%s\texec %s\n' "curl (EHLO RSET QUIT)" \
			"curl -s smtp://$1:$smtp/client.example -X RSET"
	fi
	if have posttls-finger; then
		printf '%s\texec %s\n' "posttls-finger (EHLO QUIT)" \
			"posttls-finger -l may [$1]:$smtp"
	fi
}

# After EHLO comes STARTTLS, then TLS 1.3, then all of the above.
tls_dialogs() { # ADDRESS: the list for timed
	us="$ours --batch --no-record --tls must $helo $people -q rcpt"
	printf '%s\texec %s\n' \
		"bare C loop" "$tools/client_tls $1 $smtp" \
		"bare C loop, pipelined" "$tools/client_tls -P $1 $smtp" \
		"smtpscope" "$us $1:$smtp" \
		"smtpscope --pipelining" "$us --pipelining $1:$smtp"
	swaks="exec swaks -n -tls -s $1 -p $smtp $helo $people -q RCPT"
	if have swaks && perl -MNet::SSLeay -e 1 2>/dev/null; then
		printf '%s\t%s\n' "swaks (no RSET)" "$swaks" \
			"swaks --pipeline" "$swaks --pipeline"
	fi
	if have curl; then
		printf '%s\texec %s\n' "curl (EHLO RSET QUIT)" \
			"curl -sk --ssl-reqd smtp://$1:$smtp/client.example -X RSET"
	fi
	if have posttls-finger; then
		printf '%s\texec %s\n' "posttls-finger (EHLO QUIT)" \
			"posttls-finger -l may [$1]:$smtp"
	fi
	if have openssl; then
		printf '%s\t%s\n' "openssl s_client (QUIT)" \
			"echo QUIT | openssl s_client -starttls smtp -quiet -connect $1:$smtp"
	fi
}

measure_dialogs() { # LIST ADDRESS [PREFIX...]; LIST makes the list
	"$1" "$2" >"$work/list"
	shift 2
	"$@" "$tools/timed" "$rounds" <"$work/list" 2>"$work/failed" |
		table "program|ms median|min|max|CPU ms|MiB"
	sed 's/^/  failed: /' "$work/failed"
}

# The two tables at one address.
both_dialogs() { # ADDRESS SERVER-PREFIX CLIENT-PREFIX
	# shellcheck disable=SC2086 # the prefixes are lists of words
	{
		serve "$1" $2
		measure_dialogs dialogs "$1" $3
		unserve
		echo "  with STARTTLS, TLS 1.3"
		serve -t "$1" $2
		measure_dialogs tls_dialogs "$1" $3
		unserve
	}
}

far_dialogs() {
	if [ "$(id -u)" != 0 ] || ! have ip || [ ! -c /dev/net/tun ]; then
		echo "  skipped: needs root, ip and /dev/net/tun"
		return
	fi
	a=smtpscope-a-$$ b=smtpscope-b-$$
	ip netns add "$a" && ip netns add "$b" || return
	ip netns exec "$a" ip link set lo up
	ip netns exec "$b" ip link set lo up
	rm -f "$work/wire-in" "$work/wire-out"
	mkfifo "$work/wire-in" "$work/wire-out"
	"$tools/delay" "$a" "$b" 25 <"$work/wire-in" >"$work/wire-out" &
	wire=$!
	exec 4>"$work/wire-in"
	if read -r ready <"$work/wire-out" && [ "$ready" = ready ]; then
		both_dialogs 192.0.2.2 "ip netns exec $b" "ip netns exec $a"
	fi
	exec 4>&-
	wait "$wire"
	ip netns del "$a"
	ip netns del "$b"
}

# ---- 10,000 MX lookups ----

lookups() {
	serve 127.0.0.1
	at=127.0.0.1:$dns
	for flight in 1 32 500; do
		best="$("$tools/lookups" "$at" 10000 $flight | cut -d' ' -f1)
$("$tools/lookups" "$at" 10000 $flight | cut -d' ' -f1)
$("$tools/lookups" "$at" 10000 $flight | cut -d' ' -f1)"
		printf 'smtpscope, %d in flight\t%s\n' $flight \
			"$(echo "$best" | sort -n | sed -n 2p)"
	done
	awk 'BEGIN { for (i = 0; i < 10000; i++)
		printf "d%05d.example\n", i }' >"$work/names"
	{
		have kdig && printf '%s\t%s\n' "kdig, 10,000 names" \
			"sed 's/\$/ MX/' $work/names | xargs kdig @127.0.0.1 -p $dns +short"
		have dig && printf '%s\t%s\n' "dig -f" \
			"dig @127.0.0.1 -p $dns -t MX +short -f $work/names"
	} | "$tools/timed" 3 | awk -F '\t' '
		{ printf "%s\t%d\n", $1, 10000 / $2 * 1e3 }'
	unserve
}

# ---- full-screen programs ----

look() { # LABEL PTY-OPTION... -- PROGRAM...
	label=$1
	shift
	"$tools/pty" -r 3 -i "${IDLE:-5}" -n "${KEYS:-100}" "$@" |
		awk -v label="$label" '
		{ v[$1] = $2 }
		END { printf "%s\t%.1f\t%s\t%s\t%d\t%.1f\n", label,
			v["first_frame_ms"],
			v["keys"] ? sprintf("%.2f", v["key_p50_ms"]) : "-",
			v["keys"] ? sprintf("%.2f", v["key_p99_ms"]) : "-",
			v["idle_switches"], v["memory_mib"] }'
}

screens() {
	[ -s "$big" ] || awk -v lines="$lines" -f "$here/recording.awk" >"$big"
	q=$(printf '\033:q\r')
	look "smtpscope" -x "$q" -- "$ours" --no-record
	look "smtpscope --demo, PgUp PgDn" -k PgUp -l PgDn -x "$q" -- \
		"$ours" --no-record --demo
	look "smtpscope, $lines lines, Up" -t needle -k Up -x "$q" -- \
		"$ours" --no-record --replay "$big"
	look "smtpscope, $lines lines, PgUp" -t needle -k PgUp -x "$q" -- \
		"$ours" --no-record --replay "$big"
	have less && look "less, the same file, Down" -k Down -- less "$big"
	have less && look "less, PgDn" -k PgDn -- less "$big"
	have tig && [ -d "$here/../../.git" ] &&
		(cd "$here" && look "tig, Down" -k Down -- tig)
	have htop && look "htop, Down" -k Down -t Quit -- htop
	have lnav && look "lnav, Up" -k Up -- lnav "$big"
	have mtr && look "mtr 127.0.0.1" -t Pings -- mtr 127.0.0.1
}

trap 'exec 3>&- 4>&-' EXIT
printf 'smtpscope bench, %s, %s processors, load %s\n' \
	"$(date -u +%Y-%m-%dT%H:%MZ)" "$(getconf _NPROCESSORS_ONLN)" \
	"$(cut -d' ' -f1 /proc/loadavg 2>/dev/null)"
heading "One dialog to two recipients, loopback"
both_dialogs 127.0.0.1 env env
heading "The same at 50 ms round trip"
far_dialogs
heading "10,000 MX lookups"
lookups | table "program|a second"
heading "Full screen, 120x35: first frame, key to its frame, 5 s idle"
screens | table "program|frame ms|key p50|key p99|idle wake-ups|MiB"
