/* SPDX-License-Identifier: GPL-2.0-only */
/* SEAMLDR_PARAMS that P-SEAMLDR must refuse, one thing wrong in each. */
#ifndef SELFTEST_BAD_PARAMS_H
#define SELFTEST_BAD_PARAMS_H

#include <seamhost/abi.h>

#define BAD_PARAMS	8

/* Spoils good ones in one of BAD_PARAMS ways. */
static inline void spoil_params(struct seamldr_params *p, unsigned int i)
{
	switch (i) {
	case 0:
		p->version = 1;
		break;
	case 1:
		p->scenario = 2;
		break;
	case 2:
		p->sigstruct_pa += 8;
		break;
	case 3:
		p->reserved[7] = 1;
		break;
	case 4:
		p->num_module_pages = 0;
		break;
	case 5:
		p->num_module_pages = 497;
		break;
	case 6:
		p->module_page_pa[1] |= 1;
		break;
	default:
		/* beyond the physical address width */
		p->module_page_pa[0] |= 33ULL << 46;
		break;
	}
}

#endif /* SELFTEST_BAD_PARAMS_H */
