/*
 * sts_policy: the text of an MTA-STS policy (RFC 8461 §3.2), taken apart with
 * all that is wrong with it. Pure; any thread.
 */
#ifndef CHECK_STS_POLICY_H
#define CHECK_STS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STS_POLICY_MAX = 65536,     /* octets, RFC 8461 §3.3 */
	STS_AGE_MAX = 31557600,     /* seconds, RFC 8461 §3.2: a year */
	STS_FAULTS_MAX = 20,        /* told of one policy; more are counted */
};

enum sts_mode { STS_NO_MODE, STS_ENFORCE, STS_TESTING, STS_NONE };

struct sts_fault {
	unsigned line;   /* from 1; 0: the whole text */
	const char *say; /* static: says_sts.tsv; its arguments: line, text */
	char *text;      /* owned; the octets it is about, "" none */
	bool fatal;      /* there is no valid policy */
};

struct sts_policy {
	enum sts_mode mode;
	uint32_t max_age;  /* seconds */
	char **mx;         /* n_mx patterns in their order; owned */
	size_t n_mx;
	struct sts_fault *faults; /* n_faults */
	size_t n_faults, more_faults;
	bool valid;        /* no fatal fault, told or not */
};

/* Fills out, which the caller clears. text: borrowed, any octets; what is
 * behind STS_POLICY_MAX of them is not read. */
void sts_policy_parse(struct sts_policy *out, const char *text, size_t len);
void sts_policy_clear(struct sts_policy *p);
/* "enforce" ...; "" for STS_NO_MODE. */
const char *sts_mode_name(enum sts_mode m);

/* Does pattern stand for host? Any case; "*." is exactly one label, the first
 * (RFC 8461 §4.1). host: without its last dot. */
bool sts_pattern_fits(const char *pattern, const char *host);
/* The first pattern that stands for host, or NULL. */
const char *sts_policy_match(const struct sts_policy *p, const char *host);

#endif
