#!/bin/sh
# interop_aiosmtpd.sh: dialogs with Python's aiosmtpd.
. "${srcdir:-.}/tests/interop.sh"

# the first in PATH may be another than the one that has the module
for python in python3 /usr/bin/python3 ''; do
	[ -n "$python" ] || skip "aiosmtpd is not installed"
	"$python" -c 'import aiosmtpd' >/dev/null 2>&1 && break
done

start "$python" -m aiosmtpd -n -l 127.0.0.1:PORT
expect 0 --to a@server.example --to b@server.example
shows '^.*250'
expect 0 -q ehlo
expect 0 --to a@server.example -q dot --data "$(message)"
expect 0 --to a@server.example --protocol smtp
shows 'HELO client.example'
odd_lines
stop

# A message of more than 32 MiB is refused by its SIZE; ours is small, so the
# limit is.
start "$python" -m aiosmtpd -n -s 10 -l 127.0.0.1:PORT
expect 69 --to a@server.example -q dot --data "$(message)"
stop
done_
