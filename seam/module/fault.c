// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that a test asked for: the n-th call of a leaf, or of any leaf,
 * answers a status, does not arrive, raises an exception, or takes long.
 */
#include "fault.h"
#include "module.h"

#define MAX_RULES	16
#define ANY_LEAF	(~0ULL)

struct fault_rule {
	u64 leaf;		/* as in the leaf table, or ANY_LEAF */
	enum fault_kind kind;
	u64 arg;		/* status, or cycles */
	enum seam_point point;
	unsigned int skip;	/* such points to pass by */
	int wait;		/* calls to let pass before */
	int left;		/* times to strike then; 0: the rule is free */
};

static struct fault_rule rules[MAX_RULES];
static int nr_active;
static int struck = -1;	/* in leaf_names */

static const struct {
	u64 number;
	const char *name;
} leaf_names[] = {
#define X(id, number, version, name, ...)	{ number, name },
	TDX_HOST_LEAVES(X)
#undef X
};

static int leaf_index(u64 leaf)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leaf_names); i++)
		if (leaf_names[i].number == leaf)
			return i;
	return -1;
}

static void delay(u64 cycles)
{
	u64 start = env_tsc();

	while (env_tsc() - start < cycles)
		;
}

/* Is it @r's turn at this call? */
static bool strikes(struct fault_rule *r, u64 leaf)
{
	int left = atomic_read_once(&r->left);

	if (left <= 0 || (r->leaf != ANY_LEAF && r->leaf != leaf))
		return false;
	if (atomic_add(&r->wait, -1) >= 0)
		return false;
	if (atomic_add(&r->left, -1) < 0)
		return false;
	if (left == 1)
		atomic_add(&nr_active, -1);
	return true;
}

static SEAM_RARE bool fault_look(unsigned int lp, u64 rax, u64 *st,
				 enum seam_result *result)
{
	u64 leaf = rax & SEAM_BIT(63) ? rax : rax & 0xffff;
	unsigned int i;

	for (i = 0; i < MAX_RULES; i++) {
		if (!strikes(&rules[i], leaf))
			continue;
		switch (rules[i].kind) {
		case FAULT_DELAY:
			delay(rules[i].arg);
			continue;
		case FAULT_STALL:
			stall_arm(lp, rules[i].point, rules[i].skip,
				  rules[i].arg);
			continue;
		case FAULT_STATUS:
			*st = rules[i].arg;
			*result = SEAM_DONE;
			break;
		case FAULT_VMFAILINVALID:
			*result = SEAM_VMFAILINVALID;
			break;
		case FAULT_GP:
			*result = SEAM_FAULT_GP;
			break;
		case FAULT_UD:
			*result = SEAM_DECLINE;
			break;
		}
		atomic_set_once(&struck, leaf_index(leaf));
		return true;
	}
	return false;
}

bool fault_before(unsigned int lp, u64 rax, u64 *st,
		  enum seam_result *result)
{
	return atomic_read_once(&nr_active) && fault_look(lp, rax, st, result);
}

static bool leaf_by_name(const char *name, u64 *leaf)
{
	unsigned int i;

	if (!strcmp(name, "*")) {
		*leaf = ANY_LEAF;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(leaf_names); i++) {
		if (!strcmp(leaf_names[i].name, name)) {
			*leaf = leaf_names[i].number;
			return true;
		}
	}
	return false;
}

int fault_add(const char *leaf, unsigned int nth, unsigned int times,
	      enum fault_kind kind, u64 arg, enum seam_point point,
	      unsigned int skip)
{
	struct fault_rule r = {
		.kind = kind,
		.arg = arg,
		.point = point,
		.skip = skip,
		.wait = nth ? nth - 1 : 0,
		.left = times ? times : 1,
	};
	unsigned int i;

	if (!leaf_by_name(leaf, &r.leaf))
		return -ENOENT;
	for (i = 0; i < MAX_RULES; i++) {
		if (rules[i].left > 0)
			continue;
		rules[i].kind = r.kind;
		rules[i].arg = r.arg;
		rules[i].point = r.point;
		rules[i].skip = r.skip;
		rules[i].leaf = r.leaf;
		rules[i].wait = r.wait;
		atomic_set_once(&rules[i].left, r.left);
		atomic_add(&nr_active, 1);
		return 0;
	}
	return -ENOSPC;
}

void fault_clear(void)
{
	unsigned int i;

	for (i = 0; i < MAX_RULES; i++)
		atomic_set_once(&rules[i].left, 0);
	atomic_set_once(&nr_active, 0);
	atomic_set_once(&struck, -1);
	stall_release();
}

const char *fault_struck(void)
{
	int i = atomic_read_once(&struck);

	return i < 0 ? NULL : leaf_names[i].name;
}

bool fault_get(unsigned int i, const char **leaf, enum fault_kind *kind,
	       u64 *arg, enum seam_point *point, unsigned int *skip, int *wait,
	       int *left)
{
	int n;

	if (i >= MAX_RULES)
		return false;
	n = leaf_index(rules[i].leaf);
	*leaf = n < 0 ? "*" : leaf_names[n].name;
	*kind = rules[i].kind;
	*arg = rules[i].arg;
	*point = rules[i].point;
	*skip = rules[i].skip;
	*wait = max(atomic_read_once(&rules[i].wait), 0);
	*left = max(atomic_read_once(&rules[i].left), 0);
	return true;
}
