# peer_postfix.sh: for interop_*.sh: a Postfix of its own below $work/postfix,
# which needs no installation: another queue, other ports, users that every
# system has. It delivers a@ and b@server.example to $work/postfix/mail.
# shellcheck shell=sh disable=SC2154

postfix_tree() {
	command_directory=$(postconf -h command_directory 2>/dev/null)
	daemon_directory=$(postconf -h daemon_directory 2>/dev/null)
	[ -x "$daemon_directory/smtpd" ] || skip "Postfix has no smtpd"
	tree=$work/postfix
	mkdir -p "$tree/etc" "$tree/data" "$tree/mail" "$tree/queue"
	chmod 755 "$work" "$tree"
	chown nobody "$tree/data" "$tree/mail"
	postfix_queue
	postfix_main >"$tree/etc/main.cf"
	postfix_services >"$tree/etc/master.cf"
	MAIL_CONFIG=$tree/etc
	export MAIL_CONFIG
}

postfix_queue() (
	cd "$tree/queue" || exit 1
	mkdir pid active bounce corrupt defer deferred flush hold incoming \
		maildrop private public saved trace
	chown nobody [a-oq-z]* private public
	chmod 700 [a-oq-z]* private
	chgrp mail maildrop public
	chmod 1730 maildrop
	chmod 2710 public
)

# LD_LIBRARY_PATH and SASL_PATH: where it is only unpacked.
postfix_main() {
	nobody=$(id -u nobody):$(id -g nobody)
	cat <<END
compatibility_level = 3.6
command_directory = $command_directory
daemon_directory = $daemon_directory
queue_directory = $tree/queue
data_directory = $tree/data
mail_owner = nobody
setgid_group = mail
default_privs = daemon
import_environment = MAIL_CONFIG LANG=C TZ LD_LIBRARY_PATH SASL_PATH
export_environment = MAIL_CONFIG LANG TZ LD_LIBRARY_PATH
maillog_file = $tree/log
maillog_file_prefixes = $tree
myhostname = peer.example
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_forbid_unauth_pipelining = no
smtpd_delay_reject = no
smtpd_sender_restrictions = check_sender_access
	inline:{{bad@client.example=550 5.7.1 Not you}}
smtpd_recipient_restrictions = check_recipient_access
	inline:{{later@server.example=450 4.2.1 Later}}
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = server.example
virtual_mailbox_base = $tree/mail
virtual_mailbox_maps = inline:{{a@server.example=a/} {b@server.example=b/}}
virtual_minimum_uid = 1
virtual_uid_maps = static:${nobody%:*}
virtual_gid_maps = static:${nobody#*:}
END
}

postfix_services() {
	cat <<'END'
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
END
}

# One more port: $port. OPTION is name=value.
postfix_port() { # OPTION...
	free_port
	printf '127.0.0.1:%s inet n - n - - smtpd\n' "$port"
	printf '\t-o %s\n' "$@"
} >>"$MAIL_CONFIG/master.cf"

# A group of processes of its own, which ends with its master.
start_postfix() {
	plugin=$(find "${SMTPSCOPE_PEERS-/nowhere}/root" \
		-name 'libsasldb.so.*' 2>/dev/null | head -n 1)
	[ -z "$plugin" ] || export SASL_PATH="${plugin%/*}"
	LD_LIBRARY_PATH=$(sed -n 's/^LD_LIBRARY_PATH=\(.*\)\${.*/\1/p' \
		"$(command -v postconf)" 2>/dev/null) \
		launch setsid "$daemon_directory/master" -d
	wait_up
}
