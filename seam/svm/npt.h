/* SPDX-License-Identifier: GPL-2.0-only */
/* Nested page tables, between the files that fill and empty them. */
#ifndef SOFTSEAM_SVM_NPT_H
#define SOFTSEAM_SVM_NPT_H

#include <linux/bits.h>
#include "svm.h"

#define NPT_PRESENT	BIT_ULL(0)
#define NPT_W		BIT_ULL(1)
#define NPT_USER	BIT_ULL(2)	/* nested walks are user accesses */
#define NPT_ACCESSED_BIT	5
#define NPT_ACCESSED	BIT_ULL(NPT_ACCESSED_BIT)
#define NPT_LARGE	BIT_ULL(7)
#define NPT_NX		BIT_ULL(63)
#define NPT_ADDR	GENMASK_ULL(51, 12)

/* One translation, before it goes into the tables. */
struct mapping {
	hpa_t hpa;		/* of the part of size level */
	unsigned int level;
	bool write, exec;
	u64 bits;		/* further ones, which the CPU ignores */
};

/* Where @m went, which may be a part of it; NULL: no memory. */
u64 *npt_install(struct svm_td *t, gpa_t gpa, const struct mapping *m);

/* A mapped private page. */
struct look_slot {
	u64 *entry;
	hpa_t hpa;		/* the host's page */
	unsigned int idle;	/* entries into the TD since it was used */
};

/* Compares all that is mapped, and unmaps what changed or is not used. */
void look_at_used(struct svm_td *t);
/* Maps the 4K around @gpa of @m, whose page on the host's side is @host. */
bool look_add(struct svm_td *t, gpa_t gpa, struct mapping *m, hpa_t host);
void look_free(struct svm_td *t);

#endif /* SOFTSEAM_SVM_NPT_H */
