// SPDX-License-Identifier: GPL-2.0-only
/* tdxctl trace, top and decode: SEAMCALLs, live and in words. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <seamhost/decode.h>
#include "tdxctl.h"

#define EVENTS		"/sys/kernel/tracing/events/seamhost/enable"
#define PIPE		"/sys/kernel/tracing/trace_pipe"
#define SEAMCALLS	"/sys/kernel/debug/seamhost/seamcalls"
#define COUNTING	"/sys/kernel/debug/seamhost/enable"

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void stop_on_signal(void)
{
	struct sigaction sa = { .sa_handler = stop };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static bool put(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	return f && fputs(text, f) >= 0 && !fclose(f);
}

static int not_there(const char *what)
{
	if (errno == EACCES || errno == EPERM) {
		fprintf(stderr, "tdxctl: %s needs root\n", what);
		return EXIT_NO_RIGHTS;
	}
	return no_tdx_host();
}

int cmd_trace(int argc, char **argv)
{
	char line[1024], *was;
	FILE *pipe;

	if (argc > 1 || json) {
		fprintf(stderr, "tdxctl: %s takes no argument, and has no JSON\n",
			argv[0]);
		return EXIT_USAGE;
	}
	errno = 0;
	was = read_line(path(EVENTS));
	/* from here on a signal must not leave events on */
	stop_on_signal();
	if (!was || !put(path(EVENTS), "1")) {
		free(was);
		return not_there("trace");
	}
	pipe = fopen(path(PIPE), "r");
	while (pipe && !stopped && fgets(line, sizeof(line), pipe)) {
		fputs(line, stdout);
		fflush(stdout);
	}
	/* of several events some may have been on: then nobody can tell which */
	put(path(EVENTS), *was == '1' ? "1" : "0");
	free(was);
	return pipe ? EXIT_GOOD : not_there("trace");
}

#define MAX_LEAVES	256

struct sample {
	char leaf[40];
	unsigned long long calls, us;
};

/* "leaf calls ... time_us avg_ns by_cpu", with as many results as there are */
static unsigned int sample(struct sample *s)
{
	char *text = read_file(path(SEAMCALLS), NULL), *rest = text, *line;
	unsigned int n = 0;

	while (text && (line = strsep(&rest, "\n")) && n < MAX_LEAVES) {
		unsigned long long v[2 + TDX_NR_RESULTS];
		unsigned int i;
		int at;

		if (sscanf(line, "%39s%n", s[n].leaf, &at) != 1)
			continue;
		line += at;
		for (i = 0; i < 2 + TDX_NR_RESULTS; i++) {
			char *end;

			v[i] = strtoull(line, &end, 10);
			if (end == line)
				break;
			line = end;
		}
		if (i < 2 + TDX_NR_RESULTS)
			continue;
		s[n].calls = v[0];
		s[n].us = v[1 + TDX_NR_RESULTS];
		n++;
	}
	free(text);
	return n;
}

static const struct sample *before(const struct sample *s, unsigned int n,
				   const char *leaf)
{
	static const struct sample none;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!strcmp(s[i].leaf, leaf))
			return &s[i];
	return &none;
}

static void show(const struct sample *now, unsigned int nr,
		 const struct sample *then, unsigned int nr_then)
{
	unsigned int i;

	if (json) {
		json_open(NULL, '[');
	} else {
		if (isatty(1))
			fputs("\033[H\033[J", stdout);
		printf("%-28s %12s %12s %12s\n", "leaf", "calls/s", "us/call",
		       "calls");
	}
	for (i = 0; i < nr; i++) {
		const struct sample *b = before(then, nr_then, now[i].leaf);
		unsigned long long calls = now[i].calls - b->calls;
		unsigned long long us = now[i].us - b->us;

		if (!calls)
			continue;
		if (json) {
			json_open(NULL, '{');
			json_string("leaf", now[i].leaf);
			json_number("calls_per_second", calls);
			json_number("microseconds", us);
			json_number("calls", now[i].calls);
			json_close('}');
		} else {
			printf("%-28s %12llu %12.2f %12llu\n", now[i].leaf,
			       calls, (double)us / calls, now[i].calls);
		}
	}
	if (json)
		json_close(']');
	fflush(stdout);
}

/* usage: top [SECONDS] */
int cmd_top(int argc, char **argv)
{
	static struct sample now[MAX_LEAVES], then[MAX_LEAVES];
	unsigned int nr, nr_then;
	long seconds = json ? 1 : -1;
	char *was, *end = "";

	if (argc > 1)
		seconds = strtol(argv[1], &end, 10);
	if (argc > 2 || *end || (argc > 1 && seconds <= 0)) {
		fputs("usage: tdxctl top [SECONDS]\n", stderr);
		return EXIT_USAGE;
	}
	errno = 0;
	was = read_line(path(COUNTING));
	if (!was)
		return not_there("top");
	if (!put(path(COUNTING), "1"))
		return not_there("top");
	stop_on_signal();
	nr_then = sample(then);
	while (!stopped && seconds--) {
		sleep(1);
		nr = sample(now);
		show(now, nr, then, nr_then);
		memcpy(then, now, sizeof(then));
		nr_then = nr;
	}
	put(path(COUNTING), was);
	free(was);
	return EXIT_GOOD;
}

#define X(id, number, version, text, ...)	{ text, number },
static const struct {
	const char *name;
	u64 rax;
} leaves[] = {
	TDX_HOST_LEAVES(X)
};

#undef X

int cmd_decode(int argc, char **argv)
{
	struct tdx_call call = { .rax = ~0ULL >> 48 };
	char text[TDX_DESCRIPTION_MAX];
	const char *words = text;
	unsigned int i;
	char *end;

	if (argc < 2 || argc > 3) {
		fputs("usage: tdxctl decode STATUS [LEAF]\n", stderr);
		return EXIT_USAGE;
	}
	errno = 0;
	call.status.raw = strtoull(argv[1], &end, 0);
	/* a sign or a blank before it would do for strtoull() */
	if (*argv[1] < '0' || *argv[1] > '9' || *end || errno) {
		fprintf(stderr, "tdxctl: \"%s\" is not a number of 64 bits\n",
			argv[1]);
		return EXIT_USAGE;
	}
	if (argc == 3) {
		for (i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
			if (!strcasecmp(leaves[i].name, argv[2]))
				break;
		if (i == sizeof(leaves) / sizeof(leaves[0])) {
			fprintf(stderr, "tdxctl: no leaf \"%s\"\n", argv[2]);
			return EXIT_USAGE;
		}
		call.rax = leaves[i].rax;
	}
	tdx_describe(text, sizeof(text), &call);
	/* without a leaf its name is noise */
	if (argc == 2 && strstr(text, ": "))
		words = strstr(text, ": ") + 2;
	if (json) {
		json_open(NULL, '{');
		json_string("status", argv[1]);
		json_string("words", words);
		json_string("result",
			    tdx_result_name(tdx_result(call.rax, call.status)));
		json_bool("failed", tdx_failed(call.status));
		json_close('}');
	} else {
		puts(words);
	}
	return EXIT_GOOD;
}
