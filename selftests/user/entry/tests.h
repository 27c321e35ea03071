/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_H
#define TESTS_H

void test_forms(void);
void test_vmcall_forms(void);
void test_own_forms(void);
void test_host_wrappers(void);
void test_guest_wrappers(void);
void test_vmcall_wrappers(void);
void test_coverage(void);
void test_run_loop(void);
void test_cost(void);

#endif /* TESTS_H */
