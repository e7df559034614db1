#!/bin/sh
# interop_haraka.sh: dialogs with Haraka: STARTTLS, logins from its flat file,
# its list of hosts, and the messages that its queue/test keeps.
. "${srcdir:-.}/tests/interop.sh"
. "${srcdir:-.}/tests/peer_tls.sh"
have node openssl
haraka=${SMTPSCOPE_PEERS-/nowhere}/node_modules/.bin/haraka
[ -x "$haraka" ] || haraka=$(command -v haraka) ||
	skip "Haraka is not installed"
certificates

etc=$work/haraka/config
mkdir -p "$etc" "$work/mail/new" "$work/kept"
free_port
cp "$work/tls/good.key" "$etc/tls_key.pem"
cp "$work/tls/good.pem" "$etc/tls_cert.pem"
mkdir "$work/haraka/plugins"
cat >"$work/haraka/plugins/local_rdns.js" <<'END'
// the name of the client's address is not asked for in the DNS
exports.hook_lookup_rdns = (next) => next(OK, 'localhost');
END
printf '%s\n' local_rdns tls auth/flat_file rcpt_to.in_host_list queue/test \
	>"$etc/plugins"
printf 'listen=127.0.0.1:%s\nnodes=0\n' "$port" >"$etc/smtp.ini"
echo server.example >"$etc/host_list"
cat >"$etc/connection.ini" <<'END'
[max]
bytes=100000
line_length=1000
data_line_length=1100
[message]
helo=Haraka
close=closing connection
[uuid]
banner_chars=6
deny_chars=0
[headers]
max_lines=1000
max_received=100
END
echo peer.example >"$etc/me"
echo LOGERROR >"$etc/loglevel"
cat >"$etc/auth_flat_file.ini" <<'END'
[core]
methods=PLAIN,LOGIN,CRAM-MD5
constrain_sender=false
[users]
user@server.example=open sesame
END

# the queue's folder is the one for temporary files
TMPDIR=$work/kept launch node "$haraka" -c "$work/haraka"
wait_up
server_stores() { # COUNT
	tries=0
	until [ "$(find "$work/kept" -name 'mail_*' | wc -l)" -ge "$1" ] ||
		[ $tries -gt 1000 ]; do
		tries=$((tries + 1))
	done
	mv "$work"/kept/mail_* "$work/mail/new"
	stored_in "$work/mail" "$1"
}

# EHLO, TLS
expect 0 -q ehlo --tls never
for keyword in PIPELINING 8BITMIME SMTPUTF8 SIZE STARTTLS; do
	tells reply "\"250.$keyword"
done
same_tls
same_tls "--tls-max 1.2" -tls1_2
expect 77 --tls verify --tls-ca "$work/tls/ca.pem" --tls-name else.example

# logins
for mech in PLAIN LOGIN CRAM-MD5; do
	login 0 $mech user@server.example 'open sesame'
	login 77 $mech user@server.example 'open barley'
	tells reply '"535 '
done

# envelopes
to="--to a@server.example --to b@server.example"
# shellcheck disable=SC2086 # a list of words
expect 0 $to
expect 1 --to a@server.example --to a@elsewhere.example
expect 69 --to a@elsewhere.example
expect 0 --from '<>' --to a@server.example
expect 0 --from 'naïve@client.example' --to a@server.example
expect 69 --mail-param SIZE=99999999 --to a@server.example

# messages
# shellcheck disable=SC2086
{
	sends --tls never
	sends --tls verify $trusting
	sends --tls never --pipelining
	expect 0 --tls verify $trusting $to -q dot --test-message
}
in_one_segment 'MAIL FROM.*RCPT TO.*RCPT TO' \
	--to a@server.example --to b@server.example
odd_lines
stop
done_
