/*
 * hostname: the name that this host gives in EHLO when the user gave none
 * (RFC 5321 §4.1.4: its full name, and where it has none an address literal).
 *
 * No lookup is made: it would block the worker, and a name that only DNS
 * knows is no surer than none. Any thread.
 */
#ifndef NET_HOSTNAME_H
#define NET_HOSTNAME_H

/* The full name or NULL; heap, caller frees. */
char *host_full_name(void);
/*
 * The full name that a hosts(5) file gives for the short name: the first name
 * with a dot on a line that holds it. hosts: borrowed text. NULL: none.
 */
char *hosts_full_name(const char *hosts, const char *name);
/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 §4.1.3); heap. */
char *address_literal(const char *address);

#endif
