/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of expectations: tab-separated, comments with "# ", one heading. */
#ifndef TABLE_H
#define TABLE_H

#define TABLE_COLUMNS	12
#define TABLE_ROWS	256

struct table {
	const char *name;
	int rows;
	char *cell[TABLE_ROWS][TABLE_COLUMNS];
};

/* Reads the table, or ends the program with what is wrong with it. */
void table_read(struct table *t, const char *name);

#endif /* TABLE_H */
