/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdarg.h>
