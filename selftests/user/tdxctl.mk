# SPDX-License-Identifier: GPL-2.0-only
PROGS += $(OUT)/tdxctl $(OUT)/tdxctl_test.sh
LINES += $(OUT)/tdxctl_test.sh $(OUT)/tdxctl;

$(OUT)/tdxctl: $(wildcard $(TOP)/tools/tdxctl/*.[ch]) $(wildcard $(TOP)/virt/image.[ch]) \
		$(TOP)/virt/status.c $(TOP)/virt/text.c
	$(MAKE) -s -C $(TOP)/tools/tdxctl OUT=$(abspath $(OUT)) \
		CFLAGS="-O1 -g $(SANITIZE)"

$(OUT)/tdxctl_test.sh: tdxctl_test.sh
	install -m 755 $< $@
