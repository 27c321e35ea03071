/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands of tdxctl share. */
#ifndef TDXCTL_H
#define TDXCTL_H

#include <seamhost/types.h>

/* exit codes, as tdxctl(1) documents them */
enum {
	EXIT_GOOD	= 0,
	EXIT_BAD	= 1,	/* not ready, refused, failed */
	EXIT_USAGE	= 2,
	EXIT_NO_RIGHTS	= 3,	/* root is needed for this */
	EXIT_NO_TDX	= 4,	/* seamhost is not loaded */
};

extern bool json;
extern const char *root;	/* "" or --root DIR */

/* main.c: path under root, in a static buffer of which eight rotate */
const char *path(const char *fmt, ...)
	__attribute__((__format__(__printf__, 1, 2)));
/* first line of a file without newline; NULL when it cannot be read */
char *read_line(const char *file);
/* whole file, *len bytes and a 0 behind; NULL when it cannot be read */
char *read_file(const char *file, size_t *len);
/* folder of tdx_host, without root; or NULL */
const char *host_dir(void);
/* value of "key" in the text of tdx_host/status; NULL when absent */
const char *status_value(const char *text, const char *key);
int no_tdx_host(void);

/* join.c */
u8 *join_image(const char *module, const char *sigstruct, size_t *len);

/* json.c: { "a": 1, "b": [ ... ] }, with commas where they belong */
void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_string(const char *key, const char *value);
void json_number(const char *key, unsigned long long value);
void json_bool(const char *key, bool value);

/*
 * The newest message of seamhost in the kernel log with one of @words in it, or
 * NULL. Words end with a NUL each, the last with two: "could not \0".
 */
const char *kernel_said(const char *words);
/* has the kernel log one of @words, whoever says it? */
bool kernel_logged(const char *words);

int cmd_status(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_image(int argc, char **argv);
int cmd_load(int argc, char **argv);
int cmd_update(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_decode(int argc, char **argv);

#endif /* TDXCTL_H */
