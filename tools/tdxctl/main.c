// SPDX-License-Identifier: GPL-2.0-only
/* tdxctl: what a TDX host is, why it is not, and what to do about it. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>
#include "tdxctl.h"

#define KLOG_READ_ALL	3
#define KLOG_SIZE	(1 << 20)
/* no file that is of use here is larger; /dev/zero is */
#define FILE_MAX	(16 << 20)

bool json;
const char *root = "";

static const struct command {
	const char *name, *help;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "status", "what is up: version, features, memory, KeyIDs, TDs", cmd_status },
	{ "why", "why TDX is not ready, and what to change", cmd_why },
	{ "image", "info FILE | verify FILE: look at a TDX module image", cmd_image },
	{ "load", "FILE: load a TDX module where none runs", cmd_load },
	{ "update", "FILE: update the TDX module while TDs run", cmd_update },
	{ "trace", "show SEAMCALLs as they are made", cmd_trace },
	{ "top", "rates and times of SEAMCALLs", cmd_top },
	{ "decode", "STATUS [LEAF]: say a status word in words", cmd_decode },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

const char *path(const char *fmt, ...)
{
	static char buf[8][512];
	static unsigned int turn;
	char *p = buf[turn++ % 8];
	va_list ap;
	int n;

	n = snprintf(p, sizeof(buf[0]), "%s", root);
	va_start(ap, fmt);
	vsnprintf(p + n, sizeof(buf[0]) - n, fmt, ap);
	va_end(ap);
	return p;
}

char *read_file(const char *file, size_t *len)
{
	size_t size = 4096, n, at = 0;
	FILE *f = fopen(file, "r");
	char *buf = malloc(size + 1);

	if (!f || !buf)
		goto fail;
	while ((n = fread(buf + at, 1, size - at, f))) {
		at += n;
		if (at == size) {
			char *more = NULL;

			if (size < FILE_MAX)
				more = realloc(buf, 2 * size + 1);
			else
				errno = EFBIG;
			if (!more)
				goto fail;
			buf = more;
			size *= 2;
		}
	}
	if (ferror(f))
		goto fail;
	fclose(f);
	buf[at] = 0;
	if (len)
		*len = at;
	return buf;
fail:
	free(buf);
	if (f)
		fclose(f);
	return NULL;
}

char *read_line(const char *file)
{
	char *text = read_file(file, NULL);

	if (text)
		text[strcspn(text, "\n")] = 0;
	return text;
}

const char *host_dir(void)
{
	static const char * const where[] = {
		"/sys/devices/faux/tdx_host",
		"/sys/devices/tdx_host",
	};
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (!access(path("%s/status", where[i]), F_OK))
			return where[i];
	return NULL;
}

int no_tdx_host(void)
{
	fputs("tdxctl: seamhost is not loaded; \"tdxctl why\" tells more\n",
	      stderr);
	return EXIT_NO_TDX;
}

const char *status_value(const char *text, const char *key)
{
	static char value[8][1024];
	static unsigned int turn;
	size_t len = strlen(key);
	char *v;

	for (; text && *text; text = strchr(text, '\n'), text += !!text) {
		if (strncmp(text, key, len) || text[len] != ' ')
			continue;
		v = value[turn++ % 8];
		snprintf(v, sizeof(value[0]), "%.*s",
			 (int)strcspn(text + len + 1, "\n"), text + len + 1);
		return v;
	}
	return NULL;
}

/* Of the host that runs, or of the file "dmesg" under --root. */
static char *kernel_log(void)
{
	char *buf;
	int n;

	if (*root)
		return read_file(path("/dmesg"), NULL);
	buf = malloc(KLOG_SIZE + 1);
	n = buf ? klogctl(KLOG_READ_ALL, buf, KLOG_SIZE) : -1;
	if (n < 0) {
		free(buf);
		return NULL;
	}
	buf[n] = 0;
	return buf;
}

/* The newest message behind @who with one of @words in it, or NULL. */
static const char *logged(const char *who, const char *words)
{
	static char said[512];
	char *log = kernel_log(), *line, *rest;
	bool found = false;

	for (rest = log; log && (line = strsep(&rest, "\n"));) {
		char *text = strstr(line, who);
		const char *word = words;

		while (text && *word && !strstr(text, word))
			word += strlen(word) + 1;
		/* what went wrong before does not matter any more */
		if (text && *who && strstr(text, " is up on "))
			found = false;
		if (!text || !*word)
			continue;
		snprintf(said, sizeof(said), "%s", text + strlen(who));
		found = true;
	}
	free(log);
	return found ? said : NULL;
}

const char *kernel_said(const char *words)
{
	return logged("seamhost: ", words);
}

bool kernel_logged(const char *words)
{
	return logged("", words);
}

static int print_usage(FILE *to)
{
	unsigned int i;

	fputs("usage: tdxctl [--json] [--root DIR] COMMAND [ARGUMENT...]\n\n",
	      to);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\nExit status: 0 good, 1 not ready or refused, 2 usage, 3 needs root,\n"
	      "4 seamhost is not loaded\n", to);
	return to == stdout ? EXIT_GOOD : EXIT_USAGE;
}

/* --json may follow the command too: take it out from there. */
static int take_json(int argc, char **argv, int from)
{
	int i, to = from;

	for (i = from; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else
			argv[to++] = argv[i];
	}
	if (to < argc)
		argv[to] = NULL;
	return to < argc ? to : argc;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	unsigned int i;
	int opt;

	while ((opt = getopt_long(argc, argv, "+jr:h", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'r':
			root = optarg;
			break;
		case 'h':
			return print_usage(stdout);
		default:
			return print_usage(stderr);
		}
	}
	if (optind == argc)
		return print_usage(stderr);
	if (*root && access(root, X_OK)) {
		fprintf(stderr, "tdxctl: %s: %s\n", root, strerror(errno));
		return EXIT_USAGE;
	}
	argc = take_json(argc, argv, optind + 1);
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[optind], commands[i].name))
			return commands[i].run(argc - optind, argv + optind);
	fprintf(stderr, "tdxctl: no command \"%s\"\n", argv[optind]);
	return print_usage(stderr);
}
