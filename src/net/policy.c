#include "config.h"

#include "net/policy.h"

#define CURL_DISABLE_TYPECHECK /* its macros would name what is not linked */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "check/sts_policy.h"
#include "util/buf.h"
#include "util/library.h"
#include "util/xalloc.h"

enum { HTTPS_PORT = 443 };

/* The functions of libcurl that are used, by their names there. */
#define FUNCTIONS(X)                                                           \
	X(curl_easy_cleanup)                                                   \
	X(curl_easy_getinfo)                                                   \
	X(curl_easy_init)                                                      \
	X(curl_easy_setopt)                                                    \
	X(curl_easy_strerror)                                                  \
	X(curl_multi_add_handle)                                               \
	X(curl_multi_assign)                                                   \
	X(curl_multi_cleanup)                                                  \
	X(curl_multi_info_read)                                                \
	X(curl_multi_init)                                                     \
	X(curl_multi_remove_handle)                                            \
	X(curl_multi_setopt)                                                   \
	X(curl_multi_socket_action)                                            \
	X(curl_slist_append)                                                   \
	X(curl_slist_free_all)

struct libcurl {
#define POINTER(name) __typeof__(name) *name;
	FUNCTIONS(POINTER)
#undef POINTER
};

static const struct library_symbol symbols[] = {
#define AT(name) { #name, offsetof(struct libcurl, name) },
	FUNCTIONS(AT)
#undef AT
};

struct policy_fetch {
	const struct libcurl *lib; /* NULL: not to be had */
	CURLM *multi;
	CURL *easy;
	struct curl_slist *resolve, *connect;
	struct loop *loop;
	struct loop_timer *timer;  /* the library's; or done() is due */
	struct watch *watches;     /* its sockets */
	struct policy_calls calls;
	struct sts_fetch got;
	struct buf body;
	size_t head_len;
	bool head_whole;           /* the empty line behind a header came */
	bool over;                 /* got is complete */
	char error[CURL_ERROR_SIZE];
};

/* One socket of the library. */
struct watch {
	struct policy_fetch *p;
	struct watch *next;
	struct loop_fd *handle;
	curl_socket_t fd;
};

static const struct libcurl *libcurl(void)
{
	static struct library l = {
		.so_name = LIBCURL_SONAME,
		.symbols = symbols,
		.n = sizeof symbols / sizeof *symbols,
		.size = sizeof(struct libcurl),
	};

	return library_table(&l);
}

/* ---- the end ---- */

static void end(struct policy_fetch *p)
{
	p->got.done = true;
	p->got.body = buf_str(&p->body);
	p->got.body_len = p->body.len;
	p->calls.done(p->calls.arg, &p->got); /* may have freed p */
}

static char *info_text(struct policy_fetch *p, CURLINFO what)
{
	char *text = NULL;

	p->lib->curl_easy_getinfo(p->easy, what, &text);
	return text ? text : (char *)"";
}

/* What the library says in the end. The texts are its own and last as long as
 * the handle. */
static void take_result(struct policy_fetch *p, CURLcode code)
{
	long status = 0;

	p->lib->curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
	p->got.status = (int)status;
	p->got.type = info_text(p, CURLINFO_CONTENT_TYPE);
	p->got.location = info_text(p, CURLINFO_REDIRECT_URL);
	if (code == CURLE_FILESIZE_EXCEEDED)
		p->got.cut = true;
	p->got.tls_failed = code == CURLE_PEER_FAILED_VERIFICATION;
	p->got.timed_out = code == CURLE_OPERATION_TIMEDOUT;
	if (p->head_len > POLICY_HEAD_MAX)
		p->got.error = "the header of the answer does not end";
	else if (code != CURLE_OK && !p->got.cut)
		p->got.error = *p->error ? p->error
		                         : p->lib->curl_easy_strerror(code);
	else if (!p->head_whole) /* the library takes that for an end */
		p->got.error = "the header of the answer is not whole";
}

/* Anything that the library did may have been the last of it. */
static void look(struct policy_fetch *p)
{
	CURLMsg *msg;
	int left;

	while ((msg = p->lib->curl_multi_info_read(p->multi, &left)))
		if (msg->msg == CURLMSG_DONE) {
			take_result(p, msg->data.result);
			p->over = true;
		}
	if (p->over) {
		loop_timer_at(p->timer, INT64_MAX);
		end(p);
	}
}

/* ---- the library on our loop ---- */

static void on_timer(void *arg)
{
	struct policy_fetch *p = arg;
	int running;

	if (p->over) {
		end(p);
		return;
	}
	p->lib->curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0,
	                                 &running);
	look(p);
}

static void on_ready(void *arg, int events)
{
	const struct watch *w = arg;
	struct policy_fetch *p = w->p;
	int running, what = 0;

	if (events & LOOP_READ)
		what |= CURL_CSELECT_IN;
	if (events & LOOP_WRITE)
		what |= CURL_CSELECT_OUT;
	p->lib->curl_multi_socket_action(p->multi, w->fd, what, &running);
	look(p); /* w may be gone */
}

static void unwatch(struct policy_fetch *p, struct watch *w)
{
	struct watch **at = &p->watches;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	loop_fd_free(w->handle);
	free(w);
}

static struct watch *watch(struct policy_fetch *p, curl_socket_t fd)
{
	struct watch *w = xcalloc(1, sizeof *w);

	w->p = p;
	w->fd = fd;
	w->handle = loop_fd_new(p->loop, fd, on_ready, w);
	w->next = p->watches;
	p->watches = w;
	p->lib->curl_multi_assign(p->multi, fd, w);
	return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *of_socket)
{
	struct policy_fetch *p = arg;
	struct watch *w = of_socket;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w)
			unwatch(p, w);
		return 0;
	}
	if (!w)
		w = watch(p, fd);
	loop_fd_want(w->handle, (what & CURL_POLL_IN ? LOOP_READ : 0) |
	                        (what & CURL_POLL_OUT ? LOOP_WRITE : 0));
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	struct policy_fetch *p = arg;

	(void)multi;
	loop_timer_at(p->timer, ms < 0 ? INT64_MAX
	                               : loop_now_us() + ms * 1000);
	return 0;
}

/* ---- what comes ---- */

/* Fewer octets than came make the library stop. */
static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct policy_fetch *p = arg;
	size_t room = STS_POLICY_MAX - p->body.len;

	(void)size; /* 1, always */
	if (n <= room) {
		buf_add(&p->body, data, n);
		return n;
	}
	buf_add(&p->body, data, room);
	p->got.cut = true;
	return room;
}

static size_t on_head(char *data, size_t size, size_t n, void *arg)
{
	struct policy_fetch *p = arg;

	(void)size;
	p->head_len += n;
	p->head_whole = n > 0 && (data[0] == '\r' || data[0] == '\n');
	return p->head_len > POLICY_HEAD_MAX ? 0 : n;
}

/* ---- what is asked for, and where ---- */

static void append(struct policy_fetch *p, struct curl_slist **list,
                   char *text)
{
	*list = p->lib->curl_slist_append(*list, text);
	free(text);
}

/* Where port 443 of one of the addresses really is; 0: there. */
static uint16_t redirected(const struct policy_config *cfg)
{
	for (size_t i = 0; i < cfg->n_redirects; i++) {
		const struct redirect *r = &cfg->redirects[i];

		if (r->port && r->port != HTTPS_PORT)
			continue;
		for (size_t a = 0; a < cfg->n_addresses; a++)
			if (!r->address ||
			    strcmp(r->address, cfg->addresses[a]) == 0)
				return r->to_port;
	}
	return 0;
}

static bool is_public(const char *address)
{
	return address_classify(address) == ADDR_PUBLIC;
}

/* "mta-sts.example.org:443:192.0.2.1,[2001:db8::1]"; NULL: none may be asked.
 * Caller owns. */
static char *resolved(const char *domain, const struct policy_config *cfg)
{
	struct buf b = { 0 };
	size_t n = 0;

	buf_addf(&b, "mta-sts.%s:%d:", domain, HTTPS_PORT);
	for (size_t i = 0; i < cfg->n_addresses; i++) {
		const char *address = cfg->addresses[i];

		if (!cfg->allow_private && !is_public(address))
			continue;
		buf_addf(&b, strchr(address, ':') ? "%s[%s]" : "%s%s",
		         n++ ? "," : "", address);
	}
	if (n == 0)
		buf_clear(&b);
	return n ? buf_steal(&b) : NULL;
}

/* False: there is no address that may be asked. */
static bool set_way(struct policy_fetch *p, const char *domain,
                    const struct policy_config *cfg)
{
	uint16_t port = redirected(cfg);
	char *addresses;

	if (port) {
		append(p, &p->connect, xasprintf("mta-sts.%s:%d:127.0.0.1:%u",
		                                 domain, HTTPS_PORT, port));
		p->lib->curl_easy_setopt(p->easy, CURLOPT_CONNECT_TO,
		                         p->connect);
		return true;
	}
	addresses = resolved(domain, cfg);
	if (!addresses) {
		p->got.is_private = cfg->n_addresses > 0;
		p->got.error = "it has no address";
		return false;
	}
	append(p, &p->resolve, addresses);
	p->lib->curl_easy_setopt(p->easy, CURLOPT_RESOLVE, p->resolve);
	return true;
}

/* By the same environment variables as io/tls. */
static void set_trust(struct policy_fetch *p, const struct policy_config *cfg)
{
	const char *file = cfg->ca_file ? cfg->ca_file
	                                : getenv("SSL_CERT_FILE");
	const char *folder = cfg->ca_file ? NULL : getenv("SSL_CERT_DIR");
	struct curl_blob pem = { .flags = CURL_BLOB_COPY };

	if (cfg->trust_pem) {
		pem.data = (void *)(uintptr_t)cfg->trust_pem;
		pem.len = strlen(cfg->trust_pem);
		p->lib->curl_easy_setopt(p->easy, CURLOPT_CAINFO_BLOB, &pem);
		return;
	}
	if (file)
		p->lib->curl_easy_setopt(p->easy, CURLOPT_CAINFO, file);
	if (folder)
		p->lib->curl_easy_setopt(p->easy, CURLOPT_CAPATH, folder);
}

static void set_calls(struct policy_fetch *p)
{
	const struct libcurl *lib = p->lib;

	lib->curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, on_body);
	lib->curl_easy_setopt(p->easy, CURLOPT_WRITEDATA, p);
	lib->curl_easy_setopt(p->easy, CURLOPT_HEADERFUNCTION, on_head);
	lib->curl_easy_setopt(p->easy, CURLOPT_HEADERDATA, p);
	lib->curl_easy_setopt(p->easy, CURLOPT_ERRORBUFFER, p->error);
	lib->curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	lib->curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
	lib->curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	lib->curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
}

/* What must not fail: without it a redirect, a proxy or a wrong certificate
 * would be taken. */
static bool set_rules(struct policy_fetch *p, const char *url,
                      const struct policy_config *cfg)
{
	const long ms = cfg->total_ms ? (long)cfg->total_ms : POLICY_TOTAL_MS;
	static const struct { CURLoption what; long value; } numbers[] = {
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 }, /* §7.2 */
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_MAXFILESIZE, STS_POLICY_MAX },
	};
	const struct { CURLoption what; const char *value; } texts[] = {
		{ CURLOPT_URL, url },
		{ CURLOPT_PROTOCOLS_STR, "https" },
		{ CURLOPT_PROXY, "" },
		{ CURLOPT_USERAGENT, PACKAGE_NAME "/" PACKAGE_VERSION },
	};
	bool good = p->lib->curl_easy_setopt(p->easy, CURLOPT_TIMEOUT_MS,
	                                     ms) == CURLE_OK;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		good &= p->lib->curl_easy_setopt(p->easy, numbers[i].what,
		                                 numbers[i].value) ==
		        CURLE_OK;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		good &= p->lib->curl_easy_setopt(p->easy, texts[i].what,
		                                 texts[i].value) == CURLE_OK;
	return good;
}

/* The domain becomes a part of a URL: only what a host name has. */
static bool is_host(const char *domain)
{
	return *domain &&
	       domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz"
	                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "0123456789-._")] == '\0';
}

/* False: over before it began. */
static bool begin(struct policy_fetch *p, const char *domain,
                  const struct policy_config *cfg)
{
	char *url;
	bool good;

	p->got.error = "libcurl cannot begin";
	p->lib = libcurl();
	p->easy = p->lib ? p->lib->curl_easy_init() : NULL;
	p->multi = p->easy ? p->lib->curl_multi_init() : NULL;
	p->got.available = p->multi != NULL;
	if (!p->multi)
		return false;
	if (!is_host(domain)) {
		p->got.error = "not a host name";
		return false;
	}
	if (!set_way(p, domain, cfg))
		return false;
	url = xasprintf("https://mta-sts.%s/.well-known/mta-sts.txt", domain);
	good = set_rules(p, url, cfg);
	free(url);
	set_trust(p, cfg);
	set_calls(p);
	if (!good || p->lib->curl_multi_add_handle(p->multi, p->easy) !=
	             CURLM_OK)
		return false;
	p->got.error = "";
	return true;
}

struct policy_fetch *policy_start(struct loop *l, const char *domain,
                                  const struct policy_config *cfg,
                                  const struct policy_calls *calls)
{
	struct policy_fetch *p = xcalloc(1, sizeof *p);

	p->loop = l;
	p->calls = *calls;
	p->got = (struct sts_fetch){ .type = "", .location = "" };
	p->timer = loop_timer_new(l, on_timer, p);
	p->over = !begin(p, domain, cfg);
	if (p->over)
		loop_timer_at(p->timer, loop_now_us());
	return p;
}

void policy_free(struct policy_fetch *p)
{
	if (!p)
		return;
	if (p->multi && p->easy)
		p->lib->curl_multi_remove_handle(p->multi, p->easy);
	if (p->easy)
		p->lib->curl_easy_cleanup(p->easy);
	if (p->multi)
		p->lib->curl_multi_cleanup(p->multi);
	if (p->lib) {
		p->lib->curl_slist_free_all(p->resolve);
		p->lib->curl_slist_free_all(p->connect);
	}
	while (p->watches)
		unwatch(p, p->watches);
	loop_timer_free(p->timer);
	buf_clear(&p->body);
	free(p);
}
