#include "config.h"

#include "classroom/loader.h"

#include <stdlib.h>
#include <string.h>

#include "classroom/login.h"
#include "classroom/offer.h"
#include "util/xalloc.h"

static void take_tls(struct loader *b, struct lesson_server *s,
                     const struct script_item *item)
{
	static const char *const words[] = {
		[LESSON_TLS_GOOD] = "good",
		[LESSON_TLS_SELF_SIGNED] = "self-signed",
		[LESSON_TLS_EXPIRED] = "expired",
		[LESSON_TLS_WRONG_NAME] = "wrong-name",
	};

	if (s->tls != LESSON_TLS_NONE)
		loader_complain(b, item, _("expected @tls only once"));
	for (int i = LESSON_TLS_GOOD; i < LESSON_TLS_COUNT; i++)
		if (strcmp(item->text, words[i]) == 0) {
			s->tls = (enum lesson_tls)i;
			return;
		}
	loader_complain(b, item,
	                _("expected good, self-signed, expired or "
	                  "wrong-name after @tls"));
}

static void wrong_mechanism(struct loader *b, const struct script_item *item)
{
	struct buf names = { 0 };
	char *text;

	login_names(UINT32_MAX, ", ", &names);
	text = xasprintf(_("expected mechanisms out of %s"), buf_str(&names));
	loader_complain(b, item, text);
	free(text);
	buf_clear(&names);
}

/* USER PASSWORD [MECH...] */
static void take_auth(struct loader *b, struct lesson_auth *a,
                      const struct script_item *item)
{
	const char *text = item->text, *user, *password, *mech;
	size_t user_len, password_len, len;

	if (a->user) {
		loader_complain(b, item, _("expected @auth only once"));
		return;
	}
	if (!loader_word(&text, &user, &user_len) ||
	    !loader_word(&text, &password, &password_len)) {
		loader_complain(b, item,
		                _("expected a user and a password after "
		                  "@auth"));
		return;
	}
	a->user = xmemdup0(user, user_len);
	a->password = xmemdup0(password, password_len);
	while (loader_word(&text, &mech, &len)) {
		uint32_t bit = login_mech_find(mech, len);

		if (!bit)
			wrong_mechanism(b, item);
		a->mechs |= bit;
	}
	if (!a->mechs)
		a->mechs = login_mech_find("PLAIN", 5) |
		           login_mech_find("LOGIN", 5);
}

static void wrong_keyword(struct loader *b, const struct script_item *item)
{
	struct buf names = { 0 };
	char *text;

	offer_names(&names);
	text = xasprintf(_("expected keywords out of %s"), buf_str(&names));
	loader_complain(b, item, text);
	free(text);
	buf_clear(&names);
}

static void take_offers(struct loader *b, struct lesson_server *s,
                        const struct script_item *item)
{
	const char *text = item->text, *word;
	size_t len;

	while (loader_word(&text, &word, &len)) {
		uint32_t bit = offer_find(word, len);

		if (!bit)
			wrong_keyword(b, item);
		s->offers |= bit;
	}
}

void loader_offer_item(struct loader *b, struct lesson_server *s,
                       const struct script_item *item)
{
	switch (item->id) {
	case W_TLS:
		take_tls(b, s, item);
		break;
	case W_WRAP:
		s->wrap = true;
		break;
	case W_AUTH:
		take_auth(b, &s->auth, item);
		break;
	case W_AUTH_CLEAR:
		s->auth.clear = true;
		break;
	case W_AUTH_REQUIRED:
		s->auth.required = true;
		break;
	case W_LMTP:
		s->lmtp = true;
		break;
	default:
		take_offers(b, s, item);
	}
}

/* RFC 3030 §3, RFC 2033 §5 and plain sense. */
static void check_server(struct loader *b, struct lesson_server *s,
                         const struct script_item *item)
{
	if (s->wrap && s->tls == LESSON_TLS_NONE)
		s->tls = LESSON_TLS_GOOD;
	if ((s->offers & OFFER_BINARYMIME) && !(s->offers & OFFER_CHUNKING))
		loader_complain(b, item,
		                _("expected CHUNKING where BINARYMIME is "
		                  "offered"));
	if ((s->offers & OFFER_REQUIRETLS) && s->tls == LESSON_TLS_NONE)
		loader_complain(b, item,
		                _("expected @tls where REQUIRETLS is "
		                  "offered"));
	if ((s->auth.clear || s->auth.required) && !s->auth.user)
		loader_complain(b, item,
		                _("expected @auth with a user and a "
		                  "password"));
	for (size_t i = 0; s->lmtp && i < s->n_hosts; i++)
		if (s->hosts[i].port == LESSON_PORT)
			loader_complain(b, item,
			                _("expected another port than 25 for "
			                  "LMTP: mx.example:24"));
}

void loader_check_offers(struct loader *b)
{
	const struct script *script = b->script;
	size_t server = 0;

	for (size_t i = 0; i < script->n_items; i++)
		if (script->items[i].id == W_SERVER)
			check_server(b, &b->lesson->servers[server++],
			             &script->items[i]);
}
