#!/bin/sh
# The program as a whole, without a terminal: what good and bad input gets, in
# English and German, and the first lesson line by line. Needs nothing but
# loopback. SMTPSCOPE names the program.
set -u

: "${SMTPSCOPE:?names the program to test}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/smtpscope-cli-XXXXXX") || exit 1
serve=
trap 'test -z "$serve" || kill "$serve"; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config
export XDG_STATE_HOME XDG_CONFIG_HOME
unset SMTPSCOPE_OPTIONS SMTPSCOPE_TEST_CLOCK NO_COLOR
fails=0
n=0

fail()
{
	echo "FAIL: $*"
	fails=$((fails + 1))
}

# run ARG...: status, $dir/out, $dir/err
run()
{
	n=$((n + 1))
	"$SMTPSCOPE" "$@" <"${input:-/dev/null}" >"$dir/out" 2>"$dir/err"
	status=$?
}

want_status()
{
	test "$status" -eq "$1" || {
		fail "$2: exit $status, not $1"
		cat "$dir/out" "$dir/err"
	}
}

# has FILE TEXT WHERE
has()
{
	grep -qF -- "$2" "$dir/$1" || {
		fail "$3: \"$2\" is not in its $1:"
		cat "$dir/$1"
	}
}

# bad ENGLISH GERMAN ARG...: exit 64, nothing on stdout, one line on stderr
# that holds this text, in both languages
bad()
{
	english=$1 german=$2
	shift 2
	for lang in en de; do
		run --lang "$lang" "$@"
		want_status 64 "$lang $*"
		test ! -s "$dir/out" || fail "$*: something on stdout"
		test "$(wc -l <"$dir/err")" -eq 1 || fail "$*: not one line"
		if test $lang = en; then
			has err "$english" "$*"
		else
			has err "$german" "$*"
		fi
	done
}

# lesson FILE: the same lines in the same order, other lines between
in_order()
{
	awk 'NR == FNR { want[++w] = $0; next }
	     at < w && $0 == want[at + 1] { at++ }
	     END {
		if (at == w)
			exit 0
		print "missing, or not in its place: " want[at + 1]
		exit 1
	     }' "$1" "$2"
}

cr=$(printf 'a@b.example\r')
lf='a@b.example
RCPT TO:<c@d.example>'
long=$(printf '%064d' 0)

cd "$dir" || exit 1
cat >good.lesson <<'EOF'
title: A DNS server that does not answer
target: silent.example
@zone
silent.example. 300 IN SOA ns.silent.example. h.silent.example. 1 3600 900 604800 60
silent.example. 300 IN MX 10 mx.silent.example.
mx.silent.example. 300 IN A 192.0.2.1
@dns silent silent.example
@server mx.silent.example
S: 220 mx.silent.example ESMTP
EOF
{ cat good.lesson; printf '\n\n\n\n\n\n\n@wobble\n'; } >bad.lesson
test "$(sed -n 17p bad.lesson)" = @wobble || fail "bad.lesson is not right"
# one that takes ten seconds goes on beside the others
"$SMTPSCOPE" --demo=./good.lesson --batch </dev/null >silent.out 2>&1 &
silent=$!

# ---- options ----
bad 'did you mean -f, --from ADDR?' '-f, --from ADRESSE?' --fromm a@b.example
bad 'a value is missing' '(-p, --port N)' --port
bad '"99999"' '65535' --port 99999 example.org
bad '-q, --quit-after STAGE' '„nowhere“' -q nowhere example.org
bad '--tls never|may|must' '--tls never|may|must' --tls perhaps example.org
bad '--tls-ca' '--tls-ca' -b --tls dane --tls-ca ca.pem example.org
bad '--auth-user' '--auth-user' -b --auth example.org
bad '--auth-password-file' '--auth-password-file' -b --auth-password x a.example
bad '--auth-password-file' '--auth-password-file' -b -ap x a.example
bad '/no/such' '/no/such' -b --auth-user u --auth-password-file /no/such a.example
bad '--pipe' '--pipe' -b --pipe true -s example.org
bad '1.2' '1.2' -b --tls-min 1.4 example.org
bad '--protocol' '--protocol' -b --protocol smtp lmtp://example.org
bad '--as-command' '--as-command' --json --as-command example.org
bad 'bash, zsh and fish' 'bash, zsh' --completions csh
bad 'recipient is needed' '-t, --to' -b -q rcpt example.org
bad '--data FILE' '--data' -b -q dot u@example.org
bad '/no/such' '/no/such' -b -q dot u@example.org --data /no/such
bad 'cvd-dark' 'cvd-dark' --theme nice example.org
bad 'no target' '--demo' --batch
bad '/no/such' '/no/such' --replay /no/such --batch
bad '/no/such/dir' '/no/such/dir' --demo -b --record /no/such/dir/x
bad '--explain' '--explain 550 5.1.1' --explain

# ---- targets and addresses ----
bad 'a..b' 'a..b' -b a..b
bad '63' '63' -b "$long.example"
bad 'user@[192.0.2.1]' '[192.0.2.1]' -b user@192.0.2.1
bad 'control character' '--to' -b example.org -t "$cr"
bad 'control character' '--from' -b example.org -f "$lf"
bad '<0D>' '<0D>' -b "$cr"
bad '<0A>RCPT' '<0A>RCPT' -b "$lf"

# ---- lessons ----
bad 'first, greylisting' 'first, greylisting' --demo=nosuch -b
bad './nosuch.lesson' './nosuch.lesson' --demo=./nosuch.lesson -b
bad 'bad.lesson:17:' 'bad.lesson:17:' --demo=./bad.lesson -b
bad 'numeric' '192.0.2.53:53' --serve --listen here

# ---- the password: a file, or a terminal, or not at all ----
printf 'hunter2\nsecond\n' >secret
chmod 644 secret
run -b --no-record 127.0.0.1:1 --auth-user u --auth-password-file secret
want_status 74 'a password file'
has err 'chmod 600' 'a password file that all may read'
chmod 600 secret
run -b --no-record 127.0.0.1:1 --auth-user u --auth-password-file secret
test ! -s err || fail 'a password file that is fine is complained about'
run -b --no-record 127.0.0.1:1 --auth-user u --auth-password-file secret \
	--as-command --swaks
if grep -q hunter2 out err; then fail 'the password is printed'; fi
has out "--auth-user=u" 'the line to do it again'
run --print-config --auth-user u --auth-password-file secret
if grep -q hunter2 out; then fail 'the password is in --print-config'; fi
if command -v setsid >/dev/null 2>&1; then
	setsid "$SMTPSCOPE" -b --no-record 127.0.0.1:1 --auth-user u \
		</dev/null >out 2>err
	status=$?
	want_status 64 'no terminal to ask on'
	has err '--auth-password-file' 'no terminal to ask on'
fi

# ---- sources ----
mkdir -p config/smtpscope
printf 'port = 26\nfrom = <>\n' >config/smtpscope/config
SMTPSCOPE_OPTIONS='--port 27 --helo env.example'
export SMTPSCOPE_OPTIONS
run --print-config --helo args.example --mail-param A=B --mail-param SMTPUTF8 \
	--tls verify --protocol lmtp --proxy-header v2 --tls-min 1.2 \
	--auth=PLAIN --timeout classroom --swaks
want_status 0 --print-config
has out 'port = 27' --print-config
has out 'from = <>' --print-config
has out 'helo = args.example' --print-config
has out 'mail-param = SMTPUTF8' --print-config
has out 'tls = verify' --print-config
has out 'proxy-header = v2' --print-config
cp out round.config
unset SMTPSCOPE_OPTIONS
cp round.config config/smtpscope/config
run --print-config
cmp -s out round.config || fail "--print-config does not read what it wrote"
printf '\nport = many\n' >config/smtpscope/config
bad 'config:2:' 'config:2:' example.org -b
run --help
want_status 0 '--help with a broken config'
rm config/smtpscope/config

# ---- reference ----
run --version
want_status 0 --version
has out 'smtpscope ' --version
COLUMNS=80 run --help
test "$(awk 'length > 80' out | wc -l)" -eq 0 || fail "--help is too wide"
run --lang de --help
has out '[=always]' 'a word to be typed stays as it is'
has out 'Aufruf' '--help in German'
LC_ALL=C run --lang de --help
test "$(LC_ALL=C tr -d '\n -~' <out | wc -c)" -eq 0 ||
	fail "German under LC_ALL=C is not ASCII"
run --explain 550 5.1.1
want_status 0 '--explain 550 5.1.1'
has out 'RFC 5321' '--explain 550 5.1.1'
has out 'No such mailbox' '--explain 550 5.1.1'
run --explain 4.7.26
want_status 0 '--explain 4.7.26'
has out '4.7.26' '--explain 4.7.26'
run --explain STARTTLS SIZE
want_status 0 '--explain STARTTLS SIZE'
has out 'RFC 3207' '--explain STARTTLS SIZE'
has out 'RFC 1870' '--explain STARTTLS SIZE'
run --lang de --explain '450 4.2.0 Greylisted, come back later'
want_status 0 'a greylisting reply'
has out 'Greylisting' 'a greylisting reply'
has out 'Vermutlich' 'a greylisting reply'
run --explain qqqqqq
want_status 1 '--explain of nothing'
printf '%s\n' '<bert@example.com>: host mx.example.com[192.0.2.25] said:' \
	'    550 5.1.1 User unknown (in reply to RCPT TO command)' >"$dir/bounce"
input=$dir/bounce
run --explain -
want_status 0 '--explain - of a bounce'
has out '550 5.1.1 after RCPT' '--explain - of a bounce'
has out 'bert@example.com' '--explain - of a bounce'
has out 'No such mailbox' '--explain - of a bounce'
echo 'nothing of the kind' >"$dir/bounce"
run --lang de --explain -
want_status 1 '--explain - of nothing'
has out 'keine Ablehnung' '--explain - of nothing'
input=
run --list-rules
has out '| quit |' --list-rules
run --list-lessons
test "$(wc -l <out)" -ge 10 || fail "fewer than ten lessons"
run --print-keys
want_status 0 --print-keys
for shell in bash zsh fish; do
	run --completions $shell
	want_status 0 "--completions $shell"
	has out 'quit-after' "--completions $shell"
	if command -v $shell >/dev/null 2>&1; then
		$shell -n out || fail "$shell does not parse its completions"
	fi
done
if command -v bash >/dev/null 2>&1; then
	run --completions bash
	test "$(bash -c '. ./out; COMP_WORDS=(smtpscope -q co); COMP_CWORD=2
		_smtpscope; echo "${COMPREPLY[*]}"')" = connect ||
		fail "bash does not complete -q co"
	test "$(bash -c '. ./out; COMP_WORDS=(smtpscope --demo = gr)
		COMP_CWORD=3; _smtpscope; echo "${COMPREPLY[*]}"')" = \
		greylisting || fail "bash does not complete --demo=gr"
fi

# ---- the first lesson ----
cat >first.dialog <<'EOF'
S: 220-mailin04.aul.t-online.example T-Online ESMTP receiver fssmtpd2025 ready.
S: 220 T-Online ESMTP receiver ready.
C: EHLO meinhost.meinedomain.example
S: 250-mailin04.aul.t-online.example ready.
S: 250-SIZE 33554432
S: 250-8BITMIME
S: 250-ENHANCEDSTATUSCODES
S: 250 HELP
C: MAIL FROM:<meineemailadresse@meinedomain.example>
S: 250 2.1.0 Sender accepted.
C: RCPT TO:<empfaenger1@t-online.example>
S: 550-5.1.1 user unknown
S: 550 5.1.1 Unknown recipient.
C: RCPT TO:<empfaenger2@t-online.example>
S: 250 2.1.5 Recipient accepted.
C: QUIT
S: 221-2.0.0 mailin04.aul.t-online.example closing.
S: 221 2.0.0 Closing.
EOF
for lang in en de; do
	run --demo=first --batch --lang $lang
	want_status 0 "the first lesson in $lang"
	grep '^[CS]: ' out >dialog
	cmp dialog first.dialog || fail "the first lesson's dialog in $lang"
done
in_order first.dialog out || fail "the first lesson's order"
for host in mx00 mx01 mx02 mx03; do
	has out "$host.t-online.example" 'the MX table'
done
has out 'Zuständig' 'the first lesson in German'
grep -q "$(printf '\033')" out && fail "escape sequences in a file"
LC_ALL=C run --demo=first --batch --lang de
test "$(LC_ALL=C tr -d '\n -~' <out | wc -c)" -eq 0 ||
	fail "the lesson under LC_ALL=C is not ASCII"
COLUMNS=60 run --demo=first --batch
test "$(grep -v '^[CS*]' out | awk 'length > 60 && !/mx0/' | wc -l)" -eq 0 ||
	fail "the lesson does not keep to 60 columns"

# ---- a lesson's servers, but not its steps ----
run --demo -b -t empfaenger1@t-online.example
want_status 67 'one recipient who is refused'
run --demo -b empfaenger2@t-online.example
want_status 0 'one recipient who is taken'
grep -q '^C: RCPT TO:<empfaenger1' out && fail "a recipient nobody asked for"
printf 'Subject: x\n\n.dot\n' >message
run --demo -b empfaenger2@t-online.example -q dot --data message
want_status 0 '-q dot'
has out 'C: .' '-q dot'
has out 'S: 250 2.0.0' '-q dot'
run --demo -b empfaenger2@t-online.example -q data
want_status 0 '-q data'
grep -q '^C: \.$' out && fail "-q data sends a message"
printf 'EHLO a.example\nNOOP\n' >script
run --demo -b --script script
want_status 0 --script
has out 'C: NOOP' --script
has out 'C: QUIT' --script
run --demo -b t-online.example nx.example
want_status 68 'the worst of two targets'
has out NXDOMAIN 'the worst of two targets'
run --demo -b t-online.example
want_status 0 'no recipient'
grep -q 'recipients:' out && fail "counts recipients where none was asked"
run --demo -b -q route t-online.example
want_status 0 '-q route'
grep -q '^[CS]: ' out && fail "-q route connects"

# ---- the same bytes in each run, in a replay, in both forms ----
SMTPSCOPE_TEST_CLOCK=2026-01-02T10:41:02Z
export SMTPSCOPE_TEST_CLOCK
run --demo=first --seed 1 --json
want_status 0 --json
cp out live.json
run --demo=first --seed 1 --json
cmp -s out live.json || fail "two runs on the test clock differ"
run --demo=first --seed 1 --batch
has out '; recipients: 1 accepted' 'recipients who were judged'
cp out live.txt
run --replay live.json --json
want_status 1 'a replay' # the recording's own status
cmp -s out live.json || fail "the JSON of a replay differs"
run --replay live.json --batch
cmp -s out live.txt || fail "the text of a replay differs"
run --demo=two-ways --all --batch --record all.json
want_status 69 '--all: the worst of all addresses'
has out '* IPv4 accepted, IPv6 refused: 550 5.7.25, Reverse DNS missing' \
	'the one that differs'
has out '      2001:db8:97::25 ' 'its row'
cp out all.txt
run --replay all.json --batch
cmp -s out all.txt || fail "the text of a replay with --all differs"
run --demo=mx-routes --all --seed 1 --batch
want_status 74 "a lesson with --all is judged by its addresses"
run --demo=first --seed 1 --swaks
cp out live.swaks
run --replay live.json --swaks
cmp -s out live.swaks || fail "swaks' marks of a replay differ"
run --replay live.json --batch --as-command
has out 'swaks --server mx0' 'the lines of a replay'
has out 'nc -C 192.0.2.' 'the lines of a replay'
run --replay live.json --batch --lang de
has out 'Zuständig' 'a replay in another language'
unset SMTPSCOPE_TEST_CLOCK

# ---- recordings ----
run --demo=first --batch --record my.jsonl
want_status 0 --record
test "$(ls -l my.jsonl | cut -c1-10)" = -rw------- || fail "--record's mode"
run --replay my.jsonl --json
cmp -s out my.jsonl || fail "--record does not hold what --json prints"
head -c 3000 my.jsonl >cut.jsonl
run --replay cut.jsonl --batch
has err 'cut.jsonl' 'a cut recording'
has out '* DNS MX' 'a cut recording'
{ head -n 2 my.jsonl; echo rubbish; } >bad.jsonl
run --replay bad.jsonl --batch
want_status 64 'a broken recording'
has err 'line 3' 'a broken recording'
run --demo=first --batch --record /dev/full
want_status 0 'a recording on a full disk'
has err '/dev/full' 'a recording on a full disk'
rm -rf state
run --demo=first --batch
has err "$dir/state/smtpscope/" 'the first automatic recording'
run --demo=first --batch
test ! -s err || fail "the second recording is told again"
test "$(ls state/smtpscope | wc -l)" -eq 2 || fail "two recordings expected"
run --demo=first --batch --no-record
test "$(ls state/smtpscope | wc -l)" -eq 2 || fail "--no-record records"

# ---- output that cannot be written ----
if test -w /dev/full; then
	"$SMTPSCOPE" --demo=first --batch </dev/null >/dev/full 2>err
	status=$?
	want_status 74 'a full standard output'
	has err 'standard output' 'a full standard output'
fi

# ---- serve and join ----
mkfifo told
"$SMTPSCOPE" --serve --listen 127.0.0.1 >told 2>serve.err </dev/null &
serve=$!
join=$(sed -n 's/^ *smtpscope --join \([^ ]*\) .*/\1/p;/^ *nc/q' told)
test -n "$join" || fail "--serve does not say how to join"
for lang in en de; do
	run --lang $lang --serve --listen "$join"
	want_status 64 'a port in use'
	has err "${join##*:}" 'a port in use'
done
run --join "$join" empfaenger2@t-online.example --batch --allow-private
want_status 0 --join
has out 'C: RCPT TO:<empfaenger2@t-online.example>' --join
has out 'S: 250 2.1.5 Recipient accepted.' --join
kill "$serve"
wait "$serve" || fail "--serve: exit $?"
serve=

# ---- the null MX has its record and its reason on screen ----
run --demo=mx-routes --no-record keinepost.example
want_status 68 'null MX'
has out '        0     300  .  ✘ the root "." means: no mail' 'null MX'
run --demo=mx-routes --no-record --lang de keinepost.example
has out '     Präf     TTL  Host' 'null MX, German'

# ---- a name server that is not there, or says nothing ----
for lang in en de; do
	run --lang $lang --dns "$join" example.org --batch
	want_status 75 'no DNS server'
	has out 'UNREACHABLE' 'no DNS server'
done
mkfifo slow
"$SMTPSCOPE" --demo=slow --batch --no-record </dev/null >slow 2>/dev/null &
cancel=$!
exec 3<slow
while read -r line <&3; do # Ctrl-C while it waits for the greeting
	case $line in
	'* Connected'*) kill -INT $cancel ;;
	esac
done
exec 3<&-
wait $cancel
status=$?
want_status 130 'Ctrl-C'
wait $silent
status=$?
cp silent.out out
: >err
want_status 75 'a silent DNS server'
has out TIMEOUT 'a silent DNS server'

test $fails -eq 0 && echo "$n runs as expected"
test $fails -eq 0
