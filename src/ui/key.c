#include "config.h"

#include "ui/key.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/escape.h"
#include "util/buf.h"

static const struct {
	const char *name;
	enum key_code code;
} key_names[] = {
#define KEY_NAME(id, text) {text, id},
	KEYS(KEY_NAME)
#undef KEY_NAME
};

bool key_is(const struct key *a, const struct key *b)
{
	return a->code == b->code && a->mods == b->mods &&
	       (a->code != K_CHAR || a->ch == b->ch) &&
	       (a->code != K_MOUSE || a->mouse == b->mouse);
}

static const char *code_name(enum key_code code)
{
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++)
		if (key_names[i].code == code)
			return key_names[i].name;
	return code == K_PASTE ? "Paste" : code == K_MOUSE ? "Mouse" : "";
}

static bool is_letter(uint32_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static void add_char_name(struct buf *b, const struct key *k)
{
	uint32_t ch = k->ch;
	char utf8[4];

	if (ch == ' ') {
		buf_adds(b, "Space");
		return;
	}
	if (k->mods != 0 && is_letter(ch)) {
		if (ch <= 'Z')
			buf_adds(b, "Shift-");
		ch &= ~0x20u;
	}
	buf_add(b, utf8, utf8_encode(ch, utf8));
}

char *key_label(const struct key *k, char *out, size_t size)
{
	struct buf b = {.len = 0};

	assert(size > 0);
	if (k->mods & MOD_CTRL)
		buf_adds(&b, "Ctrl-");
	if (k->mods & MOD_ALT)
		buf_adds(&b, "Alt-");
	if (k->mods & MOD_SHIFT)
		buf_adds(&b, "Shift-");
	if (k->code == K_CHAR)
		add_char_name(&b, k);
	else
		buf_adds(&b, code_name(k->code));
	snprintf(out, size, "%s", buf_str(&b));
	buf_clear(&b);
	return out;
}

/* Takes "Alt-" and the like off the front of name. */
static const char *parse_mods(const char *name, unsigned *mods)
{
	static const struct {
		const char *prefix;
		unsigned mod;
	} prefixes[] = {
		{"Ctrl-", MOD_CTRL}, {"Alt-", MOD_ALT}, {"Shift-", MOD_SHIFT},
	};
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < 3; i++) {
			size_t len = strlen(prefixes[i].prefix);

			if (strncasecmp(name, prefixes[i].prefix, len) == 0 &&
			    name[len] != '\0') {
				*mods |= prefixes[i].mod;
				name += len;
				more = true;
			}
		}
	}
	return name;
}

bool key_parse(const char *name, struct key *out)
{
	struct key k = {.code = K_CHAR};
	size_t used;

	name = parse_mods(name, &k.mods);
	for (size_t i = 0; i < sizeof(key_names) / sizeof(key_names[0]); i++) {
		if (strcasecmp(name, key_names[i].name) == 0) {
			k.code = key_names[i].code;
			*out = k;
			return true;
		}
	}
	used = utf8_decode(name, strlen(name), &k.ch);
	if (strcasecmp(name, "Space") == 0)
		k.ch = ' ';
	else if (used == 0 || name[used] != '\0' || char_columns(k.ch) < 0)
		return false;
	if (is_letter(k.ch) && (k.mods & (MOD_ALT | MOD_CTRL))) {
		k.ch |= 0x20;
		if ((k.mods & MOD_SHIFT) && !(k.mods & MOD_CTRL))
			k.ch &= ~0x20u;
	} else if (is_letter(k.ch) && (k.mods & MOD_SHIFT)) {
		k.ch &= ~0x20u;
	}
	k.mods &= ~(unsigned)MOD_SHIFT;
	*out = k;
	return true;
}
