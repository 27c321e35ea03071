/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU that the software TDX module believes to run on. */
#ifndef SOFTSEAM_CPU_MODEL_H
#define SOFTSEAM_CPU_MODEL_H

/* Fills seam_config's CPUID and MSR tables. */
void cpu_model_init(void);
unsigned int cpu_model_phys_bits(void);

#endif /* SOFTSEAM_CPU_MODEL_H */
