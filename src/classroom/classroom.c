#include "config.h"

#include "classroom/classroom.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classroom/certs.h"
#include "classroom/dnsd.h"
#include "classroom/smtpd.h"
#include "classroom/sock.h"
#include "core/target.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum {
	UDP_MAX = 32,     /* addresses of this machine, for 0.0.0.0 and :: */
	PORT_TRIES = 32,  /* for one that is free on UDP and TCP alike */
};

struct listener {
	int fd; /* -1: @refuse, nobody listens */
	uint16_t port;
	struct smtpd *smtpd;
};

struct classroom {
	const struct lesson *lesson;
	bool serve;
	struct sock_addr addr;    /* what we listen on; DNS port set */
	struct sock_addr shown;   /* an address that others can reach */
	int udp[UDP_MAX], tcp;
	size_t n_udp;
	int dead;                 /* bound, never listening */
	uint16_t dead_port;
	struct listener *listeners; /* of each lesson->servers */
	struct certs *certs;      /* NULL: no server speaks TLS */
	struct classroom_redirect *redirects;
	size_t n_redirects;
	struct authority_port *ports;
	size_t n_ports;
	struct authority_data data;
	char *dns;
	struct dnsd *dnsd;
};

/* ---- errors ---------------------------------------------------------- */

static char *bind_error(const struct sock_addr *a, int err)
{
	char text[SOCK_TEXT_MAX];
	unsigned port = sock_addr_port(a);

	sock_text(a, text);
	switch (err) {
	case EADDRINUSE:
		return xasprintf(_("port %u of %s is in use by another "
		                   "program; choose another one, such as "
		                   "--listen %s:%u"),
		                 port, text, text, port < 65535 ? port + 1 : 1);
	case EADDRNOTAVAIL:
		return xasprintf(_("this machine has no address %s to listen "
		                   "on"), text);
	case EACCES:
		return xasprintf(_("listening on port %u of %s is not "
		                   "allowed; choose one above 1023"),
		                 port, text);
	default:
		return xasprintf(_("cannot listen on %s: %s"), text,
		                 strerror(err));
	}
}

/* ---- the DNS server's sockets: one port, UDP and TCP ------------------ */

static bool is_link_local(const struct sockaddr *a)
{
	return a->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LINKLOCAL(
	           &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static bool is_loopback(const struct sock_addr *a)
{
	const struct sockaddr_in6 *v6 = (const void *)&a->ss;

	if (a->ss.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	return *(const uint8_t *)&((const struct sockaddr_in *)&a->ss)
	            ->sin_addr == 127;
}

/* A UDP socket on this one address, so that answers leave from where the
 * query came in, and we know that address. */
static bool add_udp(struct classroom *c, const struct sock_addr *a)
{
	int fd = c->n_udp < UDP_MAX ? sock_bind(a, SOCK_DGRAM) : -1;

	if (fd < 0)
		return false;
	c->udp[c->n_udp++] = fd;
	return true;
}

/* One for each address of the machine when we listen on all of them. */
static bool add_every_udp(struct classroom *c)
{
	int family = c->addr.ss.ss_family;
	struct ifaddrs *list, *i;

	if (getifaddrs(&list) != 0)
		return false;
	for (i = list; i; i = i->ifa_next) {
		struct sock_addr a = { .len = c->addr.len };

		if (!i->ifa_addr || i->ifa_addr->sa_family != family ||
		    is_link_local(i->ifa_addr))
			continue;
		memcpy(&a.ss, i->ifa_addr, a.len);
		sock_set_port(&a, sock_addr_port(&c->addr));
		if (!add_udp(c, &a) && errno == EADDRINUSE)
			break;
		if (is_loopback(&c->shown) || sock_is_any(&c->shown))
			c->shown = a;
	}
	freeifaddrs(list);
	return !i && c->n_udp;
}

static void close_dns(struct classroom *c)
{
	if (c->tcp >= 0)
		close(c->tcp);
	c->tcp = -1;
	while (c->n_udp)
		close(c->udp[--c->n_udp]);
}

static bool open_dns_once(struct classroom *c)
{
	c->tcp = sock_bind(&c->addr, SOCK_STREAM);
	if (c->tcp < 0 || !sock_listen(c->tcp))
		return false;
	sock_set_port(&c->addr, sock_port(c->tcp));
	c->shown = c->addr;
	return sock_is_any(&c->addr) ? add_every_udp(c)
	                             : add_udp(c, &c->addr);
}

static bool open_dns(struct classroom *c, char **error)
{
	uint16_t asked = sock_addr_port(&c->addr);

	for (int i = 0; i < PORT_TRIES; i++) {
		int err;

		if (open_dns_once(c))
			return true;
		err = errno;
		close_dns(c);
		if (asked || err != EADDRINUSE) {
			*error = bind_error(&c->addr, err);
			return false;
		}
		sock_set_port(&c->addr, 0);
	}
	*error = bind_error(&c->addr, EADDRINUSE);
	return false;
}

/* ---- the SMTP servers' sockets ---------------------------------------- */

static bool open_smtp(struct classroom *c, char **error)
{
	struct sock_addr a = c->addr;
	bool ok;

	sock_set_port(&a, 0);
	c->dead = sock_bind(&a, SOCK_STREAM);
	ok = c->dead >= 0;
	if (ok)
		c->dead_port = sock_port(c->dead);
	for (size_t i = 0; ok && i < c->lesson->n_servers; i++) {
		struct listener *l = &c->listeners[i];

		l->port = c->dead_port;
		if (c->lesson->servers[i].refuse)
			continue;
		l->fd = sock_bind(&a, SOCK_STREAM);
		ok = l->fd >= 0 && sock_listen(l->fd);
		if (ok)
			l->port = sock_port(l->fd);
	}
	if (!ok)
		*error = bind_error(&a, errno);
	return ok;
}

/* ---- what main and --join need to know -------------------------------- */

static void add_redirect(struct classroom *c, char *address,
                         const struct lesson_host *host, uint16_t to_port)
{
	if (c->n_redirects % 16 == 0)
		c->redirects = xreallocarray(c->redirects, c->n_redirects + 16,
		                             sizeof *c->redirects);
	c->redirects[c->n_redirects++] = (struct classroom_redirect){
		.address = address,
		.port = host ? host->port : 0,
		.to_port = to_port,
		.host = host ? host->name : "",
	};
}

static void redirect_host(struct classroom *c, const struct lesson_host *host,
                          uint16_t to_port)
{
	const struct zone *z = &c->lesson->zone;
	const struct zone_rr *rr;
	size_t at = 0;

	while ((rr = zone_next(z, &host->dns_name, RR_ANY, &at))) {
		char text[INET6_ADDRSTRLEN];

		if (!lesson_host_has(host, rr->type))
			continue;
		inet_ntop(rr->type == RR_A ? AF_INET : AF_INET6, rr->rdata,
		          text, sizeof text);
		add_redirect(c, xstrdup(text), host, to_port);
	}
}

/* "smtpscope-port=40123 587=40124": where each port of the host really is. */
static char *port_text(const struct classroom *c, const struct dns_name *host)
{
	uint16_t main_port = c->dead_port;
	struct buf text = { 0 }, more = { 0 };

	for (size_t i = 0; i < c->lesson->n_servers; i++) {
		const struct lesson_server *s = &c->lesson->servers[i];

		for (size_t k = 0; k < s->n_hosts; k++) {
			/* who joins comes over IPv4 */
			if (!dns_name_equal(&s->hosts[k].dns_name, host) ||
			    s->hosts[k].family == 6)
				continue;
			if (s->hosts[k].port == LESSON_PORT)
				main_port = c->listeners[i].port;
			else
				buf_addf(&more, " %u=%u", s->hosts[k].port,
				         c->listeners[i].port);
		}
	}
	buf_addf(&text, "smtpscope-port=%u%s", main_port, buf_str(&more));
	buf_clear(&more);
	return buf_steal(&text);
}

static bool has_port(const struct classroom *c, const struct dns_name *host)
{
	for (size_t i = 0; i < c->n_ports; i++)
		if (dns_name_equal(&c->ports[i].host, host))
			return true;
	return false;
}

/* Every name with an address gets a port: that of nobody when none serves. */
static void list_ports(struct classroom *c)
{
	const struct zone *z = &c->lesson->zone;

	c->ports = xcalloc(z->n, sizeof *c->ports);
	for (size_t i = 0; i < z->n; i++) {
		const struct zone_rr *rr = &z->rrs[i];

		if ((rr->type != RR_A && rr->type != RR_AAAA) ||
		    has_port(c, &rr->owner))
			continue;
		c->ports[c->n_ports++] = (struct authority_port){
			.host = rr->owner,
			.txt = port_text(c, &rr->owner),
		};
	}
}

static void list_redirects(struct classroom *c)
{
	for (size_t i = 0; i < c->lesson->n_servers; i++) {
		const struct lesson_server *s = &c->lesson->servers[i];

		for (size_t k = 0; k < s->n_hosts; k++)
			redirect_host(c, &s->hosts[k], c->listeners[i].port);
	}
	add_redirect(c, NULL, NULL, c->dead_port);
}

/* ---- the whole ------------------------------------------------------- */

static char *with_port(const struct sock_addr *a, unsigned port)
{
	char text[SOCK_TEXT_MAX];

	sock_text(a, text);
	return strchr(text, ':') ? xasprintf("[%s]:%u", text, port)
	                         : xasprintf("%s:%u", text, port);
}

static bool open_all(struct classroom *c, const char *listen, char **error)
{
	if (!listen)
		listen = "127.0.0.1";
	if (!sock_parse(listen, &c->addr)) {
		*error = xasprintf(_("expected an address to listen on such as "
		                     "192.0.2.7, 192.0.2.7:5353 or [::1]:5353, "
		                     "found \"%s\""), listen);
		return false;
	}
	if (!open_dns(c, error) || !open_smtp(c, error))
		return false;
	c->certs = certs_new(c->lesson, error);
	return !*error;
}

struct classroom *classroom_open(const struct lesson *lesson,
                                 const struct classroom_config *cfg,
                                 char **error)
{
	struct classroom *c = xcalloc(1, sizeof *c);

	*error = NULL;
	c->lesson = lesson;
	c->serve = cfg->serve;
	c->tcp = c->dead = -1;
	c->listeners = xcalloc(lesson->n_servers, sizeof *c->listeners);
	for (size_t i = 0; i < lesson->n_servers; i++)
		c->listeners[i].fd = -1;
	if (!open_all(c, cfg->serve ? cfg->listen : NULL, error)) {
		classroom_close(c);
		return NULL;
	}
	list_redirects(c);
	list_ports(c);
	c->dns = with_port(&c->shown, sock_addr_port(&c->addr));
	c->data = (struct authority_data){
		.lesson = lesson,
		.serve = cfg->serve,
		.ports = c->ports,
		.n_ports = c->n_ports,
	};
	return c;
}

void classroom_close(struct classroom *c)
{
	if (!c)
		return;
	close_dns(c);
	if (c->dead >= 0)
		close(c->dead);
	for (size_t i = 0; i < c->lesson->n_servers; i++)
		if (c->listeners[i].fd >= 0)
			close(c->listeners[i].fd);
	for (size_t i = 0; i < c->n_redirects; i++)
		free((char *)c->redirects[i].address);
	for (size_t i = 0; i < c->n_ports; i++)
		free(c->ports[i].txt);
	certs_free(c->certs);
	free(c->listeners);
	free(c->redirects);
	free(c->ports);
	free(c->dns);
	free(c);
}

void classroom_attach(struct loop *l, void *arg)
{
	struct classroom *c = arg;

	c->dnsd = dnsd_new(l, &c->data, c->udp, c->n_udp, c->tcp);
	for (size_t i = 0; i < c->lesson->n_servers; i++)
		if (c->listeners[i].fd >= 0)
			c->listeners[i].smtpd = smtpd_new(
			    l, &c->lesson->servers[i], c->listeners[i].fd,
			    certs_setup(c->certs, i));
}

void classroom_detach(void *arg)
{
	struct classroom *c = arg;

	dnsd_free(c->dnsd);
	c->dnsd = NULL;
	for (size_t i = 0; i < c->lesson->n_servers; i++) {
		smtpd_free(c->listeners[i].smtpd);
		c->listeners[i].smtpd = NULL;
	}
}

const char *classroom_dns(const struct classroom *c)
{
	return c->dns;
}

const struct classroom_redirect *classroom_redirects(const struct classroom *c,
                                                     size_t *n)
{
	*n = c->n_redirects;
	return c->redirects;
}

const char *classroom_ca_pem(const struct classroom *c)
{
	return certs_ca_pem(c->certs);
}

/* dig and nc lines for one server, and how to know its certificate. */
static void add_server_text(const struct classroom *c, size_t i,
                            const char *address, struct buf *out)
{
	const struct lesson_server *s = &c->lesson->servers[i];
	char pin[CERTS_PIN_SIZE];

	for (size_t k = 0; k < s->n_hosts; k++)
		buf_addf(out, "  nc %s %-5u   # %s\n", address,
		         c->listeners[i].port, s->hosts[k].name);
	if (certs_pin(c->certs, i, pin))
		buf_addf(out, _("  its certificate, as TLSA 3 1 1: %s\n"),
		         pin);
}

/* A domain has an MX, a host of its own (mx.example:465) only addresses. */
static void add_dig_text(const struct classroom *c, const char *address,
                         struct buf *out)
{
	const char *text = c->lesson->target;
	struct target t;
	bool known = target_parse(text, &t) == TARGET_OK;
	bool host = known && t.kind != TARGET_DOMAIN;

	buf_addf(out, "  dig @%s -p %u %s %s\n", address,
	         (unsigned)sock_addr_port(&c->addr), host ? "A" : "MX",
	         host ? t.domain : text);
	if (known)
		target_clear(&t);
}

char *classroom_serve_text(const struct classroom *c)
{
	const struct lesson *l = c->lesson;
	char host[SOCK_TEXT_MAX];
	struct buf out = { 0 };

	sock_text(&c->shown, host);
	buf_addf(&out, _("Serving the lesson \"%s\". Students copy:"),
	         lesson_title(l));
	buf_addf(&out, "\n\n  smtpscope --join %s %s\n", c->dns, l->target);
	add_dig_text(c, host, &out);
	for (size_t i = 0; i < l->n_servers; i++)
		add_server_text(c, i, host, &out);
	return buf_steal(&out);
}
