/*
 * mask_work: one event on its way through a mask, for mask.c and mask_facts.c
 * (what was found out before the dialog: start, DNS, route, connection, TLS).
 */
#ifndef CORE_MASK_WORK_H
#define CORE_MASK_WORK_H

#include "core/mask.h"
#include "core/mask_scan.h"

struct mask {
	struct scan_book book;
};

struct work {
	struct mask *m;
	const struct event *e;
	struct event_builder b;
};

/* A text of e, put into b: as it is, with aliases, as an identity as a whole,
 * each item of an array of texts, as one of another kind. */
struct ev_ref work_keep(struct work *w, struct ev_ref r);
struct ev_ref work_masked(struct work *w, struct ev_ref r, unsigned flags);
struct ev_ref work_whole(struct work *w, struct ev_ref r);
struct ev_ref work_texts(struct work *w, struct ev_ref r, unsigned flags);
struct ev_ref work_other(struct work *w, struct ev_ref r, enum book_kind kind);
/* text into b; it is empty again. */
struct ev_ref work_put(struct work *w, struct buf *text);
void work_append(struct mask *m, struct buf *out, const char *text, size_t len,
                 unsigned flags);

void mask_start(struct work *w);
void mask_dns(struct work *w);
void mask_route(struct work *w);
void mask_connect(struct work *w);
void mask_tls(struct work *w);

#endif
