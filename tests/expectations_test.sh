#!/bin/sh
# expectations_test.sh: every row of the shared expectations.tsv over real DNS
# (knot with an unbound in front, shared dns/serve.sh), against what our
# resolver, route_mx() and the checks say. 77: a server or the data is missing.
set -eu
shared=${SMTPSCOPE_SHARED:-}
PATH=$PATH:/usr/sbin:/sbin
export PATH
[ -f "$shared/dns/serve.sh" ] || { echo "no shared test data"; exit 77; }
for tool in knotd unbound unbound-checkconf ldns-signzone kdig perl bash; do
	command -v $tool >/dev/null || { echo "$tool is missing"; exit 77; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/dns.XXXXXX")
stop() {
	bash "$shared/dns/serve.sh" stop "$work/run" || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# Two ports that are free now; the servers tell if one is taken meanwhile.
ports=$(tests/free_ports 2)
mkdir "$work/run"
# serve.sh reads the zones beside itself
cp -R "$shared/dns" "$work/dns"
# shellcheck disable=SC2086 # two words
bash "$work/dns/serve.sh" start "$work/run" 127.0.0.1 $ports \
	>"$work/serve.log" 2>&1 || { cat "$work/serve.log"; exit 99; }
recursor=127.0.0.1:${ports#* }

tab=$(printf '\t')
rows=$work/dns/expectations.tsv
awk -F "$tab" '$1 == "mx" { printf "%s\t%s\t%s\t%s\n", $3, $4, $5, $6 }' \
	"$rows" >"$work/wanted"
# shellcheck disable=SC2046 # names without blanks
tests/mx_verdict "$recursor" $(cut -f1 "$work/wanted") >"$work/got"

n=$(wc -l <"$work/wanted")
[ "$n" -ge 46 ] || { echo "only $n rows of kind mx"; exit 1; }
# the order inside a preference is free: sort the words of both
normal() {
	awk -F "$tab" '{
		n = split($3, group, " ; ")
		out = ""
		for (i = 1; i <= n; i++) {
			at = index(group[i], ":")
			m = split(substr(group[i], at + 1), host, " ")
			for (j = 2; j <= m; j++)
				for (k = j; k > 1 && host[k] < host[k - 1]; k--) {
					t = host[k]
					host[k] = host[k - 1]
					host[k - 1] = t
				}
			out = out (i > 1 ? " ; " : "") substr(group[i], 1, at)
			for (j = 1; j <= m; j++)
				out = out (j > 1 ? " " : "") host[j]
		}
		print $1 "\t" $2 "\t" (n ? out : $3) "\t" $4
	}' "$1"
}
normal "$work/wanted" >"$work/wanted.n"
normal "$work/got" >"$work/got.n"
if ! diff -u "$work/wanted.n" "$work/got.n"; then
	echo "verdicts differ (- wanted, + got)"
	exit 1
fi

# One row takes what is no key for one: p=AAAA are three octets (RFC 6376
# section 3.6.1 wants a SubjectPublicKeyInfo), and its neighbour "short" is
# broken for the very same reason.
awk -F "$tab" -v OFS="$tab" '
	/^#/ || $1 == "mx" { next }
	$3 == "test._domainkey.t34-dkim.test" { $4 = "syntax" }
	{ print $1, $3, $4, $5 }
' "$rows" >"$work/wanted.checks"
cut -f 1,2,4 "$work/wanted.checks" |
	tests/check_verdict "$recursor" >"$work/got.checks"
checks=$(wc -l <"$work/wanted.checks")
[ "$checks" -ge 94 ] || { echo "only $checks rows of checks"; exit 1; }
if ! diff -u "$work/wanted.checks" "$work/got.checks"; then
	echo "checks differ (- wanted, + got)"
	exit 1
fi
echo "$n domains and $checks checks, every verdict as expected"
