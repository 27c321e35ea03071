// SPDX-License-Identifier: GPL-2.0-only
/* NMIs as fast as perf's sampling would have them, where no PMU gives any. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/nmi.h>
#include "test.h"

static atomic_long_t seen;
static DEFINE_PER_CPU(int, sent);

static int on_nmi(unsigned int type, struct pt_regs *regs)
{
	if (!this_cpu_read(sent))
		return NMI_DONE;
	this_cpu_write(sent, 0);
	atomic_long_inc(&seen);
	return NMI_HANDLED;
}

unsigned long nmi_seen(void)
{
	return atomic_long_read(&seen);
}

int nmi_storm(unsigned int seconds)
{
	unsigned long end = jiffies + seconds * HZ;
	int cpu, err;

	err = register_nmi_handler(NMI_LOCAL, on_nmi, 0, "seamcall_test");
	if (err)
		return err;
	while (time_before(jiffies, end)) {
		for_each_online_cpu(cpu) {
			/* one at a time: two NMIs may become one */
			if (!cpu || per_cpu(sent, cpu))
				continue;
			per_cpu(sent, cpu) = 1;
			apic->send_IPI(cpu, NMI_VECTOR);
		}
		usleep_range(1000, 2000);
	}
	/* those under way */
	msleep(100);
	unregister_nmi_handler(NMI_LOCAL, "seamcall_test");
	return 0;
}
