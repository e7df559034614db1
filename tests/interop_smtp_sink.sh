#!/bin/sh
# interop_smtp_sink.sh: dialogs with Postfix's smtp-sink, which can also be
# told to refuse, to hang up and to lack what others have.
. "${srcdir:-.}/tests/interop.sh"
have smtp-sink

# it refuses to be root
user=
[ "$(id -u)" -ne 0 ] || user='-u nobody'
sink() {
	# shellcheck disable=SC2086
	start smtp-sink $user -c "$@" 127.0.0.1:PORT 100
}
to="--to a@server.example --to b@server.example"

sink
# shellcheck disable=SC2086 # a list of words
expect 0 $to
shows '^.*250'
expect 0 -q ehlo
expect 0 -q mail
expect 77 -q tls --tls may
# shellcheck disable=SC2086
expect 0 $to -q dot --data "$(message)"
odd_lines
stop

# shellcheck disable=SC2086
{
	sink -r rcpt
	expect 75 $to
	stop
	sink -f mail
	expect 69 $to
	stop
	sink -f data
	expect 69 $to -q dot --data "$(message)"
	stop
	sink -q mail
	expect 74 $to
	stop
	sink -Q rcpt
	expect 75 $to
	stop
	sink -e
	expect 0 $to
	shows 'HELO client.example'
	stop
	sink -P
	expect 0 $to
	stop
	sink -f .
	expect 69 $to -q dot --data "$(message)"
	stop
	sink -r .
	expect 75 $to -q dot --data "$(message)"
	stop
	sink -8 -a -E -N -p -C -F
	expect 0 $to
	stop
}

# LMTP, and what it stores
mkdir -p "$work/mail/new"
chmod 755 "$work"
chmod 777 "$work/mail/new"
# each message has an empty line behind it
server_stores() { # COUNT
	for file in $(stored_in "$work/mail" "$1"); do
		sed '$d' "$file" >"$file.whole"
		echo "$file.whole"
	done
}
# shellcheck disable=SC2086
{
	sink -d "$work/mail/new/%M."
	sends
	sends --pipelining
	in_one_segment 'MAIL FROM.*RCPT TO.*RCPT TO' $to
	stop
	sink -L -d "$work/mail/new/%M."
	sends --protocol lmtp
	expect 0 --protocol lmtp $to -q dot --test-message
	[ "$(grep -c '"event":"reply".*"250 2.2.0 Ok"' "$work/json")" -eq 2 ] ||
		complain "LMTP: not a reply for each recipient"
	server_stores 2 >/dev/null
	stop
	sink -L -f .
	expect 69 --protocol lmtp $to -q dot --test-message
	stop
	sink -L -r .
	expect 75 --protocol lmtp $to -q dot --test-message
	stop
}

# a Unix socket: there is no port to wait for, but the way is the same
# shellcheck disable=SC2086
launch smtp-sink $user -c -L "unix:$work/socket" 100
tries=0
until "$SMTPSCOPE" --no-record --json -q connect "unix:$work/socket" \
	>"$work/probe" 2>&1 </dev/null || [ $tries -gt 1000 ]; do
	tries=$((tries + 1))
done
# shellcheck disable=SC2086
expect 0 at --protocol lmtp $to -q dot --test-message "unix:$work/socket"
stop
done_
