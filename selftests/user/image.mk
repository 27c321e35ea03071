# SPDX-License-Identifier: GPL-2.0-only
PROGS += $(OUT)/image_test
LINES += $(OUT)/image_test;

$(OUT)/image_test: image_test.c $(TOP)/virt/image.c $(TOP)/virt/image.h
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $(filter %.c,$^)
