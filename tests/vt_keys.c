#include "config.h"

#include "vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/key.h"
#include "util/buf.h"
#include "util/xalloc.h"

/* What xterm sends; %d is its number for the modifiers. */
static const struct {
	enum key_code code;
	const char *plain, *modified;
} sequences[] = {
	{K_UP, "\033[A", "\033[1;%dA"}, {K_DOWN, "\033[B", "\033[1;%dB"},
	{K_RIGHT, "\033[C", "\033[1;%dC"}, {K_LEFT, "\033[D", "\033[1;%dD"},
	{K_HOME, "\033[H", "\033[1;%dH"}, {K_END, "\033[F", "\033[1;%dF"},
	{K_INSERT, "\033[2~", "\033[2;%d~"},
	{K_DELETE, "\033[3~", "\033[3;%d~"},
	{K_PAGE_UP, "\033[5~", "\033[5;%d~"},
	{K_PAGE_DOWN, "\033[6~", "\033[6;%d~"},
	{K_F1, "\033OP", "\033[1;%dP"}, {K_F2, "\033OQ", "\033[1;%dQ"},
	{K_F3, "\033OR", "\033[1;%dR"}, {K_F4, "\033OS", "\033[1;%dS"},
	{K_F5, "\033[15~", "\033[15;%d~"}, {K_F6, "\033[17~", "\033[17;%d~"},
	{K_F7, "\033[18~", "\033[18;%d~"}, {K_F8, "\033[19~", "\033[19;%d~"},
	{K_F9, "\033[20~", "\033[20;%d~"}, {K_F10, "\033[21~", "\033[21;%d~"},
	{K_F11, "\033[23~", "\033[23;%d~"}, {K_F12, "\033[24~", "\033[24;%d~"},
};

static void add_char(struct buf *out, const struct key *k)
{
	char utf8[4];

	if (k->mods & MOD_ALT)
		buf_addc(out, '\033');
	if (k->mods & MOD_CTRL)
		buf_addc(out, k->ch == ' ' ? '\0' : (char)(k->ch & 0x1f));
	else
		buf_add(out, utf8, utf8_encode(k->ch, utf8));
}

static void add_simple(struct buf *out, const struct key *k)
{
	if (k->code == K_TAB && (k->mods & MOD_SHIFT)) {
		buf_adds(out, "\033[Z");
		return;
	}
	if (k->mods & MOD_ALT)
		buf_addc(out, '\033');
	buf_addc(out, k->code == K_ENTER ? '\r' : k->code == K_TAB ? '\t' :
	              k->code == K_ESC ? '\033' : '\177');
}

static void add_key(struct buf *out, const struct key *k)
{
	int mods = 1 + ((k->mods & MOD_SHIFT) ? 1 : 0) +
	           ((k->mods & MOD_ALT) ? 2 : 0) +
	           ((k->mods & MOD_CTRL) ? 4 : 0);

	if (k->code == K_CHAR) {
		add_char(out, k);
		return;
	}
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		const char *s = sequences[i].modified;
		const char *number = strchr(s, '%');

		if (sequences[i].code != k->code)
			continue;
		if (mods == 1)
			buf_adds(out, sequences[i].plain);
		else
			buf_addf(out, "%.*s%d%s", (int)(number - s), s, mods,
			         number + 2);
		return;
	}
	add_simple(out, k);
}

static void add_paste(struct buf *out, const char *text)
{
	buf_adds(out, "\033[200~");
	for (; *text != '\0'; text++) {
		/* terminals send a line end of a paste as Enter */
		if (text[0] == '\\' && text[1] == 'n') {
			buf_addc(out, '\r');
			text++;
		} else {
			buf_addc(out, *text);
		}
	}
	buf_adds(out, "\033[201~");
}

static bool add_mouse(struct buf *out, const char *name)
{
	static const struct {
		const char *form;
		int button;
	} kinds[] = {
		{"click:%d,%d", 0}, {"wheel-up:%d,%d", 64},
		{"wheel-down:%d,%d", 65},
	};
	int x, y;

	for (size_t i = 0; i < 3; i++) {
		size_t word = strcspn(kinds[i].form, ":") + 1;

		if (strncmp(name, kinds[i].form, word) != 0 ||
		    sscanf(name + word, "%d,%d", &x, &y) != 2)
			continue;
		buf_addf(out, "\033[<%d;%d;%dM", kinds[i].button, x + 1, y + 1);
		if (i == 0)
			buf_addf(out, "\033[<0;%d;%dm", x + 1, y + 1);
		return true;
	}
	return false;
}

static bool add_raw(struct buf *out, const char *hex)
{
	unsigned byte;

	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
		if (sscanf(hex, "%2x", &byte) != 1)
			return false;
		buf_addc(out, (char)byte);
	}
	return true;
}

static bool add_named(struct buf *out, const char *name)
{
	struct key k;

	if (strcmp(name, "lt") == 0) {
		buf_addc(out, '<');
		return true;
	}
	if (strncmp(name, "paste:", 6) == 0) {
		add_paste(out, name + 6);
		return true;
	}
	if (strncmp(name, "raw:", 4) == 0)
		return add_raw(out, name + 4);
	if (add_mouse(out, name))
		return true;
	if (!key_parse(name, &k))
		return false;
	add_key(out, &k);
	return true;
}

/* One key off the front of *keys as bytes. */
static bool next_key(const char **keys, struct buf *out)
{
	const char *end = **keys == '<' ? strchr(*keys, '>') : NULL;
	size_t n = 1;
	bool good;
	char *name;

	buf_reset(out);
	if (end == NULL || end == *keys + 1) {
		while (((unsigned char)(*keys)[n] & 0xc0) == 0x80)
			n++;
		buf_add(out, *keys, n);
		*keys += n;
		return true;
	}
	name = xmemdup0(*keys + 1, (size_t)(end - *keys - 1));
	good = add_named(out, name);
	free(name);
	*keys = end + 1;
	return good;
}

bool vt_keys(struct vt *v, const char *keys, bool wait)
{
	struct buf bytes = {.len = 0};
	bool good = true;

	while (*keys != '\0' && good) {
		good = next_key(&keys, &bytes);
		if (!good)
			break;
		vt_send(v, bytes.data, bytes.len);
		if (wait && !vt_settle(v))
			break; /* it ended: the caller looks */
	}
	buf_clear(&bytes);
	return good;
}
