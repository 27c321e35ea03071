# SPDX-License-Identifier: GPL-2.0-only
PROGS += $(OUT)/image_test $(OUT)/image_fuzz
LINES += $(OUT)/image_test; $(OUT)/image_fuzz 3;

$(OUT)/image_test: image_test.c image_make.h $(TOP)/virt/image.c $(TOP)/virt/image.h
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $(filter %.c,$^)

# the parser alone tells where it goes
$(OUT)/image_fuzz.o: $(TOP)/virt/image.c $(TOP)/virt/image.h
	$(CC) $(CFLAGS) $(SANITIZE) -fsanitize-coverage=trace-pc -c -o $@ $<

$(OUT)/image_fuzz: image_fuzz.c image_make.h $(OUT)/image_fuzz.o
	$(CC) $(CFLAGS) $(SANITIZE) -o $@ $(filter-out %.h,$^)
