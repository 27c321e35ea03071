/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef noinstr
#define noinstr
#endif
