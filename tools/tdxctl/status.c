// SPDX-License-Identifier: GPL-2.0-only
/* tdxctl status */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tdxctl.h"

static unsigned long long number(const char *text, const char *key)
{
	const char *v = status_value(text, key);

	return v ? strtoull(v, NULL, 0) : 0;
}

static void size(const char *name, unsigned long long bytes)
{
	if (bytes >> 30)
		printf("%-14s %.1f GiB\n", name, bytes / 1073741824.0);
	else
		printf("%-14s %.1f MiB\n", name, bytes / 1048576.0);
}

/* Lines of "key value key value ...": one object each. */
static void json_lines(const char *key, const char *text)
{
	char *copy = strdup(text), *rest = copy, *line, *word, *value;

	json_open(key, '[');
	while (copy && (line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		json_open(NULL, '{');
		while ((word = strsep(&line, " ")) &&
		       (value = strsep(&line, " ")))
			json_string(word, value);
		json_close('}');
	}
	json_close(']');
	free(copy);
}

static void print_json(const char *text, const char *tdmrs, const char *tds)
{
	char *copy = strdup(text), *rest = copy, *line;

	json_open(NULL, '{');
	while (copy && (line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ' '), *end, *feature;
		unsigned long long n;

		if (!value)
			continue;
		*value++ = 0;
		if (!strcmp(line, "features")) {
			json_open(line, '[');
			while ((feature = strsep(&value, " ")))
				json_string(NULL, feature);
			json_close(']');
			continue;
		}
		n = strtoull(value, &end, 10);
		if (*value && !*end && strcmp(line, "build_date"))
			json_number(line, n);
		else
			json_string(line, value);
	}
	json_lines("tdmr_list", tdmrs);
	json_lines("td_list", tds);
	json_close('}');
	free(copy);
}

static void print_tds(const char *tds)
{
	char *copy = strdup(tds), *rest = copy, *line;

	printf("\n%-14s %5s %8s %6s %12s %12s\n", "TD", "KeyID", "process",
	       "vCPUs", "memory KiB", "control KiB");
	while (copy && (line = strsep(&rest, "\n"))) {
		unsigned long long tdr;
		unsigned int hkid, vcpus;
		unsigned long memory, control;
		int pid;

		if (sscanf(line,
			   "td %llx hkid %u pid %d vcpus %u private_pages %lu control_pages %lu",
			   &tdr, &hkid, &pid, &vcpus, &memory, &control) == 6)
			printf("0x%-12llx %5u %8d %6u %12lu %12lu\n", tdr, hkid,
			       pid, vcpus, memory * 4, control * 4);
	}
	free(copy);
}

static void print_table(const char *text, const char *tds)
{
	printf("%-14s %s\n", "TDX", status_value(text, "state"));
	printf("%-14s %s\n", "platform", status_value(text, "platform"));
	if (!strcmp(status_value(text, "state"), "up")) {
		printf("%-14s %s, build %s of %s\n", "module",
		       status_value(text, "version"),
		       status_value(text, "build_num"),
		       status_value(text, "build_date"));
		printf("%-14s %s\n", "features",
		       status_value(text, "features"));
		printf("%-14s %s\n", "packages",
		       status_value(text, "packages"));
		size("TD memory", number(text, "usable_bytes"));
		printf("%-14s %s\n", "TDMRs", status_value(text, "tdmrs"));
		size("PAMT", number(text, "pamt_bytes"));
		printf("%-14s %llu of %llu used\n", "KeyIDs",
		       number(text, "keyids") - number(text, "keyids_free"),
		       number(text, "keyids"));
	}
	if (number(text, "leaked_pages"))
		printf("%-14s %llu pages that the module did not give back\n",
		       "leaked", number(text, "leaked_pages"));
	printf("%-14s %s\n", "TDs", status_value(text, "tds"));
	if (number(text, "tds"))
		print_tds(tds);
}

int cmd_status(int argc, char **argv)
{
	const char *dir = host_dir();
	char *text, *tdmrs, *tds;
	bool up;

	if (argc > 1) {
		fprintf(stderr, "tdxctl: %s takes no argument\n", argv[0]);
		return EXIT_USAGE;
	}
	if (!dir)
		return no_tdx_host();
	text = read_file(path("%s/status", dir), NULL);
	tdmrs = read_file(path("%s/tdmrs", dir), NULL);
	tds = read_file(path("%s/tds", dir), NULL);
	if (!text || !status_value(text, "state")) {
		fputs("tdxctl: cannot read the status\n", stderr);
		return EXIT_BAD;
	}
	if (json)
		print_json(text, tdmrs ? tdmrs : "", tds ? tds : "");
	else
		print_table(text, tds ? tds : "");
	up = !strcmp(status_value(text, "state"), "up");
	free(text);
	free(tdmrs);
	free(tds);
	return up ? EXIT_GOOD : EXIT_BAD;
}
