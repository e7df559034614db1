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
	sink -8 -a -E -N -p -C -F
	expect 0 $to
	stop
}
done_
