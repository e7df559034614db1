#!/bin/sh
# interop_aiosmtpd.sh: dialogs with Python's aiosmtpd, as it is started from
# the shell and, with STARTTLS, logins and a mail folder, from Python.
. "${srcdir:-.}/tests/interop.sh"
. "${srcdir:-.}/tests/peer_tls.sh"

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

command -v openssl >/dev/null || {
	missed "STARTTLS: openssl is not installed"
	done_
}
certificates
mkdir -p "$work/mail/new"
cat >"$work/server.py" <<'END'
import asyncio, os, ssl, sys
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult

class Handler:
    count = 0
    async def handle_RCPT(self, server, session, envelope, to, options):
        if to.startswith('no@'):
            return '550 5.1.1 No such user'
        envelope.rcpt_tos.append(to)
        return '250 2.1.5 OK'
    async def handle_DATA(self, server, session, envelope):
        Handler.count += 1
        name = os.path.join(sys.argv[2], 'mail', 'new', str(Handler.count))
        with open(name + '.part', 'wb') as f:
            f.write(envelope.original_content)
        os.rename(name + '.part', name)
        return '250 2.0.0 Stored'

def login(server, session, envelope, mechanism, data):
    good = data.login == b'user' and data.password == b'open sesame'
    return AuthResult(success=good, handled=False)

tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain(sys.argv[2] + '/tls/good.pem', sys.argv[2] + '/tls/good.key')
handler = Handler()

def smtp():
    if sys.argv[3] == 'lmtp':
        return LMTP(handler, hostname='peer.example')
    return SMTP(handler, hostname='peer.example', tls_context=tls,
                authenticator=login, enable_SMTPUTF8=True)

async def main():
    server = await asyncio.get_running_loop().create_server(
        smtp, '127.0.0.1', int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(main())
END
server_stores() { # COUNT
	stored_in "$work/mail" "$1"
}

start "$python" "$work/server.py" PORT "$work" smtp
expect 0 -q ehlo --tls never
for keyword in SIZE 8BITMIME SMTPUTF8 STARTTLS HELP; do
	tells reply "\"250.$keyword"
done
same_tls
same_tls "--tls-max 1.2" -tls1_2
for mech in PLAIN LOGIN; do
	login 0 $mech user 'open sesame'
	login 77 $mech user 'open barley'
	tells reply '"535 '
done
expect 1 --to a@server.example --to no@server.example
expect 67 --to no@server.example
expect 0 --from 'naïve@client.example' --to a@server.example
# shellcheck disable=SC2086 # a list of words
{
	sends --tls never
	sends --tls verify $trusting
}
stop

start "$python" "$work/server.py" PORT "$work" lmtp
expect 0 --protocol lmtp --to a@server.example --to b@server.example
tells sent '"LHLO client.example"'
stop
done_
