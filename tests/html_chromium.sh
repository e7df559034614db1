#!/bin/sh
# html_chromium.sh: what a browser makes of the page of the hostile dialogs: no
# script runs, nothing is asked of the network, each reply reads as it came.
# A page with a script and a picture put in shows that both would be noticed.
# Needs chromium; skipped without it.
set -u
export LC_ALL=C
program=${SMTPSCOPE:-./smtpscope}
for browser in chromium chromium-browser google-chrome ''; do
	[ -n "$browser" ] || exit 77
	command -v "$browser" >/dev/null 2>&1 && break
done
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
failed=0
wrong() {
	echo "$*"
	failed=1
}

# page NAME: its DOM when all is loaded, and what the browser did on the net.
page() {
	HOME=$dir timeout 60 "$browser" --headless=new --no-sandbox \
		--disable-gpu --disable-extensions --no-first-run \
		--disable-component-update --disable-background-networking \
		--user-data-dir="$dir/profile" --proxy-server=127.0.0.1:9 \
		--host-resolver-rules='MAP * ~NOTFOUND' \
		--log-net-log="$dir/$1.net" --dump-dom "file://$dir/$1.html" \
		>"$dir/$1.dom" 2>"$dir/$1.err"
}
# What the page itself asked for; the browser talks to its maker as well.
requests() {
	tr ',' '\n' <"$dir/$1.net" | grep '"url":"' |
		grep -v -e 'google' -e 'gvt1\.com' -e '"url":"file:' \
		-e '"url":"chrome'
}

tests/hostile_make record >"$dir/record" || exit 1
tests/hostile_make lines >"$dir/wanted" || exit 1
"$program" --replay "$dir/record" --lang en --html - >"$dir/hostile.html"
grep -q '</html>' "$dir/hostile.html" || wrong "no page"

page hostile
[ -s "$dir/hostile.dom" ] || {
	echo "$browser does not start here:"
	tail -3 "$dir/hostile.err"
	exit 77
}
grep -q '<title>SMTP dialog</title>' "$dir/hostile.dom" ||
	wrong "the title is another one: a script ran"
requests hostile && wrong "the page asked for these"
elements=$(grep -o '<[a-zA-Z][a-zA-Z0-9]*' "$dir/hostile.dom" | sort -u |
	tr -d '<' | tr '\n' ' ')
for element in $elements; do
	case " a b bdi body br code dd div dl dt footer h1 h2 h3 head header \
html i li main mark meta nav ol p pre section span strong style table tbody \
td th thead title tr ul " in
	*" $element "*) ;;
	*) wrong "there is an element $element" ;;
	esac
done
sed -n '/<b>S:<\/b>/ {
	s/<[^>]*>//g
	s/&lt;/</g
	s/&gt;/>/g
	s/&nbsp;/ /g
	s/&amp;/\&/g
	p
}' "$dir/hostile.dom" >"$dir/found"
diff "$dir/wanted" "$dir/found" >"$dir/diff" || {
	wrong "replies read otherwise:"
	head -20 "$dir/diff" | cut -c1-200
}

# The same page, and what would have to be noticed.
sed -e '/http-equiv="Content-Security-Policy"/d' -e 's,</header>,</header>\
<img src="http://192.0.2.1/canary"><script>document.title="owned"</script>,' \
	"$dir/hostile.html" >"$dir/control.html"
page control
grep -q '<title>owned</title>' "$dir/control.dom" ||
	wrong "a script would not have been noticed"
requests control | grep -q canary ||
	wrong "a request would not have been noticed"

[ "$failed" = 0 ] && echo "$(wc -l <"$dir/wanted") reply lines as they came"
exit "$failed"
