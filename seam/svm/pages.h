/* SPDX-License-Identifier: GPL-2.0-only */
/* Permission maps: the same for every vCPU. */
#ifndef SOFTSEAM_SVM_PAGES_H
#define SOFTSEAM_SVM_PAGES_H

struct svm_pages {
	void *msrpm;
	void *iopm;
};

extern struct svm_pages svm_pages;

#endif /* SOFTSEAM_SVM_PAGES_H */
