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

# ---- what comes out: rows of PART PROGRAM METRIC UNIT MEDIAN MIN MAX RUNS ----

heading() { printf '\n%s\n' "$1"; }

# Rows on stdin, without their part: kept for the JSON, shown as a table.
rows() { # PART
	awk -v part="$1" -v all="$work/rows.tsv" '
	NF { print part "\t" $0 >>all; print part "\t" $0 }' |
		awk -F '\t' -f "$here/table.awk"
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

measure_dialogs() { # PART LIST ADDRESS [PREFIX...]; LIST makes the list
	part=$1
	"$2" "$3" >"$work/list"
	shift 3
	"$@" "$tools/timed" "$rounds" <"$work/list" 2>"$work/failed" |
		rows "$part"
	sed 's/^/  failed: /' "$work/failed"
}

# The two tables at one address.
both_dialogs() { # PART ADDRESS SERVER-PREFIX CLIENT-PREFIX
	# shellcheck disable=SC2086 # the prefixes are lists of words
	{
		serve "$2" $3
		measure_dialogs "$1" dialogs "$2" $4
		unserve
		echo "  with STARTTLS, TLS 1.3"
		serve -t "$2" $3
		measure_dialogs "$1-tls" tls_dialogs "$2" $4
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
		both_dialogs far 192.0.2.2 "ip netns exec $b" "ip netns exec $a"
	fi
	exec 4>&-
	wait "$wire"
	ip netns del "$a"
	ip netns del "$b"
}

# ---- many sessions at once: EHLO MAIL RCPT RSET QUIT ----

crowd_list() { # SESSIONS: the list for timed
	us="$ours --json --no-record --input $work/targets --tls never $helo"
	us="$us -f a@client.example -q rcpt --unordered"
	for at_once in 1 50 500; do
		printf '%s\texec %s\n' "bare epoll loop, $at_once at once" \
			"$tools/crowd 127.0.0.1 $smtp $1 $at_once" \
			"smtpscope --jobs $at_once" \
			"$us --jobs $at_once --per-host $at_once"
	done
	have python3 && printf '%s\t%s\n' "Python asyncio, 500 at once" \
		"ulimit -n 2000; exec python3 $here/crowd.py 127.0.0.1 $smtp $1 500"
}

# Programs that make one session each, 50 at once.
process_list() { # SESSIONS
	each="seq $1 | xargs -P 50 -I%"
	have swaks && printf '%s\t%s\n' "xargs -P 50 swaks" \
		"$each swaks -s 127.0.0.1 -p $smtp $helo -f a@client.example -t b@client.example -q RCPT"
	have posttls-finger && printf '%s\t%s\n' \
		"xargs -P 50 posttls-finger (EHLO QUIT)" \
		"$each posttls-finger -l may [127.0.0.1]:$smtp"
}

# Resident memory with 100 open sessions and with 3,900: the difference a session.
held() {
	for n in 100 3900 100 3900 100 3900; do
		"$tools/many" "127.0.0.1:$smtp" "$n" "$n" hold 2>&1
	done | awk '{ kib[NR] = $6 }
		END { for (i = 2; i <= NR; i += 2)
			print (kib[i] - kib[i - 1]) / 3800 }' | sort -n |
		awk -v OFS='\t' '{ v[NR] = $1 } END { if (NR == 3)
			print "smtpscope", "memory each", "KiB",
				v[2], v[1], v[3], 3 }'
}

many() {
	serve 127.0.0.1
	awk -v port="$smtp" 'BEGIN { for (i = 0; i < 10000; i++)
		printf "{\"target\":\"127.0.0.1:%d\",\"to\":\"b%d@client.example\"}\n",
		    port, i }' >"$work/targets"
	{
		crowd_list 10000 >"$work/list"
		"$tools/timed" "${MANY_ROUNDS:-5}" <"$work/list" | rates 10000
		process_list 200 >"$work/list"
		"$tools/timed" 1 <"$work/list" | rates 200
	} 2>"$work/failed" | rows many
	sed 's/^/  failed: /' "$work/failed"
	held | rows held
	unserve
}

# ---- 10,000 MX lookups ----

# "NAME<tab>COMMAND" lines for timed; each command does 10,000 lookups.
lookup_list() {
	us="$ours --json --no-record --input $work/names -q route"
	for flight in 1 32 500; do
		printf '%s\texec %s\n' "smtpscope --jobs $flight" \
			"$us --dns 127.0.0.1:$dns --jobs $flight --unordered"
		printf '%s\texec %s\n' "its lookups alone, $flight at once" \
			"$tools/lookups 127.0.0.1:$dns 10000 $flight"
	done
	have kdig && printf '%s\t%s\n' "kdig, 10,000 names" \
		"sed 's/\$/ MX/' $work/names | xargs kdig @127.0.0.1 -p $dns +short"
	have dig && printf '%s\t%s\n' "dig -f" \
		"exec dig @127.0.0.1 -p $dns -t MX +short -f $work/names"
}

# Times of 10,000 become rates; the longest time is the lowest rate.
rates() { # HOW-MANY
	awk -F '\t' -v n="$1" -v OFS='\t' '$2 == "time" {
		$2 = "rate"; $3 = "a second"
		low = n * 1e3 / $6; high = n * 1e3 / $5
		$4 = n * 1e3 / $4; $5 = low; $6 = high; printf "%s\t%s\t%s\t%.0f\t%.0f\t%.0f\t%s\n", $1, $2, $3, $4, $5, $6, $7
		next } $2 == "CPU" { $2 = "CPU each"; $3 = "ms"
		printf "%s\t%s\t%s\t%.4f\t%.4f\t%.4f\t%s\n", $1, $2, $3, $4 / n, $5 / n, $6 / n, $7
		next } { print }'
}

lookups() {
	serve 127.0.0.1
	awk 'BEGIN { for (i = 0; i < 10000; i++)
		printf "d%05d.example\n", i }' >"$work/names"
	lookup_list >"$work/list"
	"$tools/timed" "${MANY_ROUNDS:-5}" <"$work/list" 2>"$work/failed" |
		rates 10000 | rows lookups
	sed 's/^/  failed: /' "$work/failed"
	unserve
}

# ---- full-screen programs ----

look() { # LABEL PTY-OPTION... -- PROGRAM...
	label=$1
	shift
	"$tools/pty" -r "${SCREEN_ROUNDS:-5}" -i "${IDLE:-5}" -n "${KEYS:-200}" \
		"$@" | sed "s/^/$label	/"
}

screens() {
	[ -s "$big" ] || awk -v lines="$lines" -f "$here/recording.awk" >"$big"
	q=$(printf '\033:q\r')
	needle=$(printf 'g/needle-at-the-end\r')
	look "smtpscope" -x "$q" -- "$ours" --no-record
	look "smtpscope --demo, PgUp PgDn" -k PgUp -l PgDn -x "$q" -- \
		"$ours" --no-record --demo
	look "smtpscope, $lines lines, Up" -t needle -k Up \
		-f "$needle" -u "needle" -x "$q" -- \
		"$ours" --no-record --replay "$big"
	look "smtpscope, $lines lines, PgUp" -t needle -k PgUp -x "$q" -- \
		"$ours" --no-record --replay "$big"
	have less && look "less, the same file, Down" -k Down \
		-f "$(printf 'g/needle-at-the-end\r')" -u "needle" -- less "$big"
	have less && look "less, PgDn" -k PgDn -- less "$big"
	have tig && [ -d "$here/../../.git" ] &&
		(cd "$here" && look "tig, Down" -k Down -- tig)
	have htop && look "htop, Down" -k Down -t Quit -- htop
	have lnav && look "lnav, Up" -k Up -- lnav "$big"
	have mtr && look "mtr 127.0.0.1" -t Pings -- mtr 127.0.0.1
}

trap 'exec 3>&- 4>&-' EXIT
when=$(date -u +%Y-%m-%dT%H:%MZ)
processors=$(getconf _NPROCESSORS_ONLN)
load=$(cut -d' ' -f1 /proc/loadavg 2>/dev/null)
printf 'smtpscope bench, %s, %s processors, load %s\n' \
	"$when" "$processors" "$load"
echo "median (least-most) of several runs"
heading "One dialog to two recipients, loopback"
both_dialogs dialog 127.0.0.1 env env
heading "The same at 50 ms round trip"
far_dialogs
heading "10,000 sessions EHLO MAIL RCPT QUIT"
many
heading "10,000 MX lookups"
lookups
heading "Full screen, 120x35: first frame, key to its frame, 5 s idle"
screens | rows screens
heading "A recording of $lines lines in memory"
"$tools/kept" "$big" | rows kept
heading "What was aimed at"
awk -F '\t' -v lines="$lines" -f "$here/figures.awk" "$work/rows.tsv"
awk -F '\t' -v when="$when" -v processors="$processors" -v busy="${load:-0}" \
	-f "$here/json.awk" "$work/rows.tsv" >"$BUILD/../bench.json"
