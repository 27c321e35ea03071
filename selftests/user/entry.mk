# SPDX-License-Identifier: GPL-2.0-only
# The SEAMCALL layer in a process: the real assembly, a module that plays.

ENTRY_CFLAGS := -std=gnu11 -g -Wall -Wextra -Werror -I$(TOP)/include -I../include \
	-Ishim -Ientry -DTABLES='"$(CURDIR)/entry"' \
	-DHEADERS='"$(abspath $(TOP)/include/seamhost)"'
ENTRY_HEADERS := $(wildcard entry/*.h shim/*/*.h $(TOP)/include/seamhost/*.h $(TOP)/virt/text.h)
ENTRY_SRCS := $(addprefix entry/,main.c machine.c probe.S forms.c wrappers.c \
	thunks.c table.c report.c run_loop.c cost.c) \
	$(TOP)/virt/run.c $(TOP)/virt/tdx_module_call.S
STATUS_SRCS := $(addprefix entry/,status_test.c table.c report.c) \
	$(TOP)/virt/status.c $(TOP)/virt/text.c $(TOP)/virt/errno.c

ENTRY_COMPILERS := $(foreach cc,gcc clang,$(if $(shell command -v $(cc)),$(cc)))
ENTRY_LEVELS := O0 O1 O2 Os

# entry_programs COMPILER LEVEL
define entry_programs
PROGS += $(OUT)/entry-$1-$2 $(OUT)/status-$1-$2
LINES += $(OUT)/entry-$1-$2; $(OUT)/status-$1-$2;

$(OUT)/entry-$1-$2: $(ENTRY_SRCS) $(ENTRY_HEADERS)
	$1 $(ENTRY_CFLAGS) -$2 $(SANITIZE) -o $$@ $$(filter %.c %.S,$$^)

$(OUT)/status-$1-$2: $(STATUS_SRCS) $(ENTRY_HEADERS)
	$1 $(ENTRY_CFLAGS) -$2 $(SANITIZE) -o $$@ $$(filter %.c,$$^)
endef

# cost_program COMPILER LEVEL: nothing added that would be counted
define cost_program
PROGS += $(OUT)/entry-cost-$1-$2
LINES += $(OUT)/entry-cost-$1-$2 cost;

$(OUT)/entry-cost-$1-$2: $(ENTRY_SRCS) $(ENTRY_HEADERS)
	$1 $(ENTRY_CFLAGS) -$2 -o $$@ $$(filter %.c %.S,$$^)
endef

$(foreach cc,$(ENTRY_COMPILERS),$(foreach level,$(ENTRY_LEVELS),\
	$(eval $(call entry_programs,$(cc),$(level)))))
$(foreach cc,$(ENTRY_COMPILERS),$(foreach level,O2 Os,\
	$(eval $(call cost_program,$(cc),$(level)))))

# once more with what kernels with IBT and return thunks add to each function
IBT_COST := $(OUT)/entry-cost-gcc-O2-ibt
PROGS += $(IBT_COST)
LINES += $(IBT_COST) cost;

$(IBT_COST): $(ENTRY_SRCS) $(ENTRY_HEADERS)
	gcc $(ENTRY_CFLAGS) -DSHIM_IBT -fcf-protection=branch -O2 -o $@ $(filter %.c %.S,$^)
