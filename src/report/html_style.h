/*
 * html_style: handout.css, as it stands in the page, and what the page's
 * content security policy calls it by. Constant.
 */
#ifndef REPORT_HTML_STYLE_H
#define REPORT_HTML_STYLE_H

extern const char *const html_style[]; /* lines, each with its end; NULL last */
/* Base64 of its SHA-256; html_test.c says the new one when it changes. */
extern const char html_style_hash[];

#endif
