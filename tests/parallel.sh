#!/bin/sh
# parallel.sh: a list split over hosts by GNU parallel (--pipe, --sshlogin), and
# its parts put together again are one recording with every target once. The
# hosts are this one, twice, by way of an sshd on loopback with keys of its own;
# where there is no sshd, this one without it. Skipped where GNU parallel is not
# there. SMTPSCOPE names the program.
set -u

: "${SMTPSCOPE:?names the program to test}"
sshd=$(command -v sshd || PATH=/usr/sbin:/sbin command -v sshd)
parallel --version 2>/dev/null | grep -q '^GNU parallel' || {
	echo "GNU parallel is not there"
	exit 77
}
dir=$(mktemp -d "${TMPDIR:-/tmp}/smtpscope-parallel-XXXXXX") || exit 1
server=
made=
leave()
{
	test -z "$server" || kill "$server" 2>/dev/null
	test -z "$made" || rmdir "$made"
	rm -rf "$dir"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM
cd "$dir" || exit 1
PARALLEL_HOME=$dir/parallel # it keeps its own files in there
export PARALLEL_HOME
mkdir parallel
: >parallel/will-cite

cat >list.lesson <<'END'
title: A host for a whole list
target: list.example
@zone
list.example.    300 IN SOA ns.list.example. h.list.example. 1 3600 900 604800 60
list.example.    300 IN MX 10 mx.list.example.
mx.list.example. 300 IN A 192.0.2.1
@server mx.list.example
S: 220 mx.list.example ESMTP
END
seq 120 | sed 's/.*/u&@list.example/' >list

# ---- a host to log in to ----
start_sshd() # PORT
{
	cat >sshd_config <<END
Port $1
ListenAddress 127.0.0.1
HostKey $dir/host_key
AuthorizedKeysFile $dir/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PidFile none
MaxStartups 100
END
	"$sshd" -D -f sshd_config -E sshd.log &
	server=$!
	until grep -q 'Server listening' sshd.log 2>/dev/null; do
		kill -0 $server 2>/dev/null && continue
		server=
		return 1
	done
	cat >ssh_config <<END
Host one two
HostName 127.0.0.1
Port $1
IdentityFile $dir/user_key
IdentitiesOnly yes
UserKnownHostsFile $dir/known_hosts
StrictHostKeyChecking accept-new
LogLevel ERROR
BatchMode yes
END
}

# A login to this host that works: hosts and PARALLEL_SSH are set.
open_login()
{
	test -n "$sshd" && command -v ssh >/dev/null || return 1
	ssh-keygen -q -t ed25519 -N '' -f host_key </dev/null &&
		ssh-keygen -q -t ed25519 -N '' -f user_key </dev/null ||
		return 1
	cp user_key.pub authorized_keys
	chmod 600 authorized_keys
	# root's sshd wants this folder, which Debian makes with its own
	mkdir /run/sshd 2>/dev/null && made=/run/sshd
	for port in 38122 41322 45422 52722; do
		start_sshd $port && break
	done
	test -n "$server" && ssh -F ssh_config one true </dev/null || return 1
	PARALLEL_SSH="ssh -F $dir/ssh_config"
	export PARALLEL_SSH
	hosts=one,two
}
hosts=:
open_login || {
	echo "no login by ssh: on this host alone"
	cat sshd.log 2>/dev/null
}

# ---- as the manual says ----
command="env -u SMTPSCOPE_OPTIONS $SMTPSCOPE --demo=$dir/list.lesson
	--input - --jobs 10 --per-host 10 --json --no-record"
# shellcheck disable=SC2086,SC2116 # one line of it
parallel --pipe -N 25 --sshlogin $hosts \
	"$(echo $command)" <list >merged 2>err
status=$?
fails=0
fail()
{
	echo "FAIL: $*"
	head -n 20 err
	fails=$((fails + 1))
}
test $status -eq 0 || fail "exit $status"
targets() { sed -n 's/.*"target":"\([^"]*\)","event":"start".*/\1/p' "$1"; }
targets merged | sort >a
sort list | cmp -s - a || fail 'not each target exactly once'
test "$(grep -c '^{"v":1,.*}$' merged)" -eq "$(wc -l <merged)" ||
	fail 'lines that are not whole'
"$SMTPSCOPE" --replay merged --json >replayed 2>err || fail 'no replay'
sed 's/.*"n":\([0-9]*\).*/\1/' replayed | awk '$1 != NR { exit 1 }' ||
	fail 'a number is not its own'
targets replayed | sort | cmp -s - a || fail 'not all of it is replayed'
"$SMTPSCOPE" --replay merged --batch >text 2>err || fail 'no text'
test "$(grep -c '^\* Exit status 0' text)" -eq 120 || fail 'not 120 results'
test $fails -eq 0 && echo "$(wc -l <merged) events of 120 targets, --sshlogin $hosts"
exit $((fails > 0))
