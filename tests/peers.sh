#!/bin/sh
# peers.sh DIR: unpacks programs to test against below DIR: Postfix's
# smtp-sink and posttls-finger, aiosmtpd, npm's smtp-server, and the name
# servers knot and unbound. Nothing is installed and nothing is started; what
# this machine has already is not fetched again. Debian's packages only; on
# other systems a peer is what is installed.
#
# DIR/bin holds a starter for each program found (the first in PATH of a
# test); DIR/node_modules/smtp-server is for node.
set -u
export LC_ALL=C
packages="postfix python3-aiosmtpd knot knot-dnsutils unbound ldnsutils"
programs="smtp-sink posttls-finger python3 knotd kdig unbound
	unbound-checkconf ldns-keygen ldns-signzone"
mkdir -p "$1/bin" "$1/debs" "$1/etc/postfix" || exit 1
dir=$(cd "$1" && pwd)
touch "$dir/unpacked"

have() { command -v "$1" >/dev/null 2>&1; }

# What an installation would add: the packages and what they need. A system
# without package lists (a fresh container) gets them first.
wanted() {
	# shellcheck disable=SC2086 # a list of words
	apt-get -s --no-install-recommends install $packages 2>/dev/null |
		awk '/^Inst / { print $2 }' | grep -vxF -f "$dir/unpacked"
}

unpack() {
	list=$(wanted)
	[ -n "$list" ] || return 0
	echo "peers: unpacking below $1:" "$(echo "$list" | wc -l) packages"
	# shellcheck disable=SC2086
	(cd "$dir/debs" && apt-get -q download $list) >"$dir/log" 2>&1 || {
		tail -n 5 "$dir/log" >&2
		return 1
	}
	for deb in "$dir"/debs/*.deb; do
		dpkg-deb -x "$deb" "$dir/root" && rm "$deb"
	done
	echo "$list" >>"$dir/unpacked"
}

# The folders of shared libraries below root, for the starters.
libraries() {
	find "$dir/root" -name '*.so*' -type f 2>/dev/null |
		sed 's,/[^/]*$,,' | grep -v -e /python -e /engines -e /ossl- |
		sort -u | tr '\n' ':'
}

starter() { # NAME: DIR/bin/NAME runs the unpacked program, if there is one
	for place in usr/sbin usr/bin sbin bin; do
		path=$dir/root/$place/$1
		[ -x "$path" ] || continue
		cat >"$dir/bin/$1" <<END
#!/bin/sh
LD_LIBRARY_PATH=$paths\${LD_LIBRARY_PATH-}
MAIL_CONFIG=$dir/etc/postfix
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages
export LD_LIBRARY_PATH MAIL_CONFIG PYTHONPATH
exec $path "\$@"
END
		chmod +x "$dir/bin/$1"
		return
	done
}

status=0
if have apt-get && have dpkg-deb; then
	unpack "$1" || status=1
fi
paths=$(libraries)
printf '%s\n' 'compatibility_level = 3.6' 'myhostname = peer.example' \
	'mail_owner = nobody' 'default_privs = daemon' 'setgid_group = mail' \
	'inet_protocols = all' \
	>"$dir/etc/postfix/main.cf"
for program in $programs; do
	starter "$program"
done
# aiosmtpd needs the interpreter that its modules were unpacked for
if [ ! -e "$dir/bin/python3" ] && [ -d "$dir/root/usr/lib/python3" ]; then
	cat >"$dir/bin/python3" <<END
#!/bin/sh
PYTHONPATH=$dir/root/usr/lib/python3/dist-packages exec /usr/bin/python3 "\$@"
END
	chmod +x "$dir/bin/python3"
fi
if have npm && [ ! -d "$dir/node_modules/smtp-server" ]; then
	echo "peers: npm install smtp-server below $1"
	npm install --silent --no-audit --no-fund --prefix "$dir" smtp-server \
		>>"$dir/log" 2>&1 </dev/null || status=1
fi
exit $status
