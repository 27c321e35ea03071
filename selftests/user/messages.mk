# SPDX-License-Identifier: GPL-2.0-only
LINES += $(CURDIR)/messages_test.pl $(CURDIR)/$(TOP);
