# SPDX-License-Identifier: GPL-2.0-only
# softseam's module in a process: recorded calls, refusals, races, random calls
SEAM_OUT = $(abspath $(OUT))/seam
SEAM_CONF = $(SEAM_OUT)/conformance

PROGS += seam-tests
LINES += $(SEAM_OUT)/replay $(SEAM_CONF);
LINES += $(SEAM_OUT)/sept_test $(SEAM_CONF)/platform.tsv;
LINES += $(SEAM_OUT)/vp_test $(SEAM_CONF)/platform.tsv;
LINES += $(SEAM_OUT)/host_test $(SEAM_CONF)/platform.tsv;
LINES += $(SEAM_OUT)/loader_test $(SEAM_OUT)/images $(SEAM_CONF);
LINES += $(SEAM_OUT)/random_test -n 50000 $(SEAM_CONF)/platform.tsv;

seam-tests:
	$(MAKE) -C seam B=$(SEAM_OUT) all

.PHONY: seam-tests
