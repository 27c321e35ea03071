/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model's two files share. */
#ifndef MODEL_INT_H
#define MODEL_INT_H

#include "model.h"

/* Locks of the call at work. */
struct held {
	unsigned int nr;
	struct m_page *page[8];
	int excl[8];
};

u64 word(enum tdx_code code, unsigned int operand);
int hold(struct held *h, struct m_page *p, int excl);
u64 want_page(struct model *m, struct held *h, u64 hpa, unsigned int operand,
	      enum m_type type, int excl, int big, struct m_page **ret);
u64 want_td(struct model *m, struct held *h, u64 hpa, unsigned int operand,
	    int excl, struct m_td **td);
u64 gate(const struct m_td *td, unsigned int ops);
void take(struct m_page *p, enum m_type type, struct model *m, struct m_td *td,
	  int obj);
void give_back(struct m_page *p, struct model *m, struct m_td *td);
u64 model_sept_call(struct model *m, struct m_call *c, struct held *h);

#endif /* MODEL_INT_H */
