// SPDX-License-Identifier: GPL-2.0-only
/* What QEMU tells by PVH, told as a boot loader tells it to Linux. */
#include <asm/bootparam.h>

#define PVH_MAGIC	0x336ec578
#define LINUX_HEADER	0x53726448	/* "HdrS" */
#define BOOT_FLAG	0xaa55
#define OTHER_LOADER	0xff

struct pvh_start {
	__u32 magic, version, flags, nr_modules;
	__u64 modules, cmdline, rsdp, memory;
	__u32 nr_memory, reserved;
};

struct pvh_module {
	__u64 addr, size, cmdline, reserved;
};

struct pvh_memory {
	__u64 addr, size;
	__u32 type, reserved;
};

/* The memory below 4 GiB is all that is looked at here. */
static void *at(__u64 addr)
{
	return (void *)(unsigned long)addr;
}

struct boot_params boot_params;

void __attribute__((regparm(1))) fill_boot_params(const struct pvh_start *pvh)
{
	const struct pvh_memory *memory = at(pvh->memory);
	const struct pvh_module *module = at(pvh->modules);
	struct boot_params *bp = &boot_params;
	unsigned int i;

	while (pvh->magic != PVH_MAGIC)
		asm volatile("hlt");
	for (i = 0; i < pvh->nr_memory && i < E820_MAX_ENTRIES_ZEROPAGE; i++) {
		bp->e820_table[i].addr = memory[i].addr;
		bp->e820_table[i].size = memory[i].size;
		bp->e820_table[i].type = memory[i].type;
	}
	bp->e820_entries = i;
	bp->acpi_rsdp_addr = pvh->rsdp;
	bp->hdr.boot_flag = BOOT_FLAG;
	bp->hdr.header = LINUX_HEADER;
	bp->hdr.version = 0x20f;
	bp->hdr.type_of_loader = OTHER_LOADER;
	bp->hdr.loadflags = LOADED_HIGH;
	bp->hdr.cmd_line_ptr = pvh->cmdline;
	if (pvh->nr_modules) {
		bp->hdr.ramdisk_image = module->addr;
		bp->hdr.ramdisk_size = module->size;
	}
}
