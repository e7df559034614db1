/*
 * ui_dialog: dialogs made by hand, event for event, for tests of the panes.
 */
#ifndef TESTS_UI_DIALOG_H
#define TESTS_UI_DIALOG_H

#include <stdint.h>

#include "core/dialog.h"
#include "ui/ui.h"

struct script {
	struct dialog *dialog;
	uint32_t n;     /* of the newest event */
	uint32_t sent;  /* n of the newest EV_SENT */
	int64_t t_us;
	uint32_t session;
	const char *via; /* of the connections to come; NULL: direct */
};

void script_new(struct script *s);
void script_start(struct script *s, const char *target);
void script_dns_mx(struct script *s, const char *domain);
/* An address lookup: AAAA where the address has a colon, else A. */
void script_address(struct script *s, const char *host, const char *address,
                    enum dns_status status);
void script_route(struct script *s, const char *domain);
void script_connect(struct script *s, const char *host, const char *address);
void script_connecting(struct script *s, const char *host,
                       const char *address);
void script_failed(struct script *s, enum fail_phase phase,
                   enum fail_kind kind);
void script_closed(struct script *s, bool by_server, bool clean);
/* lines: joined by \n, with their codes. to the newest sent, or greeting. */
void script_greeting(struct script *s, const char *lines);
void script_sent(struct script *s, const char *verb, const char *line);
void script_reply(struct script *s, const char *enhanced, const char *lines);
void script_state(struct script *s, enum state from, enum state to);
void script_finding(struct script *s, const char *id, const char *arg,
                    int caret);
void script_prompt(struct script *s, enum state state, const char *line,
                   uint32_t pending);
/* A handshake that ended: verify "ok" or an id of tls_reasons.tsv, dane "",
 * "ok" or such an id. Its certificate is valid until 63 days after the start.
 */
void script_tls(struct script *s, const char *verify, const char *dane);
/* LMTP: the answer to the newest sent for one recipient. */
void script_reply_for(struct script *s, const char *recipient,
                      const char *line);
/* A question of the worker; arg NULL: none. */
void script_ask(struct script *s, const char *id, const char *arg);
/* What a check found; say: a sentence with one argument, the subject. */
void script_check(struct script *s, const char *id, const char *subject,
                  enum grade grade, const char *say);
/* The state of the newest prompt once more: are checks being made? */
void script_checking(struct script *s, bool checking);
/* EHLO, STARTTLS, TLS and EHLO again; SIZE differs, AUTH came, STARTTLS
 * went. */
void script_inside_tls(struct script *s, const char *verify,
                       const char *dane);
/* The whole of one session with a greylisted recipient, up to its 450. */
void script_greylisted(struct script *s);

/* An inspector that draws on a canvas of w x h and takes requests into last.
 */
struct ui_stage {
	struct script script;
	struct ui_config cfg;
	struct plan plan;
	struct ui ui;
	struct request *last; /* owned */
	size_t requests;
};
void stage_open(struct ui_stage *st, int w, int h, bool replay);
/* A dialog that ends put off, 80x24. */
void stage_greylisted(struct ui_stage *st, bool replay);
void stage_draw(struct ui_stage *st);
/* Names of keys, "Esc", "j", "Alt-A" ...; the canvas is drawn after them. */
void stage_keys(struct ui_stage *st, const char *const *names);
void stage_type(struct ui_stage *st, const char *text);
char *stage_row(struct ui_stage *st, int y); /* caller frees */
bool stage_shows(struct ui_stage *st, const char *text); /* in any row */
void stage_close(struct ui_stage *st);

#endif
