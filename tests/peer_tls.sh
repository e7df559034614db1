# peer_tls.sh: for interop_*.sh: certificates, and what OpenSSL's own client
# sees at the server, to compare with what the program says.
# shellcheck shell=sh disable=SC2154

# $work/tls: ca.pem, and NAME.pem with NAME.key for
#   good     peer.example, by the authority
#   other    other.example, by the authority
#   expired  peer.example, by the authority, until 2020
#   self     peer.example, by nobody else
certificates() {
	mkdir -p "$work/tls/new"
	: >"$work/tls/index"
	printf '[ca]\ndefault_ca = a\n[a]\ndatabase = %s\nnew_certs_dir = %s
policy = p\ndefault_md = sha256\nrand_serial = yes\nunique_subject = no
copy_extensions = copy\n[p]\ncommonName = supplied\n' \
		"$work/tls/index" "$work/tls/new" >"$work/tls/ca.cnf"
	{
		self_signed ca "interop authority" &&
			signed good peer.example,DNS:*.dane.test 20200101000000Z &&
			signed other other.example 20200101000000Z &&
			signed expired peer.example,DNS:*.dane.test 20190101000000Z \
				20200101000000Z &&
			self_signed self peer.example
	} >"$work/tls/log" 2>&1 || {
		cat "$work/tls/log"
		skip "openssl made no certificates"
	}
	chmod 755 "$work" "$work/tls"
	chmod 644 "$work"/tls/*.key
}

self_signed() { # FILE NAME
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 \
		-subj "/CN=$2" -addext "subjectAltName = DNS:peer.example" \
		-keyout "$work/tls/$1.key" -out "$work/tls/$1.pem"
}

signed() { # FILE NAMES FROM [UNTIL]
	openssl req -newkey rsa:2048 -nodes -subj "/CN=${2%%,*}" \
		-addext "subjectAltName = DNS:$2" \
		-keyout "$work/tls/$1.key" -out "$work/tls/$1.csr" &&
		openssl ca -batch -notext -config "$work/tls/ca.cnf" \
			-cert "$work/tls/ca.pem" -keyfile "$work/tls/ca.key" \
			-startdate "$3" -enddate "${4-20491231000000Z}" \
			-in "$work/tls/$1.csr" -out "$work/tls/$1.pem"
}

trusting="--tls-ca $work/tls/ca.pem --tls-name peer.example"

# openssl's client says what it has seen there and what the server answers
# to EHLO inside TLS.
their_client() { # ARGS...
	printf 'EHLO client.example\r\nQUIT\r\n' |
		openssl s_client -starttls smtp -ign_eof \
			-servername peer.example -CAfile "$work/tls/ca.pem" \
			-connect "$host:$port" "$@" >"$work/s_client" 2>&1
}

their() { # REGEX: the rest of the first such line
	sed -n "s/^$1//p" "$work/s_client" | head -n 1
}

# The facts of one handshake, ours beside theirs.
same_tls() { # [OUR ARGS [THEIR ARGS...]]
	# shellcheck disable=SC2086 # a list of words
	expect 0 --tls verify $trusting ${1-}
	[ $# -eq 0 ] || shift
	their_client "$@"
	same "version and cipher" \
		"$(value tls version), Cipher is $(value tls cipher)" \
		"$(their 'New, ' | sed 's/^.*\(TLSv\)/\1/')"
	same fingerprint "$(value tls sha256)" "$(openssl x509 \
		-in "$work/s_client" -noout -fingerprint -sha256 |
		sed 's/.*=//; s/://g' | tr 'A-F' 'a-f')"
	same group "$(value tls group | tr 'A-Z' 'a-z')" "$(sed -n \
		-e 's/^Negotiated TLS1.3 group: //p' \
		-e 's/^\(Server\|Peer\) Temp Key: \(.*\), [0-9]* bits$/\2/p' \
		"$work/s_client" | sed 's/^ECDH, //' | tr 'A-Z' 'a-z' |
		sed 's/^prime256v1$/secp256r1/')"
	same verify "$(value tls verify)" \
		"$(their ' *Verify return code: 0 (' | head -n 1 | tr -d ')')"
	same "EHLO inside TLS" "$(reply_to EHLO)" \
		"$(tr -d '\r' <"$work/s_client" | sed -n '/^250[- ]/p' |
		sed '1{/^250 /d;}' | grep -v 'Bye$')"
}

# The login ends so, and the password is to be read nowhere.
login() { # EXIT MECHANISM USER PASSWORD
	echo "$4" >"$work/password"
	chmod 600 "$work/password"
	# shellcheck disable=SC2086
	expect "$1" --tls verify $trusting --auth="$2" --auth-user "$3" \
		--auth-password-file "$work/password" -q auth
	if grep -qi -F -e "$4" -e "$(printf '%s' "$4" | openssl base64)" \
		"$work/json" "$work/out"; then
		complain "the password is shown"
	fi
	if grep -q '"id":"auth-base64"' "$work/json"; then
		complain "$2: we find fault with what we send"
	fi
}
