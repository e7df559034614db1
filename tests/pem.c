#include "config.h"

#include "tests/pem.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "util/base64.h"

/* TRUSTED certificates have more behind them, which d2i does not read. */
static const char *const begins[] = { "-----BEGIN CERTIFICATE-----",
	"-----BEGIN TRUSTED CERTIFICATE-----" };

static const char *next_begin(const char *text)
{
	const char *first = NULL;

	for (int i = 0; i < 2; i++) {
		const char *at = strstr(text, begins[i]);

		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

void pem_add(struct pem *p, const char *text)
{
	while (p->n < PEM_MAX && (text = next_begin(text))) {
		struct buf digits = { 0 };
		struct buf *der = &p->data[p->n];

		for (text = strchr(text, '\n'); *text && *text != '-'; text++)
			if (!isspace((unsigned char)*text))
				buf_addc(&digits, *text);
		if (base64_decode(der, buf_str(&digits), digits.len)) {
			p->der[p->n++] = (struct tls_der){
				.data = (unsigned char *)der->data,
				.len = der->len,
			};
		}
		buf_clear(&digits);
	}
}

bool read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(out, part, n);
	fclose(f);
	buf_str(out);
	return true;
}

bool pem_add_file(struct pem *p, const char *path)
{
	struct buf text = { 0 };
	bool ok = read_file(path, &text);

	if (ok)
		pem_add(p, buf_str(&text));
	buf_clear(&text);
	return ok;
}

void pem_clear(struct pem *p)
{
	for (size_t i = 0; i < p->n; i++)
		buf_clear(&p->data[i]);
	*p = (struct pem){ 0 };
}
