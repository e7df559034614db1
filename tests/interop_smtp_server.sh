#!/bin/sh
# interop_smtp_server.sh: dialogs with npm's smtp-server, which refuses the
# recipients and senders that its few lines below tell it to.
. "${srcdir:-.}/tests/interop.sh"
. "${srcdir:-.}/tests/peer_tls.sh"
have node
NODE_PATH=${SMTPSCOPE_PEERS-/nowhere}/node_modules:${NODE_PATH-}
export NODE_PATH
node -e 'require("smtp-server")' 2>/dev/null ||
	skip "npm's smtp-server is not installed"

cat >"$work/server.js" <<'END'
const { SMTPServer } = require('smtp-server');
function refuse(code, text) {
	return Object.assign(new Error(text), { responseCode: code });
}
new SMTPServer({
	authOptional: true,
	disabledCommands: ['STARTTLS', 'AUTH'],
	disableReverseLookup: true,
	onMailFrom(from, session, done) {
		done(from.address.startsWith('bad@') ?
			refuse(550, '5.7.1 Not you') : null);
	},
	onRcptTo(to, session, done) {
		if (to.address.startsWith('no@'))
			return done(refuse(550, '5.1.1 No such user'));
		if (to.address.startsWith('later@'))
			return done(refuse(450, '4.2.1 Later'));
		done();
	},
}).listen(+process.argv[2], '127.0.0.1');
END

start node "$work/server.js" PORT
expect 0 --to a@server.example --to b@server.example
shows '^.*250'
expect 1 --to a@server.example --to no@server.example
expect 67 --to no@server.example
expect 75 --to later@server.example
expect 75 --to later@server.example --to no@server.example
expect 69 --from bad@client.example --to a@server.example
expect 0 -q ehlo
expect 0 --to a@server.example -q dot --data "$(message)"
odd_lines
stop

command -v openssl >/dev/null || {
	missed "STARTTLS: openssl is not installed"
	done_
}
certificates
mkdir -p "$work/mail/new"
cat >"$work/whole.js" <<'END'
const fs = require('fs');
const { SMTPServer } = require('smtp-server');
const [port, work, kind] = process.argv.slice(2);
let count = 0;
function known(auth) {
	return auth.username === 'user' && (auth.method === 'CRAM-MD5' ?
		auth.validatePassword('open sesame') :
		(auth.password || auth.accessToken) === 'open sesame');
}
new SMTPServer({
	name: 'peer.example',
	lmtp: kind === 'lmtp',
	secure: kind === 'wrapped',
	key: fs.readFileSync(work + '/tls/good.key'),
	cert: fs.readFileSync(work + '/tls/good.pem'),
	authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'],
	authOptional: true,
	size: 100000,
	disableReverseLookup: true,
	onAuth(auth, session, done) {
		if (known(auth))
			return done(null, { user: auth.username });
		if (auth.method === 'XOAUTH2')
			return done(null, { data: { status: '401',
				schemes: 'bearer', scope: 'mail' } });
		done(new Error('Wrong user or password'));
	},
	onData(stream, session, done) {
		const name = work + '/mail/new/' + ++count;
		const to = session.envelope.rcptTo.map((r) => r.address);
		const parts = [];
		stream.on('data', (part) => parts.push(part));
		stream.on('end', () => {
			fs.writeFileSync(name + '.part', Buffer.concat(parts));
			fs.renameSync(name + '.part', name);
			if (kind !== 'lmtp')
				return done(null, 'Stored');
			done(null, to.map((address) => {
				if (!address.startsWith('full@'))
					return 'Stored for ' + address;
				return Object.assign(new Error('5.2.2 Full'),
					{ responseCode: 552 });
			}));
		});
	},
}).listen(+port, '127.0.0.1');
END
server_stores() { # COUNT
	stored_in "$work/mail" "$1"
}

start node "$work/whole.js" PORT "$work" starttls
expect 0 -q ehlo --tls never
for keyword in PIPELINING 8BITMIME SMTPUTF8 SIZE STARTTLS; do
	tells reply "\"250.$keyword"
done
same_tls
same_tls "--tls-max 1.2" -tls1_2
for mech in PLAIN LOGIN CRAM-MD5 XOAUTH2; do
	login 0 $mech user 'open sesame'
	login 77 $mech user 'open barley'
	tells reply '"535 '
done
expect 0 --from 'naïve@client.example' --to a@server.example
expect 69 --mail-param SIZE=99999999 --to a@server.example
# shellcheck disable=SC2086 # a list of words
{
	sends --tls never
	sends --tls verify $trusting
	sends --tls verify $trusting --pipelining
}
in_one_segment 'MAIL FROM.*RCPT TO.*RCPT TO' \
	--to a@server.example --to b@server.example
stop

start node "$work/whole.js" PORT "$work" lmtp
lmtp="--protocol lmtp --tls never -q dot --test-message --to a@server.example"
# shellcheck disable=SC2086
{
	expect 0 $lmtp --to b@server.example
	tells reply 'Stored for b@server.example'
	expect 1 $lmtp --to full@server.example --to b@server.example
	tells reply '"552 .*Full'
	tells reply 'Stored for b@server.example'
}
expect 67 --protocol lmtp --tls never -q dot --test-message \
	--to full@server.example
stop

free_port
launch node "$work/whole.js" PORT "$work" wrapped
wrapped_up() {
	"$SMTPSCOPE" --no-record --json --timeout 5 -q connect --tls wrap \
		"$host:$port" >"$work/probe" 2>&1 </dev/null
}
tries=0
until wrapped_up || [ $tries -gt 1000 ]; do
	tries=$((tries + 1))
done
# shellcheck disable=SC2086
expect 0 --tls wrap $trusting --to a@server.example
tells tls '"wrapped":true'
stop
done_
