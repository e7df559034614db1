#!/bin/sh
# interop_exim.sh: dialogs with Exim: STARTTLS by GnuTLS, logins, CHUNKING, the
# messages that it delivers to a file each, and exim -bh in place of a
# connection. Debian's Exim wants the user that it is installed for; where it
# is only unpacked, it gets a private user list in a mount namespace.
. "${srcdir:-.}/tests/interop.sh"
. "${srcdir:-.}/tests/peer_tls.sh"
have exim4 openssl
as_root Exim
certificates
grep -q '^Debian-exim:' /etc/passwd || can_unshare ||
	skip "no mount namespace is to be had here"

mkdir "$work/spool" "$work/log" "$work/mail"
chown nobody "$work/spool" "$work/log" "$work/mail"
group=$(id -gn nobody)
cat >"$work/exim.conf" <<END
primary_hostname = peer.example
exim_path = $(command -v exim4)
exim_user = nobody
exim_group = $group
spool_directory = $work/spool
log_file_path = $work/log/%slog
keep_environment = LD_LIBRARY_PATH
host_lookup =
rfc1413_hosts =
queue_run_in_order
smtp_accept_max = 0
chunking_advertise_hosts = *
dsn_advertise_hosts = *
prdr_enable
tls_advertise_hosts = *
tls_certificate = $work/tls/good.pem
tls_privatekey = $work/tls/good.key
auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_vrfy = accept
never_users =
begin acl
mail:
  deny senders = bad@client.example
       message = 5.7.1 Not you
  accept
rcpt:
  deny domains = ! server.example
       message = 5.7.1 Relaying denied
  defer local_parts = later
       message = 4.2.1 Later
  accept local_parts = a : b
  deny message = 5.1.1 No such user
begin routers
a:
  driver = accept
  domains = server.example
  local_parts = a
  transport = file
b:
  driver = redirect
  domains = server.example
  local_parts = b
  data = :blackhole:
begin transports
file:
  driver = appendfile
  directory = $work/mail/a
  maildir_format
  user = nobody
  group = $group
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if and{{eq{\$auth2}{user}}{eq{\$auth3}{open sesame}}}}
  server_set_id = \$auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = \${if and{{eq{\$auth1}{user}}{eq{\$auth2}{open sesame}}}}
  server_set_id = \$auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = \${if eq{\$auth1}{user}{open sesame}fail}
  server_set_id = \$auth1
END
chmod 644 "$work/exim.conf"
cat >"$work/exim" <<END
#!/bin/sh
for list in passwd group; do
	grep -q '^Debian-exim:' /etc/\$list || {
		cp /etc/\$list $work/\$list
		case \$list in
		passwd) echo Debian-exim:x:65533:65533::/:/bin/false ;;
		group) echo Debian-exim:x:65533: ;;
		esac >>$work/\$list
		mount --bind $work/\$list /etc/\$list
	}
done
exec exim4 -C $work/exim.conf "\$@"
END
exim="sh $work/exim"
grep -q '^Debian-exim:' /etc/passwd || exim="unshare -m $exim"

server_stores() { # COUNT
	stored_in "$work/mail/a" "$1"
}

free_port
# shellcheck disable=SC2086
launch $exim -oX "127.0.0.1.$port" -bdf
wait_up

# EHLO, TLS
expect 0 -q ehlo --tls never
for keyword in SIZE 8BITMIME DSN PIPELINING PIPECONNECT CHUNKING PRDR \
	STARTTLS SMTPUTF8 HELP; do
	tells reply "\"250.$keyword"
done
same_tls
tells finding '"id":"ehlo-changed".*-STARTTLS.*+AUTH'
same_tls "--tls-max 1.2" -tls1_2
expect 77 --tls verify --tls-ca "$work/tls/ca.pem" --tls-name else.example

# logins
for mech in PLAIN LOGIN CRAM-MD5; do
	login 0 $mech user "open sesame"
	login 77 $mech user "open barley"
	tells reply '"535 '
done

# envelopes
to="--to a@server.example --to b@server.example"
# shellcheck disable=SC2086
expect 0 $to
expect 1 --to a@server.example --to no@server.example
expect 67 --to no@server.example
expect 75 --to later@server.example
expect 69 --to a@elsewhere.example
expect 69 --from bad@client.example --to a@server.example
expect 0 --from '<>' --to a@server.example
expect 0 --from 'naïve@client.example' --to a@server.example
# shellcheck disable=SC2086
expect 0 $to --mail-param RET=HDRS --mail-param ENVID=QQ314159 \
	--rcpt-param NOTIFY=SUCCESS,FAILURE \
	--rcpt-param 'ORCPT=rfc822;a@server.example'
expect 69 --mail-param SIZE=99999999 --to a@server.example

# messages
# shellcheck disable=SC2086
{
	sends --tls never
	sends --tls verify $trusting
	sends --tls never --bdat
	sends --tls verify $trusting --bdat
	sends --tls never --pipelining
}
in_one_segment 'MAIL FROM.*RCPT TO.*RCPT TO' \
	--to a@server.example --to b@server.example
odd_lines

# A program in place of a connection. -bh has a preface to its greeting, says
# on its standard error what it thinks, and delivers nothing.
bh="$exim -bh 192.0.2.1"
expect 0 at --pipe "$bh" --tls never --to a@server.example -q dot --test-message
tells reply '"220 peer.example ESMTP Exim'
expect 67 at --pipe "$bh" --tls never --to no@server.example
sends at --pipe "$exim -bs" --tls never

# what this Exim calls itself is taken over
mkdir "$work/mta"
printf '#!/bin/sh\nexit 1\n' >"$work/mta/postconf"
printf '#!/bin/sh\nPATH=%s\nexec %s "$@"\n' "$PATH" "$exim" \
	>"$work/mta/exim4"
chmod +x "$work"/mta/*
path=$PATH
PATH=$work/mta:$PATH
expect 0 --tls never -q ehlo --no-helo --like-mta
tells finding '"id":"like-mta".*"Exim: --helo=peer.example'
tells sent 'EHLO peer.example'
PATH=$path
stop
done_
