// SPDX-License-Identifier: GPL-2.0-only
/* See table.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report.h"
#include "table.h"

static char *copy(const char *s)
{
	char *c = strdup(s);

	if (!c)
		bail("no memory");
	return c;
}

static void table_free(struct table *t)
{
	int i, j;

	for (i = 0; i < t->rows; i++)
		for (j = 0; j < TABLE_COLUMNS; j++)
			free(t->cell[i][j]);
	memset(t, 0, sizeof(*t));
}

void table_read(struct table *t, const char *name)
{
	char path[512], line[1024];
	bool heading = true;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", TABLES, name);
	f = fopen(path, "r");
	if (!f)
		bail(path);

	table_free(t);
	t->name = name;
	while (fgets(line, sizeof(line), f)) {
		char *cell, *rest = line;
		int column = 0;

		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "# ", 2) || !line[0])
			continue;
		if (heading) {
			heading = false;
			continue;
		}
		if (t->rows == TABLE_ROWS)
			bail("too many rows");
		while ((cell = strsep(&rest, "\t")) && column < TABLE_COLUMNS)
			t->cell[t->rows][column++] = copy(cell);
		t->rows++;
	}
	fclose(f);
}
