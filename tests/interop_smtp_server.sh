#!/bin/sh
# interop_smtp_server.sh: dialogs with npm's smtp-server, which refuses the
# recipients and senders that its few lines below tell it to.
. "${srcdir:-.}/tests/interop.sh"
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
done_
