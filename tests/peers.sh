#!/bin/sh
# peers.sh DIR: unpacks programs to test against below DIR: Postfix with the
# login plugins of Cyrus SASL, Exim, aiosmtpd, npm's smtp-server and Haraka,
# and the name servers knot and unbound. Nothing is installed and nothing is
# started; what this machine has already is not fetched again. Debian's
# packages and npm's only; on other systems a peer is what is installed.
#
# DIR/bin holds a starter for each program found (the first in PATH of a
# test); DIR/node_modules is for node.
set -u
export LC_ALL=C
# Two roots, for two mail servers that claim the same files.
mail="postfix libsasl2-modules sasl2-bin python3-aiosmtpd knot knot-dnsutils
	unbound ldnsutils"
exim="exim4-daemon-light"
programs="smtp-sink posttls-finger postconf postmap sendmail saslpasswd2
	python3 knotd kdig unbound unbound-checkconf ldns-keygen ldns-signzone
	ldns-key2ds ldns-dane exim4"
modules="smtp-server haraka"
mkdir -p "$1/bin" "$1/debs" "$1/etc/postfix" || exit 1
dir=$(cd "$1" && pwd)
touch "$dir/unpacked"

have() { command -v "$1" >/dev/null 2>&1; }

# What an installation would add: the packages and what they need.
wanted() { # PACKAGE...
	apt-get -s --no-install-recommends install "$@" 2>/dev/null |
		awk '/^Inst / { print $2 }' | grep -vxF -f "$dir/unpacked"
}

unpack() { # ROOT PACKAGE...
	root=$dir/$1
	shift
	list=$(wanted "$@")
	[ -n "$list" ] || return 0
	echo "peers: unpacking below $root:" "$(echo "$list" | wc -l) packages"
	# shellcheck disable=SC2086 # a list of words
	(cd "$dir/debs" && apt-get -q -o Acquire::Retries=1 \
		-o Acquire::http::Timeout=20 download $list) >"$dir/log" 2>&1 || {
		tail -n 5 "$dir/log" >&2
		return 1
	}
	for deb in "$dir"/debs/*.deb; do
		dpkg-deb -x "$deb" "$root" && rm "$deb"
	done
	echo "$list" >>"$dir/unpacked"
}

# The folders of shared libraries below the roots, for the starters.
libraries() {
	find "$dir/root" "$dir/exim" -name '*.so*' -type f 2>/dev/null |
		sed 's,/[^/]*$,,' |
		grep -v -e /python -e /engines -e /ossl- -e /sasl2 |
		sort -u | tr '\n' ':'
}

# DIR/bin/NAME runs the unpacked program, if there is one.
starter() { # NAME ROOT
	for place in usr/sbin usr/bin sbin bin; do
		path=$dir/$2/$place/$1
		[ -x "$path" ] || continue
		cat >"$dir/bin/$1" <<END
#!/bin/sh
LD_LIBRARY_PATH=$paths\${LD_LIBRARY_PATH-}
MAIL_CONFIG=\${MAIL_CONFIG-$dir/etc/postfix}
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
export LD_LIBRARY_PATH MAIL_CONFIG PYTHONPATH
exec $path "\$@"
END
		chmod +x "$dir/bin/$1"
		return 0
	done
	return 1
}

# Where the unpacked Postfix finds its own programs; its users are some that
# every system has.
postfix_settings() {
	printf '%s\n' 'compatibility_level = 3.6' \
		'myhostname = peer.example' \
		'mail_owner = nobody' 'default_privs = daemon' \
		'setgid_group = mail' 'inet_protocols = all'
	[ ! -d "$dir/root/usr/lib/postfix" ] ||
		printf '%s\n' "command_directory = $dir/root/usr/sbin" \
			"daemon_directory = $dir/root/usr/lib/postfix/sbin"
}

# Are they all there?
node_modules() {
	for module in $modules; do
		[ -d "$dir/node_modules/$module" ] || return 1
	done
}

status=0
if have apt-get && have dpkg-deb; then
	# shellcheck disable=SC2086
	unpack root $mail || status=1
	# shellcheck disable=SC2086
	unpack exim $exim || status=1
fi
paths=$(libraries)
postfix_settings >"$dir/etc/postfix/main.cf"
for program in $programs; do
	starter "$program" root || starter "$program" exim
done
# aiosmtpd needs the interpreter that its modules were unpacked for
if [ ! -e "$dir/bin/python3" ] && [ -d "$dir/root/usr/lib/python3" ]; then
	cat >"$dir/bin/python3" <<END
#!/bin/sh
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages exec /usr/bin/python3 "\$@"
END
	chmod +x "$dir/bin/python3"
fi
if have npm && ! node_modules; then
	echo "peers: npm install $modules below $1"
	# shellcheck disable=SC2086
	npm install --silent --no-audit --no-fund --omit=optional \
		--ignore-scripts --fetch-retries=1 --fetch-timeout=20000 \
		--prefix "$dir" $modules >>"$dir/log" 2>&1 </dev/null ||
		status=1
fi
exit $status
