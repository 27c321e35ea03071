# SPDX-License-Identifier: GPL-2.0-only
# The SEAMCALL layer in a process: the real assembly, a module that plays.
# What is tested is built by each compiler at each level, the tests once.

ENTRY_CFLAGS := -std=gnu11 -g1 -pipe -Wall -Wextra -Werror -I$(TOP)/include -I../include \
	-Ishim -Ientry -DTABLES='"$(CURDIR)/entry"' \
	-DHEADERS='"$(abspath $(TOP)/include/seamhost)"'
ENTRY_HEADERS := $(wildcard entry/*.h shim/*/*.h ../include/*.h $(TOP)/include/seamhost/*.h \
	$(TOP)/virt/text.h)
ENTRY_TESTS := $(addprefix entry/,main.c machine.c probe.S forms.c own_forms.c wrappers.c \
	table.c report.c run_loop.c cost.c count.c)
ENTRY_TESTED := entry/thunks.c $(TOP)/virt/run.c $(TOP)/virt/tdx_module_call.S
STATUS_TESTS := $(addprefix entry/,status_test.c table.c report.c)
STATUS_TESTED := $(addprefix $(TOP)/virt/,status.c text.c errno.c)

ENTRY_COMPILERS := $(foreach cc,gcc clang,$(if $(shell command -v $(cc)),$(cc)))
ENTRY_LEVELS := O0 O1 O2 Os

define entry_object
$(OUT)/obj/$1/$(notdir $4).o: $4 $(ENTRY_HEADERS)
	@mkdir -p $$(@D)
	$2 $(ENTRY_CFLAGS) $3 -c -o $$@ $$<
endef

# entry_objects DIRECTORY COMPILER FLAGS SOURCES: the objects
entry_objects = $(addprefix $(OUT)/obj/$1/,$(addsuffix .o,$(notdir $4)))$(strip \
	$(foreach source,$4,$(eval $(call entry_object,$1,$2,$3,$(source)))))

# entry_program NAME ARGUMENT COMPILER FLAGS OBJECTS
define entry_program
PROGS += $(OUT)/$1
LINES += $(OUT)/$1 $2;

$(OUT)/$1: $5
	$3 $4 -o $$@ $$^
endef

# the tests, with the sanitizers of each compiler
$(foreach cc,$(ENTRY_COMPILERS),\
	$(eval ENTRY_TESTS_$(cc) := $(call entry_objects,$(cc),$(cc),-O1 $(SANITIZE),\
		$(sort $(ENTRY_TESTS) $(STATUS_TESTS)))))

# tests_of COMPILER SOURCES
tests_of = $(filter $(addprefix %/,$(addsuffix .o,$(notdir $2))),$(ENTRY_TESTS_$1))

$(foreach cc,$(ENTRY_COMPILERS),$(foreach level,$(ENTRY_LEVELS),\
	$(eval $(call entry_program,entry-$(cc)-$(level),,$(cc),$(SANITIZE),\
		$(call tests_of,$(cc),$(ENTRY_TESTS)) \
		$(call entry_objects,$(cc)-$(level),$(cc),-$(level) $(SANITIZE),$(ENTRY_TESTED))))\
	$(eval $(call entry_program,status-$(cc)-$(level),,$(cc),$(SANITIZE),\
		$(call tests_of,$(cc),$(STATUS_TESTS)) \
		$(call entry_objects,$(cc)-$(level),$(cc),-$(level) $(SANITIZE),$(STATUS_TESTED))))))

# cost_program NAME COMPILER FLAGS: nothing added that would be counted
cost_program = $(eval $(call entry_program,entry-cost-$1,cost,$(CC),,$(ENTRY_COST_TESTS) \
	$(call entry_objects,cost-$1,$2,$3,$(ENTRY_TESTED))))

ENTRY_COST_TESTS := $(call entry_objects,cost,$(CC),-O1,$(ENTRY_TESTS))
$(foreach cc,$(ENTRY_COMPILERS),$(foreach level,O2 Os,\
	$(call cost_program,$(cc)-$(level),$(cc),-$(level))))
# once more with what kernels with IBT and return thunks add to each function,
# where the budget is another
ENTRY_IBT := -DSHIM_IBT -fcf-protection=branch
IBT_TESTS := $(filter-out %/cost.c.o,$(ENTRY_COST_TESTS)) \
	$(call entry_objects,cost-ibt,$(CC),-O1 $(ENTRY_IBT),entry/cost.c)
$(eval $(call entry_program,entry-cost-gcc-O2-ibt,cost,$(CC),,$(IBT_TESTS) \
	$(call entry_objects,cost-gcc-O2-ibt,gcc,-O2 $(ENTRY_IBT),$(ENTRY_TESTED))))
# and with a frame of the kernels that unwind by frame pointers
FORM_TESTS := entry/forms.c entry/own_forms.c
FRAME_TESTS := $(filter-out %/forms.c.o %/own_forms.c.o,$(ENTRY_COST_TESTS)) \
	$(call entry_objects,frame,$(CC),-O1 -DSHIM_FRAME,$(FORM_TESTS))
$(eval $(call entry_program,entry-frame-gcc-O2,,$(CC),,$(FRAME_TESTS) \
	$(call entry_objects,frame-gcc-O2,gcc,-O2 -DSHIM_FRAME,$(ENTRY_TESTED))))
