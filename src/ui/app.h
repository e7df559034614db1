/*
 * app: the inspector. Takes events from a queue, keeps them in a dialog, draws
 * views of it, and turns keys into requests.
 *
 * One thread: the caller's. It waits in poll() on the keyboard and on the
 * queue; with nothing to do it does not wake up at all. It knows nothing of
 * sockets, lessons or files: what it wants it asks for through struct
 * ui_calls, which main fills in.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include <stdbool.h>

#include "check/tally.h"
#include "core/dialog.h"
#include "core/event.h"
#include "core/mask.h"
#include "core/plan.h"
#include "core/request.h"
#include "util/queue.h"

/*
 * Where the events come from: a worker with its plan, or a recording. All
 * three belong to main and must live until ui_run() returns or until the next
 * open_demo() or open_replay() has given other ones.
 */
struct ui_link {
	/* struct event *, taken and freed by ui. NULL: all that there is to
	 * see is in the dialog already. */
	struct queue *events;
	struct dialog *dialog;   /* ui appends; main may fill it before */
	/* Empty target: the start screen opens. Else main has sent REQ_OPEN
	 * for it already, also in open_demo(). */
	const struct plan *plan;
	const char *title;       /* of the lesson, "" none */
	bool replay;             /* a recording: nothing can be sent */
	const char *note;        /* said as soon as it is shown, NULL none */
};

/* What the dialog on screen can be saved as. */
enum ui_save_form { UI_SAVE_HTML, UI_SAVE_WORKSHEET, UI_SAVE_MARKDOWN,
	UI_SAVE_TEXT, UI_SAVE_JSON, UI_SAVE_SWAKS };

struct ui_calls {
	/* Gives r away. Never called while link.replay. */
	void (*request)(void *arg, struct request *r);
	/* Every event taken from the queue, before it is applied. NULL: no
	 * recording. e is borrowed. Returns NULL, or one sentence (borrowed)
	 * when the recording has stopped with e. */
	const char *(*record)(void *arg, const struct event *e);
	/*
	 * Start screen and :demo, :open. out is filled and NULL returned, or
	 * one clear sentence says what is wrong (heap; ui frees it) and
	 * nothing changed. Either call may be NULL: then it is not offered.
	 * lesson "" is the first one.
	 */
	char *(*open_demo)(void *arg, const char *lesson, struct ui_link *out);
	char *(*open_replay)(void *arg, const char *file, struct ui_link *out);
	/*
	 * Before a REQ_OPEN for another target when the last link was a demo
	 * or a recording: back to the real network. Not for names under
	 * .example and .test in a demo: those are the lesson's own. May be
	 * NULL (then a demo's own DNS is asked for everything).
	 */
	char *(*open_net)(void *arg, struct ui_link *out);
	/*
	 * Writes d, what is on screen, to file; replace: it may exist. NULL,
	 * or one sentence (heap), and the file is as it was; errno EEXIST:
	 * there is one, and replace was not said. May be NULL.
	 */
	char *(*save)(const struct dialog *d, enum ui_save_form form,
	              const char *file, bool replace);
	void *arg;
};

/* How far many targets have come. */
struct ui_many_state {
	const struct tally *tally; /* borrowed until the next turn() */
	char progress[160];        /* "120 of 1000 (12 %), 40/s ..." */
	bool over;                 /* nothing is under way any more */
	bool stopped;              /* the recording did, of a full disk */
};

/* Many targets at once (--input): main does them, the inspector shows what
 * became of them and each dialog on request. */
struct ui_many {
	int fd; /* readable while there is something to take */
	/* Takes what has come and begins more. True: there is more to take. */
	bool (*turn)(void *arg);
	void (*state)(void *arg, struct ui_many_state *out);
	/* The dialog that begins at this byte of the recording; else as
	 * open_replay(). */
	char *(*open)(void *arg, uint64_t place, struct ui_link *out);
	/* Begins no more and cancels what is under way. */
	void (*stop)(void *arg);
	void *arg;
};

struct ui_config {
	struct ui_link link;
	const struct ui_many *many; /* NULL: one target at a time */
	struct ui_calls calls;
	const char *theme;       /* name, "" chooses (theme.h) */
	bool no_color;           /* --no-color or NO_COLOR */
	bool ascii;              /* locale is not UTF-8, or glyphs=ascii */
	bool no_mouse;
	bool guided;             /* prefill on at start: true is usual */
	const char *lang_shown;  /* "en", "de": for :lang without a word */
	const char *record_path; /* of this run's recording, "" none */
	const char *state_dir;   /* history, recent, clipboard.txt; "" none */
	enum mask_mode mask;     /* MASK is on from the start */
	/* What a provider needs to know about the refusal, from that dialog,
	 * in width columns (0: the usual ones); heap. For :ticket. */
	char *(*ticket)(const struct dialog *d, int width,
	                enum mask_mode mask);
	bool no_recent;          /* --no-record: targets are not kept either */
	/* [keys] of the config file: "name = key" lines, NULL-terminated */
	const char *const *keys; /* NULL none */
};

enum ui_end {
	UI_LEFT,        /* the user left; everything was said */
	UI_NO_TERMINAL, /* none that can place a cursor: use plain_run() */
	UI_HANGUP,      /* the terminal is gone (SIGHUP, EIO) */
	UI_TERMINATED,  /* SIGTERM */
};

struct ui_result {
	enum ui_end end;
	bool print_dialog; /* :q! -- main prints the dialog on stdout */
	enum mask_mode mask; /* as it was at the end: of what main prints */
};

/*
 * Runs until the user leaves. A session that is open then has been told QUIT
 * or dropped, as the user chose; the caller still drains the queue to its
 * recorder after stopping the worker.
 */
struct ui_result ui_run(const struct ui_config *cfg);

#endif
