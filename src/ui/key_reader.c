#include "config.h"

#include "ui/key.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum {
	SEQUENCES_MAX = 128, /* of the terminfo entry; it has 60 of interest */
	SEQUENCE_SIZE = 16,
	PARAMS_MAX = 4,
	SEQUENCE_BYTES_MAX = 4096, /* longer is no key, and no answer */
	ESC = 0x1b,
};

struct sequence {
	char bytes[SEQUENCE_SIZE];
	size_t len;
	enum key_code code;
	unsigned mods;
};

struct key_reader {
	struct buf in; /* not yet decoded */
	struct sequence sequences[SEQUENCES_MAX];
	size_t sequence_count;
	bool utf8;
	bool flushing; /* what is in will not get longer */
	bool in_paste;
	struct buf paste;
	bool paste_cr; /* the last byte of the paste was CR */
};

/* What became of the front of the input. */
enum taken {
	TAKEN_KEY,
	TAKEN_NOTHING, /* swallowed */
	TAKEN_PARTIAL, /* could become longer */
	TAKEN_UNKNOWN, /* nothing of ours: try the next way */
};

/* The input as the small parsers see it. */
struct scan {
	const unsigned char *at;
	size_t len;
	size_t used; /* set with TAKEN_KEY and TAKEN_NOTHING */
	bool whole;  /* nothing more will come */
	bool utf8;
};

/* ESC [ N ~ and the same with modifiers. 25 up are shifted F-keys. */
static const struct {
	int number;
	enum key_code code;
	unsigned mods;
} tilde_keys[] = {
	{1, K_HOME, 0}, {2, K_INSERT, 0}, {3, K_DELETE, 0}, {4, K_END, 0},
	{5, K_PAGE_UP, 0}, {6, K_PAGE_DOWN, 0}, {7, K_HOME, 0}, {8, K_END, 0},
	{11, K_F1, 0}, {12, K_F2, 0}, {13, K_F3, 0}, {14, K_F4, 0},
	{15, K_F5, 0}, {17, K_F6, 0}, {18, K_F7, 0}, {19, K_F8, 0},
	{20, K_F9, 0}, {21, K_F10, 0}, {23, K_F11, 0}, {24, K_F12, 0},
	{25, K_F1, MOD_SHIFT}, {26, K_F2, MOD_SHIFT}, {28, K_F3, MOD_SHIFT},
	{29, K_F4, MOD_SHIFT}, {31, K_F5, MOD_SHIFT}, {32, K_F6, MOD_SHIFT},
	{33, K_F7, MOD_SHIFT}, {34, K_F8, MOD_SHIFT},
};

/* Last byte of ESC [ ... X and ESC O X. */
static const struct {
	char final;
	enum key_code code;
	unsigned mods;
} final_keys[] = {
	{'A', K_UP, 0}, {'B', K_DOWN, 0}, {'C', K_RIGHT, 0}, {'D', K_LEFT, 0},
	{'H', K_HOME, 0}, {'F', K_END, 0}, {'P', K_F1, 0}, {'Q', K_F2, 0},
	{'R', K_F3, 0}, {'S', K_F4, 0}, {'Z', K_TAB, MOD_SHIFT},
	/* rxvt: small letters are shifted after [ and with Ctrl after O */
	{'a', K_UP, MOD_SHIFT}, {'b', K_DOWN, MOD_SHIFT},
	{'c', K_RIGHT, MOD_SHIFT}, {'d', K_LEFT, MOD_SHIFT},
};

enum {
	TILDE_KEYS = sizeof(tilde_keys) / sizeof(tilde_keys[0]),
	FINAL_KEYS = sizeof(final_keys) / sizeof(final_keys[0]),
};

static bool is_letter(uint32_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

struct key_reader *key_reader_new(void)
{
	return xcalloc(1, sizeof(struct key_reader));
}

void key_reader_free(struct key_reader *r)
{
	if (r == NULL)
		return;
	buf_clear(&r->in);
	buf_clear(&r->paste);
	free(r);
}

void key_reader_define(struct key_reader *r, const char *sequence,
                       enum key_code code, unsigned mods)
{
	size_t len = strlen(sequence);
	struct sequence *s = &r->sequences[r->sequence_count];

	if (len < 2 || len >= SEQUENCE_SIZE ||
	    r->sequence_count == SEQUENCES_MAX)
		return;
	for (size_t i = 0; i < r->sequence_count; i++)
		if (strcmp(r->sequences[i].bytes, sequence) == 0)
			return;
	*s = (struct sequence){.len = len, .code = code, .mods = mods};
	memcpy(s->bytes, sequence, len);
	r->sequence_count++;
}

void key_feed(struct key_reader *r, const char *data, size_t len, bool utf8)
{
	buf_add(&r->in, data, len);
	r->utf8 = utf8;
	r->flushing = false;
}

bool key_in_paste(const struct key_reader *r)
{
	return r->in_paste;
}

bool key_is_partial(const struct key_reader *r)
{
	return r->in.len > 0 || r->in_paste;
}

void key_flush(struct key_reader *r)
{
	r->flushing = true;
}

static unsigned mods_of(int param)
{
	unsigned bits = param > 1 ? (unsigned)param - 1 : 0;

	return (bits & 1 ? MOD_SHIFT : 0u) | (bits & 2 ? MOD_ALT : 0u) |
	       (bits & 4 ? MOD_CTRL : 0u) | (bits & 8 ? MOD_ALT : 0u);
}

static void set_control(struct key *k, unsigned char byte)
{
	k->mods |= MOD_CTRL;
	k->code = K_CHAR;
	k->ch = byte == 0 ? ' ' : byte <= 26 ? byte + 0x60u : byte + 0x40u;
}

/* A character or control byte, without ESC. */
static enum taken take_char(struct scan *s, struct key *k)
{
	unsigned char byte = s->at[0];
	size_t used = 1;

	k->code = K_CHAR;
	k->ch = byte;
	if (byte == '\r' || byte == '\n') {
		k->code = K_ENTER;
	} else if (byte == '\t') {
		k->code = K_TAB;
	} else if (byte == 0x7f || byte == 0x08) {
		k->code = K_BACKSPACE;
	} else if (byte < 0x20) {
		set_control(k, byte);
	} else if (byte >= 0x80 && s->utf8) {
		used = utf8_decode((const char *)s->at, s->len, &k->ch);
		if (used == 0 && s->len < 4 && !s->whole && byte >= 0xc2 &&
		    byte <= 0xf4)
			return TAKEN_PARTIAL;
		if (used == 0) {
			used = 1;
			k->ch = 0xfffd;
		}
	}
	s->used = used;
	return TAKEN_KEY;
}

static enum taken take_defined(const struct key_reader *r, struct scan *s,
                               struct key *k)
{
	bool prefix = false;

	for (size_t i = 0; i < r->sequence_count; i++) {
		const struct sequence *q = &r->sequences[i];

		if (s->len >= q->len && memcmp(s->at, q->bytes, q->len) == 0) {
			k->code = q->code;
			k->mods |= q->mods;
			s->used = q->len;
			return TAKEN_KEY;
		}
		if (s->len < q->len && memcmp(s->at, q->bytes, s->len) == 0)
			prefix = true;
	}
	return prefix && !s->whole ? TAKEN_PARTIAL : TAKEN_UNKNOWN;
}

/* ESC [ M and three bytes: the mouse of terminals without SGR reports. */
static enum taken take_old_mouse(struct scan *s, struct key *k)
{
	unsigned button;

	if (s->len < 6) {
		s->used = s->len;
		return s->whole ? TAKEN_NOTHING : TAKEN_PARTIAL;
	}
	s->used = 6;
	button = s->at[3] - 32u;
	k->x = s->at[4] - 33;
	k->y = s->at[5] - 33;
	k->code = K_MOUSE;
	if (button == 0)
		k->mouse = MOUSE_PRESS;
	else if (button == 3)
		k->mouse = MOUSE_RELEASE;
	else if (button == 32)
		k->mouse = MOUSE_DRAG;
	else if (button == 64)
		k->mouse = MOUSE_WHEEL_UP;
	else if (button == 65)
		k->mouse = MOUSE_WHEEL_DOWN;
	else
		return TAKEN_NOTHING;
	return k->x < 0 || k->y < 0 ? TAKEN_NOTHING : TAKEN_KEY;
}

static enum taken sgr_mouse(const int *p, size_t n, char final, struct key *k)
{
	static const struct {
		int button;
		enum mouse_what what;
	} buttons[] = {
		{0, MOUSE_PRESS}, {32, MOUSE_DRAG}, {64, MOUSE_WHEEL_UP},
		{65, MOUSE_WHEEL_DOWN},
	};

	if (n != 3 || p[1] < 1 || p[2] < 1)
		return TAKEN_NOTHING;
	for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
		/* 4, 8, 16 are Shift, Alt, Ctrl held meanwhile */
		if ((p[0] & ~28) != buttons[i].button)
			continue;
		k->code = K_MOUSE;
		k->mouse = buttons[i].what;
		k->x = p[1] - 1;
		k->y = p[2] - 1;
		if (final == 'm')
			k->mouse = MOUSE_RELEASE;
		return final == 'm' && i > 1 ? TAKEN_NOTHING : TAKEN_KEY;
	}
	return TAKEN_NOTHING;
}

/* A character told by its number (xterm's modifyOtherKeys, CSI u). */
static enum taken numbered_char(int ch, int mods, struct key *k)
{
	struct scan one = {.len = 1};
	unsigned char byte = (unsigned char)ch;
	unsigned more = mods_of(mods);

	if (ch <= 0 || ch > 0x10ffff)
		return TAKEN_NOTHING;
	if (ch == ESC) {
		k->code = K_ESC;
	} else if (ch < 0x20 || ch == 0x7f) {
		one.at = &byte;
		take_char(&one, k);
	} else {
		k->code = K_CHAR;
		k->ch = (uint32_t)ch;
		if ((more & MOD_CTRL) && is_letter(k->ch))
			k->ch |= 0x20;
		more &= ~(unsigned)MOD_SHIFT;
	}
	k->mods |= more;
	return TAKEN_KEY;
}

static enum taken tilde_key(const int *p, size_t n, char final, struct key *k)
{
	if (n == 3 && p[0] == 27)
		return numbered_char(p[2], p[1], k);
	for (size_t i = 0; i < TILDE_KEYS; i++) {
		if (n == 0 || tilde_keys[i].number != p[0])
			continue;
		k->code = tilde_keys[i].code;
		k->mods |= tilde_keys[i].mods | (n > 1 ? mods_of(p[1]) : 0);
		if (final == '^' || final == '@') /* rxvt */
			k->mods |= MOD_CTRL;
		if (final == '@')
			k->mods |= MOD_SHIFT;
		return TAKEN_KEY;
	}
	return TAKEN_NOTHING;
}

static enum taken final_key(const int *p, size_t n, char final, struct key *k)
{
	/* a cursor report looks like a key with other numbers: not asked for */
	if (n > 0 && p[0] > 1)
		return TAKEN_NOTHING;
	for (size_t i = 0; i < FINAL_KEYS; i++) {
		if (final_keys[i].final != final)
			continue;
		k->code = final_keys[i].code;
		k->mods |= final_keys[i].mods | (n > 1 ? mods_of(p[1]) : 0);
		return TAKEN_KEY;
	}
	return TAKEN_NOTHING;
}

/* Numbers of a CSI sequence; a missing one is 0. Returns how many. */
static size_t parse_params(const unsigned char *at, size_t len,
                           int out[PARAMS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (n == 0)
			out[n++] = 0;
		if (at[i] == ';') {
			if (n == PARAMS_MAX)
				return n;
			out[n++] = 0;
		} else if (at[i] >= '0' && at[i] <= '9' &&
		           out[n - 1] < 100000000) {
			out[n - 1] = out[n - 1] * 10 + at[i] - '0';
		}
	}
	return n;
}

static enum taken known_csi(const unsigned char *params, size_t len,
                            char final, struct key *k)
{
	int p[PARAMS_MAX] = {0};
	bool mouse = len > 0 && params[0] == '<';
	size_t n = parse_params(params, len, p);

	if (mouse && (final == 'M' || final == 'm'))
		return sgr_mouse(p, n, final, k);
	if (len > 0 && params[0] >= '<') /* private: answers, no keys */
		return TAKEN_NOTHING;
	if (final == '~' || final == '^' || final == '@')
		return tilde_key(p, n, final, k);
	if (final == 'u' && n > 0)
		return numbered_char(p[0], n > 1 ? p[1] : 0, k);
	return final_key(p, n, final, k);
}

/* ESC [ parameters intermediates final (ECMA-48 5.4), and ESC O likewise. */
static enum taken take_csi(struct scan *s, struct key *k)
{
	size_t params;
	size_t i = 2;
	enum taken taken;

	if (s->len > 2 && s->at[1] == '[' && s->at[2] == 'M')
		return take_old_mouse(s, k);
	if (s->len > 2 && s->at[1] == '[' && s->at[2] == '[') {
		/* Linux console: F1 to F5 are [[A to [[E */
		s->used = s->len > 3 ? 4 : 3;
		if (s->len == 3)
			return s->whole ? TAKEN_NOTHING : TAKEN_PARTIAL;
		if (s->at[3] < 'A' || s->at[3] > 'E')
			return TAKEN_NOTHING;
		k->code = (enum key_code)(K_F1 + (s->at[3] - 'A'));
		return TAKEN_KEY;
	}
	while (i < s->len && s->at[i] >= 0x30 && s->at[i] <= 0x3f)
		i++;
	params = i;
	while (i < s->len && s->at[i] >= 0x20 && s->at[i] <= 0x2f)
		i++;
	if (i == s->len && !s->whole && i < SEQUENCE_BYTES_MAX)
		return TAKEN_PARTIAL;
	s->used = i;
	if (i == s->len || s->at[i] < 0x40 || s->at[i] > 0x7e)
		return TAKEN_NOTHING; /* cut, or broken off by a control */
	s->used = i + 1;
	taken = known_csi(s->at + 2, params - 2, (char)s->at[i], k);
	return i > params ? TAKEN_NOTHING : taken;
}

/* ESC O x: application mode of cursor keys, F1-F4 and the number pad. */
static enum taken take_ss3(struct scan *s, struct key *k)
{
	static const char pad[] = "jklmnopqrstuvwxy";
	static const char shown[] = "*+,-./0123456789";
	unsigned char final = s->len > 2 ? s->at[2] : 0;
	const char *found = final != 0 ? strchr(pad, (char)final) : NULL;
	enum taken taken;

	if (final == 'M') {
		k->code = K_ENTER;
	} else if (found != NULL) {
		k->code = K_CHAR;
		k->ch = (unsigned char)shown[found - pad];
	} else {
		taken = take_csi(s, k);
		if (final >= 'a' && final <= 'd' && taken == TAKEN_KEY)
			k->mods = (k->mods & ~(unsigned)MOD_SHIFT) | MOD_CTRL;
		return taken;
	}
	s->used = 3;
	return TAKEN_KEY;
}

/* ESC ] ... and ESC P ...: an answer of the terminal, up to BEL or ESC \. */
static enum taken take_string(struct scan *s)
{
	for (size_t i = 2; i < s->len; i++) {
		bool st = s->at[i] == ESC && i + 1 < s->len &&
		          s->at[i + 1] == '\\';

		if (s->at[i] != 0x07 && !st)
			continue;
		s->used = i + (st ? 2 : 1);
		return TAKEN_NOTHING;
	}
	if (!s->whole && s->len < SEQUENCE_BYTES_MAX)
		return TAKEN_PARTIAL;
	s->used = s->len;
	return TAKEN_NOTHING;
}

static bool starts_sequence(unsigned char c)
{
	return c == '[' || c == 'O' || c == ']' || c == 'P' || c == '_' ||
	       c == '^';
}

static enum taken take_sequence(const struct key_reader *r, struct scan *s,
                                struct key *k)
{
	enum taken taken = take_defined(r, s, k);

	if (taken != TAKEN_UNKNOWN)
		return taken;
	if (s->at[1] == 'O')
		return take_ss3(s, k);
	return s->at[1] == '[' ? take_csi(s, k) : take_string(s);
}

static enum taken take_alone(struct scan *s, struct key *k)
{
	k->code = K_ESC;
	s->used = 1;
	return TAKEN_KEY;
}

/* Everything that begins with ESC. */
static enum taken take_escape(const struct key_reader *r, struct scan *s,
                              struct key *k)
{
	struct scan rest = *s;
	enum taken taken;

	if (s->len == 1)
		return s->whole ? take_alone(s, k) : TAKEN_PARTIAL;
	if (starts_sequence(s->at[1]) && s->len > 2)
		return take_sequence(r, s, k);
	if (starts_sequence(s->at[1]) && !s->whole)
		return TAKEN_PARTIAL;
	taken = take_defined(r, s, k);
	if (taken != TAKEN_UNKNOWN)
		return taken;
	rest.at++;
	rest.len--;
	if (s->at[1] != ESC) {
		taken = take_char(&rest, k);
	} else {
		/* Alt with a key that is a sequence itself, or Esc twice */
		if (s->len == 2 && !s->whole)
			return TAKEN_PARTIAL;
		if (s->len == 2 || (s->at[2] != '[' && s->at[2] != 'O'))
			return take_alone(s, k);
		taken = take_sequence(r, &rest, k);
	}
	k->mods |= MOD_ALT;
	s->used = rest.used + 1;
	return taken;
}

static void add_pasted(struct key_reader *r, unsigned char byte)
{
	bool after_cr = r->paste_cr;

	r->paste_cr = byte == '\r';
	if (byte == '\n' && after_cr)
		return;
	if (r->paste.len < KEY_PASTE_MAX)
		buf_addc(&r->paste, byte == '\r' ? '\n' : (char)byte);
}

static const char paste_start[] = "\033[200~";
static const char paste_end[] = "\033[201~";

static bool give_paste(struct key_reader *r, struct key *k)
{
	r->in_paste = false;
	k->code = K_PASTE;
	k->text = buf_str(&r->paste);
	k->text_len = r->paste.len;
	return true;
}

static bool take_paste(struct key_reader *r, struct key *k)
{
	size_t end_len = sizeof(paste_end) - 1;
	size_t i = 0;

	while (i < r->in.len) {
		size_t left = r->in.len - i;
		size_t cmp = left < end_len ? left : end_len;

		if (memcmp(r->in.data + i, paste_end, cmp) == 0) {
			if (cmp == end_len) {
				buf_drop(&r->in, i + end_len);
				return give_paste(r, k);
			}
			if (!r->flushing)
				break; /* perhaps the end */
		}
		add_pasted(r, (unsigned char)r->in.data[i]);
		i++;
	}
	buf_drop(&r->in, i);
	return r->flushing && give_paste(r, k);
}

static bool begins_paste(const struct key_reader *r)
{
	size_t len = sizeof(paste_start) - 1;

	return r->in.len >= len && memcmp(r->in.data, paste_start, len) == 0;
}

bool key_next(struct key_reader *r, struct key *out)
{
	while (r->in.len > 0 || r->in_paste) {
		struct scan s = {
			.at = (const unsigned char *)r->in.data,
			.len = r->in.len,
			.whole = r->flushing,
			.utf8 = r->utf8,
		};
		enum taken taken;

		*out = (struct key){.code = K_NONE};
		if (r->in_paste)
			return take_paste(r, out);
		if (begins_paste(r)) {
			r->in_paste = true;
			r->paste_cr = false;
			buf_reset(&r->paste);
			buf_drop(&r->in, sizeof(paste_start) - 1);
			continue;
		}
		taken = s.at[0] == ESC ? take_escape(r, &s, out)
		                       : take_char(&s, out);
		if (taken == TAKEN_PARTIAL || taken == TAKEN_UNKNOWN)
			return false;
		buf_drop(&r->in, s.used);
		if (taken == TAKEN_KEY)
			return true;
	}
	r->flushing = false;
	return false;
}
