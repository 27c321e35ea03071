# SPDX-License-Identifier: GPL-2.0-only
PROGS += $(OUT)/tdmr_test
LINES += $(OUT)/tdmr_test;

$(OUT)/tdmr_test: tdmr_test.c $(TOP)/virt/tdmr.c $(TOP)/virt/tdmr.h
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $(filter %.c,$^)
