# SPDX-License-Identifier: GPL-2.0-only

#:
#: make fuzz-image    the parser of TDX module images, under ASan and UBSan; MINUTES=10

fuzz-image: setup
	$(Q)mkdir -p $(B)/$(KNAME)/user
	$(Q)$(MAKE) -s -C selftests/user OUT=$(CURDIR)/$(B)/$(KNAME)/user \
		$(CURDIR)/$(B)/$(KNAME)/user/image_fuzz
	$(Q)cd $(B)/$(KNAME)/user && (echo "#@ run image_fuzz"; \
		./image_fuzz $$(($(or $(MINUTES),10) * 60)) $(SEED) 2>&1; \
		echo "#@ end image_fuzz $$?") | $(CURDIR)/scripts/ktap-sum.pl -v

.PHONY: fuzz-image
