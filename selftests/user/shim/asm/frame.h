/* SPDX-License-Identifier: GPL-2.0-only */
/* SHIM_FRAME: as a kernel that unwinds by frame pointers has them. */
#ifdef SHIM_FRAME
#define FRAME_BEGIN	push %rbp; mov %rsp, %rbp
#define FRAME_END	pop %rbp
#define FRAME_OFFSET	8
#else
#define FRAME_BEGIN
#define FRAME_END
#define FRAME_OFFSET	0
#endif
