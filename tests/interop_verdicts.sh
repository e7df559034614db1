#!/bin/sh
# interop_verdicts.sh: what we say of a server's certificate, beside what
# Postfix's own client (posttls-finger) says of the same one: at the level
# verify by a table of certificates, at the level dane by a table of TLSA
# records in a signed zone.
#
# Its resolver reads /etc/resolv.conf and asks port 53 only: it gets a file of
# its own in a mount namespace, and the resolver an address of its own in 127/8.
. "${srcdir:-.}/tests/interop.sh"
. "${srcdir:-.}/tests/peer_tls.sh"
. "${srcdir:-.}/tests/peer_postfix.sh"
have postconf posttls-finger openssl setsid
as_root Postfix
certificates
postfix_tree

# All but one also send the authority's certificate.
cp "$work/tls/good.pem" "$work/tls/bare.pem"
cp "$work/tls/good.key" "$work/tls/bare.key"
for certificate in good other expired; do
	cat "$work/tls/ca.pem" >>"$work/tls/$certificate.pem"
done
for certificate in good bare other expired self; do
	postfix_port smtpd_tls_security_level=may \
		smtpd_tls_chain_files="$work/tls/$certificate.key,$(
		)$work/tls/$certificate.pem"
	eval "port_of_$certificate=$port"
done
postfix_port smtpd_tls_security_level=none
eval "port_of_none=$port"
start_postfix

# Their word for it: Verified, Trusted (the issuer only), Untrusted, Anonymous;
# none: there is no TLS.
finger() { # LEVEL TARGET [OPTION...]
	level=$1
	target=$2
	shift 2
	# shellcheck disable=SC2086 # a wrapper is a list of words
	${in_namespace-} posttls-finger -c -l "$level" -t 5 -T 5 \
		-o inet_protocols=ipv4 "$@" "$target" ${name-} \
		>"$work/finger" 2>&1 </dev/null
	sed -n 's/.*: \([A-Z][a-z]*\) TLS connection established.*/\1/p
		$s/.*/none/p' "$work/finger" | head -n 1
}

# One row: what we say of the certificate, and what they do.
row() { # WHAT VERIFY WORD
	theirs=${theirs:-none}
	echo "$1: we: $(value tls verify); posttls-finger: $theirs"
	[ "$(value tls verify)" = "${2#-}" ] || {
		complain "$1: we say '$(value tls verify)', not '$2'"
		cat "$work/json"
	}
	case $2:$theirs in # Postfix 3.10 says so, and delivers as little
	name-mismatch:Trusted) theirs=Untrusted ;;
	esac
	[ "$theirs" = "$3" ] || {
		complain "$1: posttls-finger says '$theirs', not '$3'"
		cat "$work/finger"
	}
}

# level verify: certificate, name that is asked for, our exit, our reason and
# their word, which gives no reason
while read -r certificate name exit reason word; do
	eval "port=\$port_of_$certificate"
	expect "$exit" --tls verify --tls-ca "$work/tls/ca.pem" \
		--tls-name "$name" -q tls
	theirs=$(finger verify "[127.0.0.1]:$port" -F "$work/tls/ca.pem")
	row "verify: $certificate for $name" "$reason" "$word"
done <<'END'
good peer.example 0 ok Verified
bare peer.example 0 ok Verified
good else.example 77 name-mismatch Untrusted
other peer.example 77 name-mismatch Untrusted
other other.example 0 ok Verified
expired peer.example 77 expired Untrusted
self peer.example 77 self-signed Untrusted
none peer.example 77 - none
END
name=

for program in knotd unbound ldns-keygen ldns-signzone unshare; do
	command -v $program >/dev/null || {
		missed "DANE: $program is not installed"
		stop
		done_
	}
done

can_unshare || {
	missed "DANE: no mount namespace is to be had here"
	stop
	done_
}

# The rows of level dane: a host, the certificate that it shows, its TLSA
# record, our exit, our reason and their word. Where no record can be used, both
# go on without a proof: RFC 7672 2.2, 3.1.3.
rows() {
	cat <<'END'
match good 3_1_1_KEY 0 ok Verified
match-512 good 3_1_2_KEY512 0 ok Verified
whole good 3_0_1_CERT 0 ok Verified
issuer good 2_0_1_CA 0 ok Verified
issuer-not-sent bare 2_0_1_CA 77 dane-no-match Untrusted
issuer-of-other other 2_0_1_CA 77 name-mismatch Untrusted
issuer-expired expired 2_0_1_CA 77 expired Untrusted
expired expired 3_1_1_KEY 0 ok Verified
other other 3_1_1_KEY 0 ok Verified
self self 3_1_1_KEY 0 ok Verified
mismatch good 3_1_1_WRONG 77 dane-no-match Untrusted
pkix-usage good 1_1_1_KEY 0 unknown-root Untrusted
unknown-type good 3_1_9_KEY 0 unknown-root Untrusted
no-record good - 0 unknown-root Untrusted
no-tls none 3_1_1_WRONG 77 - none
unusable-no-tls none 3_1_9_WRONG 77 - none
no-tls-no-record none - 0 - none
END
}

digest() { # CERTIFICATE WHAT
	pem=$work/tls/$1.pem
	case $2 in
	KEY) openssl x509 -in "$pem" -noout -pubkey |
		openssl pkey -pubin -outform DER | openssl dgst -sha256 -r ;;
	KEY512) openssl x509 -in "$pem" -noout -pubkey |
		openssl pkey -pubin -outform DER | openssl dgst -sha512 -r ;;
	CERT) openssl x509 -in "$pem" -outform DER | openssl dgst -sha256 -r ;;
	CA) openssl x509 -in "$work/tls/ca.pem" -outform DER |
		openssl dgst -sha256 -r ;;
	WRONG) echo wrong | openssl dgst -sha256 -r ;;
	esac | cut -d ' ' -f 1
}

zone() {
	printf '$ORIGIN dane.test.\n$TTL 60\n@ SOA ns h 1 3600 900 604800 30\n'
	printf '@ NS ns\nns A 127.0.0.1\n'
	rows | while read -r label certificate record _; do
		printf '%s A 127.0.0.1\n' "$label"
		[ "$record" != - ] || continue
		eval "at=\$port_of_$certificate"
		# shellcheck disable=SC2154
		printf '_%s._tcp.%s TLSA %s %s\n' "$at" "$label" \
			"$(echo "${record%_*}" | tr _ ' ')" \
			"$(digest "$certificate" "${record##*_}")"
	done
}

name_servers() {
	dns=$work/dns
	mkdir "$dns"
	zone >"$dns/zone"
	key=$(cd "$dns" && ldns-keygen -a ECDSAP256SHA256 -k dane.test) &&
		ldns-signzone -o dane.test -f "$dns/signed" "$dns/zone" \
			"$dns/$key" || return 1
	authority=$(tests/free_ports 1)
	cat >"$dns/knot.conf" <<END
server:
  listen: 127.0.0.1@$authority
  rundir: $dns
database:
  storage: $dns/db
zone:
  - domain: dane.test
    file: $dns/signed
END
	cat >"$dns/unbound.conf" <<END
server:
  interface: $resolver@53
  username: ""
  chroot: ""
  directory: "$dns"
  pidfile: "$dns/unbound.pid"
  use-syslog: no
  do-not-query-localhost: no
  do-ip6: no
  module-config: "validator iterator"
  local-zone: "test." nodefault
  trust-anchor: "$(sed 's/;.*//' "$dns/$key.key" | tr '\t' ' ')"
stub-zone:
  name: "dane.test."
  stub-addr: 127.0.0.1@$authority
auth-zone:
  name: "."
  zonefile: "$dns/root"
  for-downstream: no
  for-upstream: yes
  fallback-enabled: no
remote-control:
  control-enable: no
END
	printf '. 60 SOA ns.test. h.test. 1 3600 900 604800 30\n. 60 NS ns.test.\n' \
		>"$dns/root"
	echo "nameserver $resolver" >"$dns/resolv.conf"
	launch knotd -c "$dns/knot.conf"
	launch unbound -d -c "$dns/unbound.conf"
}

# An address that nobody else has now; 53 is a port of root's.
resolver=127.$(($$ / 65536 % 254 + 1)).$(($$ / 256 % 256)).$(($$ % 256))
name_servers >"$work/dns.log" 2>&1 || {
	cat "$work/dns.log"
	missed "DANE: the zone cannot be signed"
	stop
	done_
}

# Both must answer, the one through the other.
answered() {
	"$SMTPSCOPE" --no-record --json --dns "$resolver" --trust-ad \
		-q route match.dane.test >"$work/probe" 2>&1 </dev/null
	grep -q '"authentic":true\|"ad":true\|secure' "$work/probe"
}
tries=0
until answered || [ $tries -gt 500 ]; do
	tries=$((tries + 1))
done
answered || {
	complain "the name servers do not answer:"
	cat "$work/probe" "$work/server"
}

# Nobody else sees the other resolv.conf.
cat >"$work/namespace" <<END
mount --bind "$work/dns/resolv.conf" /etc/resolv.conf && exec "\$@"
END
in_namespace="unshare -m sh $work/namespace"

rows >"$work/rows"
while read -r label certificate record exit reason word; do
	eval "port=\$port_of_$certificate"
	host=$label.dane.test
	expect "$exit" --tls dane --dns "$resolver" --trust-ad \
		--allow-private --to a@server.example
	theirs=$(finger dane "[$host]:$port")
	row "dane: $label" "$reason" "$word"
done <"$work/rows"
stop
done_
