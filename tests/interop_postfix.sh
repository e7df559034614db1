#!/bin/sh
# interop_postfix.sh: dialogs with Postfix: its smtpd with STARTTLS and logins
# by Cyrus SASL, the messages that it delivers, and its sendmail -bs.
. "${srcdir:-.}/tests/interop.sh"
. "${srcdir:-.}/tests/peer_tls.sh"
. "${srcdir:-.}/tests/peer_postfix.sh"
have postconf openssl setsid
as_root Postfix
certificates
postfix_tree

users() {
	sasl=$MAIL_CONFIG/sasl
	mkdir "$sasl"
	cat >"$sasl/smtpd.conf" <<END
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: $sasl/db
mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256
END
	printf 'right password' | saslpasswd2 -p -c -f "$sasl/db" \
		-u peer.example user && chown nobody "$sasl/db"
}

cat >>"$MAIL_CONFIG/main.cf" <<END
smtpd_tls_chain_files = $work/tls/good.key $work/tls/good.pem
smtpd_tls_loglevel = 1
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = $MAIL_CONFIG/sasl
END
# Cyrus SASL takes its mechanisms from where it is installed for, and smtpd does
# not start without one.
mechanisms() {
	for place in /usr/lib/*/sasl2 /usr/lib/sasl2 /usr/lib64/sasl2; do
		[ ! -e "$place/libplain.so" ] || return 0
	done
	return 1
}
logins=no
command -v saslpasswd2 >/dev/null && mechanisms && users && logins=yes
postfix_port syslog_name=postfix/wrapped smtpd_tls_wrappermode=yes
wrapped=$port
postfix_port smtpd_tls_security_level=may smtpd_tls_auth_only=yes \
	smtpd_sasl_auth_enable=$logins
start_postfix

server_stores() {
	stored_in "$tree/mail/a" "$1"
}

# EHLO, TLS; Debian's smtpd looks for its SASL settings beside its own
expect 0 -q ehlo --tls never
for keyword in PIPELINING SIZE VRFY ETRN STARTTLS ENHANCEDSTATUSCODES \
	8BITMIME DSN SMTPUTF8 CHUNKING; do
	tells reply "\"250.$keyword"
done
same_tls
[ $logins = no ] || tells finding '"id":"ehlo-changed".*-STARTTLS +AUTH'
same_tls "--tls-max 1.2" -tls1_2
tells tls '"version":"TLSv1.2"'
expect 77 --tls verify --tls-name peer.example
expect 77 --tls verify --tls-ca "$work/tls/ca.pem" --tls-name else.example
expect 0 --tls must --tls-name else.example

# logins
if [ $logins = yes ]; then
	for mech in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
		login 0 $mech user@peer.example 'right password'
		tells reply '"235 2.7.0'
		login 77 $mech user@peer.example 'wrong password'
		tells reply '"535 5.7.8'
	done
	login 0 LOGIN,PLAIN user@peer.example 'right password'
	tells sent '"AUTH LOGIN'
else
	missed "logins: Cyrus SASL is not installed"
fi

# envelopes
to="--to a@server.example --to b@server.example"
# shellcheck disable=SC2086
expect 0 $to
expect 1 --to a@server.example --to no@server.example
expect 67 --to no@server.example
tells reply '"550 5.1.1'
expect 75 --to later@server.example
expect 69 --to a@elsewhere.example
tells reply '"554 5.7.1'
expect 69 --from bad@client.example --to a@server.example
expect 0 --from '<>' --to a@server.example
expect 0 --from 'naïve@client.example' --to a@server.example
tells sent 'MAIL FROM.* SMTPUTF8'
# shellcheck disable=SC2086
expect 0 $to --mail-param RET=HDRS --mail-param ENVID=QQ314159 \
	--rcpt-param NOTIFY=SUCCESS,FAILURE \
	--rcpt-param 'ORCPT=rfc822;a@server.example'
expect 69 --mail-param SIZE=99999999 --to a@server.example
tells reply '"552 5.3.4'
expect 69 --mail-param BODY=7BITMIME --to a@server.example
tells reply '"555 5.5.4'

# messages
# shellcheck disable=SC2086
{
	sends --tls never
	tells sent 'MAIL FROM.* BODY=8BITMIME'
	sends --tls verify $trusting
	sends --tls verify $trusting --bdat
	sends --tls never --bdat
	tells sent 'BDAT'
	sends --tls never --pipelining
	sends --tls verify $trusting --pipelining --bdat
	expect 0 --tls verify $trusting $to -q dot --test-message
	tells message '"stuffed":[1-9]'
	server_stores 2 >/dev/null
}
in_one_segment 'MAIL FROM.*RCPT TO.*RCPT TO' \
	--to a@server.example --to b@server.example
in_one_segment 'MAIL FROM.*RCPT TO.*DATA' -q dot --test-message \
	--to a@server.example --to b@server.example
command -v strace >/dev/null && server_stores 1 >/dev/null
odd_lines

# TLS from the start, and a program in place of a connection
port=$wrapped
# shellcheck disable=SC2086
expect 0 --tls wrap $trusting
tells tls '"wrapped":true'
sendmail_bs="sendmail -bs"
expect 0 at --pipe "$sendmail_bs" --to a@server.example --tls never
tells reply '"220 peer.example ESMTP Postfix'
sends at --pipe "$sendmail_bs" --tls never

# what this Postfix calls itself is taken over
expect 0 at --pipe "$sendmail_bs" --tls never -q ehlo --no-helo --like-mta
tells finding '"id":"like-mta".*"Postfix: --helo='"$(postconf -hx myhostname)"
tells sent "EHLO $(postconf -hx myhostname)"
stop
done_
