/* SPDX-License-Identifier: GPL-2.0-only */
#define FRAME_BEGIN
#define FRAME_END
