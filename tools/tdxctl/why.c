// SPDX-License-Identifier: GPL-2.0-only
/*
 * tdxctl why: walk the chain of what TDX needs, from the CPU to a module that
 * is up, and stop at the first broken link with what to change.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tdxctl.h"

enum verdict {
	GOOD,
	BROKEN,
	UNKNOWN,	/* cannot be read, mostly for want of rights */
};

struct finding {
	enum verdict how;
	char found[200];
	const char *remedy;
};

struct link {
	const char *name;
	bool hardware;		/* of no interest where TDX is simulated */
	void (*look)(struct finding *f);
};

static void found(struct finding *f, enum verdict how, const char *remedy,
		  const char *fmt, ...)
	__attribute__((__format__(__printf__, 4, 5)));

static void found(struct finding *f, enum verdict how, const char *remedy,
		  const char *fmt, ...)
{
	va_list ap;

	f->how = how;
	f->remedy = remedy;
	va_start(ap, fmt);
	vsnprintf(f->found, sizeof(f->found), fmt, ap);
	va_end(ap);
}

static bool exists(const char *file)
{
	return !access(path("%s", file), F_OK);
}

/* 0, or -1 with errno: EIO where the CPU has no such MSR */
static int read_msr(unsigned int msr, u64 *value)
{
	int fd = open(path("/dev/cpu/0/msr"), O_RDONLY), err;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = pread(fd, value, sizeof(*value), msr);
	err = errno;
	close(fd);
	errno = err;
	if (n >= 0 && n != sizeof(*value))
		errno = EIO;
	return n == sizeof(*value) ? 0 : -1;
}

/* An MSR that cannot be read: no such MSR is an answer, no rights is none. */
static bool unread(struct finding *f, const char *name, const char *remedy)
{
	if (errno == EIO)
		found(f, BROKEN, remedy, "this CPU has no %s", name);
	else
		found(f, UNKNOWN, "run as root with the msr module loaded (modprobe msr)",
		      "%s cannot be read", name);
	return true;
}

static bool cpu_has(const char *flag)
{
	char *text = read_file(path("/proc/cpuinfo"), NULL), *line, *end;
	size_t len = strlen(flag);
	bool has = false;

	line = text ? strstr(text, "\nflags") : NULL;
	if (line) {
		end = strchr(line + 1, '\n');
		if (end)
			*end = 0;
		for (; !has && (line = strstr(line, flag)); line += len)
			has = line[-1] == ' ' &&
			      (!line[len] || line[len] == ' ');
	}
	free(text);
	return has;
}

static void look_cpu(struct finding *f)
{
	char *text = read_file(path("/proc/cpuinfo"), NULL);

	if (!text)
		found(f, UNKNOWN, NULL, "/proc/cpuinfo cannot be read");
	else if (!strstr(text, "GenuineIntel"))
		found(f, BROKEN,
		      "TDX needs an Intel Xeon of the 5th generation or later (some of the 4th)",
		      "this is not an Intel CPU");
	else if (cpu_has("hypervisor"))
		found(f, BROKEN,
		      "run on the bare machine: hypervisors do not offer TDX hosting to guests",
		      "this is a virtual machine");
	else
		found(f, GOOD, NULL, "Intel, not virtual");
	free(text);
}

static void look_vmx(struct finding *f)
{
	u64 v;

	if (!cpu_has("vmx")) {
		found(f, BROKEN,
		      "turn on \"Intel Virtualization Technology (VT-x)\" in the firmware setup",
		      "the CPU shows no VMX");
		return;
	}
	if (read_msr(0x3a, &v) && unread(f, "IA32_FEATURE_CONTROL", NULL))
		return;
	if ((v & 5) != 5)
		found(f, BROKEN,
		      "turn on \"Intel Virtualization Technology (VT-x)\" in the firmware setup",
		      "firmware locked VMX off (IA32_FEATURE_CONTROL 0x%llx)",
		      v);
	else
		found(f, GOOD, NULL, "VMX is on and locked");
}

static void look_seam(struct finding *f)
{
	static const char * const remedy =
		"this CPU model has no TDX: use a Xeon that has it, and the newest firmware";
	u64 v;

	if (read_msr(0xfe, &v) && unread(f, "MTRR capabilities", remedy))
		return;
	if (!(v >> 15 & 1))
		found(f, BROKEN, remedy, "the CPU has no SEAM mode");
	else
		found(f, GOOD, NULL, "the CPU has SEAM mode");
}

static void look_tme(struct finding *f)
{
	static const char * const remedy =
		"turn on memory encryption (TME) and \"Multi-Tenant\" (TME-MT) in firmware setup";
	u64 v;

	if (read_msr(0x982, &v) && unread(f, "memory encryption (TME)", remedy))
		return;
	if ((v & 3) != 3)
		found(f, BROKEN, remedy, "memory encryption is off (IA32_TME_ACTIVATE 0x%llx)",
		      v);
	else
		found(f, GOOD, NULL, "memory encryption is on");
}

static void look_keyids(struct finding *f)
{
	static const char * const remedy =
		"turn on TDX and set \"TME-MT/TDX key split\" to 1 or more in the firmware setup";
	u64 v;

	if (read_msr(0x87, &v) && unread(f, "KeyID partitioning", remedy))
		return;
	if (!(v >> 32))
		found(f, BROKEN, remedy, "no KeyIDs are set aside for TDX");
	else if (v >> 32 < 2)
		found(f, BROKEN, "set \"TME-MT/TDX key split\" to 2 or more in the firmware setup",
		      "one KeyID is not enough: TDX needs one itself");
	else
		found(f, GOOD, NULL, "%llu KeyIDs for TDX", v >> 32);
}

static void look_seamrr(struct finding *f)
{
	static const char * const remedy =
		"turn on \"SEAM Loader\" and \"Trust Domain Extension\" in the firmware setup";
	u64 v;

	if (read_msr(0x1401, &v) && unread(f, "SEAM memory range", remedy))
		return;
	if (!(v >> 11 & 1))
		found(f, BROKEN, remedy,
		      "no memory is reserved for the TDX module (SEAMRR is off)");
	else if (!(v >> 10 & 1))
		found(f, BROKEN, "update the firmware", "SEAMRR is not locked");
	else
		found(f, GOOD, NULL, "memory is reserved for the TDX module");
}

static void look_owner(struct finding *f)
{
	if (cpu_has("tdx_host_platform"))
		found(f, BROKEN,
		      "use the kernel's own TDX support (kvm_intel tdx=1), or a kernel without CONFIG_INTEL_TDX_HOST",
		      "this kernel hosts TDX itself: seamhost stays away");
	else
		found(f, GOOD, NULL, "the kernel does not host TDX itself");
}

static void look_rivals(struct finding *f)
{
	static const char * const rivals[] = {
		"vboxdrv", "vmmon", "hax", "acrn", "jailhouse",
	};
	unsigned int i;
	char file[64];

	for (i = 0; i < sizeof(rivals) / sizeof(*rivals); i++) {
		snprintf(file, sizeof(file), "/sys/module/%s", rivals[i]);
		if (exists(file)) {
			found(f, BROKEN, "unload it: only KVM shares VMX",
			      "%s is loaded and takes VMX for itself",
			      rivals[i]);
			return;
		}
	}
	found(f, GOOD, NULL, "no other hypervisor takes VMX");
}

/* of seamhost's status; NULL without one */
static const char *host_value(const char *key)
{
	const char *dir = host_dir();
	char *text = dir ? read_file(path("%s/status", dir), NULL) : NULL;
	const char *value = status_value(text, key);

	free(text);
	return value;
}

static bool is_up(void)
{
	const char *state = host_value("state");

	return state && !strcmp(state, "up");
}

/* S3 takes power from what the TDX module lives in. */
static void look_sleep(struct finding *f)
{
	char *times = read_line(path("/sys/power/suspend_stats/success"));
	char *kind = read_line(path("/sys/power/mem_sleep"));

	if (times && atoi(times) && kind && strstr(kind, "[deep]") && !is_up())
		found(f, BROKEN, "restart the machine, and do not suspend it",
		      "the machine was suspended since it was started: the TDX module does not survive that");
	else
		found(f, GOOD, NULL,
		      "not suspended; suspend and hibernation are refused while TDX is up");
	free(times);
	free(kind);
}

static void look_cpus(struct finding *f)
{
	char *present = read_line(path("/sys/devices/system/cpu/present"));
	char *online = read_line(path("/sys/devices/system/cpu/online"));

	/* once TDX is up CPUs may go */
	if (present && online && strcmp(present, online) && !is_up())
		found(f, BROKEN,
		      "bring all CPUs online first (no maxcpus=, no nosmt): the TDX module must see each once",
		      "CPUs %s are there, only %s are online", present, online);
	else
		found(f, GOOD, NULL, "all CPUs can be seen by the TDX module");
	free(present);
	free(online);
}

/* Secure Boot locks the kernel down; a kernel can be told to want it, too. */
static bool signed_modules_only(void)
{
	char *enforce = read_line(path("/sys/module/module/parameters/sig_enforce"));
	char *lockdown = read_line(path("/sys/kernel/security/lockdown"));
	bool only = (enforce && *enforce == 'Y') ||
		    (lockdown && strchr(lockdown, '[') && !strstr(lockdown, "[none]"));

	free(enforce);
	free(lockdown);
	return only;
}

static void look_signing(struct finding *f)
{
	if (!signed_modules_only())
		found(f, GOOD, NULL, "the kernel loads modules that are not signed");
	else if (exists("/sys/module/seamhost"))
		found(f, GOOD, NULL, "seamhost is signed with a key that the kernel trusts");
	else if (kernel_logged(" is rejected\0unsigned module loading is restricted\0"))
		found(f, BROKEN,
		      "enroll the key that DKMS signs with (mokutil --import /var/lib/dkms/mok.pub), restart, confirm it, modprobe seamhost; or turn Secure Boot off",
		      "the kernel loads signed modules only, and refused one");
	else
		found(f, UNKNOWN, NULL,
		      "the kernel loads signed modules only; none was refused yet");
}

static void look_seamhost(struct finding *f)
{
	static char remedy[256];
	const char *said;

	if (exists("/sys/module/seamhost")) {
		found(f, GOOD, NULL, "seamhost is loaded");
		return;
	}
	said = kernel_said("could not \0");
	if (!said)
		said = kernel_said("no \0");
	if (said) {
		snprintf(remedy, sizeof(remedy), "%s", strstr(said, "; ") ?
			 strstr(said, "; ") + 2 : "see the kernel log");
		found(f, BROKEN, remedy, "seamhost gave up: %.150s", said);
		return;
	}
	found(f, BROKEN, "modprobe seamhost", "seamhost is not loaded");
}

/* and not told to wait for a VMM: the newer of the two messages counts */
static bool waiting_for_module(void)
{
	const char *said = kernel_said("waiting for a TDX module\0"
				       "brought up on demand\0");

	return said && strstr(said, "waiting");
}

/* The one that loads TDX modules; seamhost asks it once one is up. */
static void look_seamldr(struct finding *f)
{
	char *version;

	if (!is_up()) {
		found(f, UNKNOWN, NULL, "is asked when the TDX module is up");
		return;
	}
	version = read_line(path("%s/seamldr_version", host_dir()));
	if (version)
		found(f, GOOD, NULL, "version %s", version);
	else if (errno == EACCES || errno == EPERM)
		found(f, UNKNOWN, NULL, "its version cannot be read: run as root");
	else
		found(f, BROKEN, "update the firmware, and see the kernel log",
		      "P-SEAMLDR does not answer: the TDX module cannot be updated");
	free(version);
}

static void look_module(struct finding *f)
{
	const char *state = host_value("state");

	if (!state)
		found(f, BROKEN, "unload seamhost and load it again",
		      "seamhost shows no status");
	else if (!strcmp(state, "lost"))
		found(f, BROKEN,
		      "load a module image (tdxctl load FILE), or unload kvm-tdx and seamhost and load them again, or power-cycle the machine",
		      "the TDX module was lost in a failed update or shutdown");
	else if (strcmp(state, "up") && waiting_for_module())
		found(f, BROKEN,
		      "load one (tdxctl load FILE), or turn on \"SEAM Loader\" in the firmware setup",
		      "firmware loaded no TDX module");
	else if (strcmp(state, "up"))
		found(f, BROKEN, "load kvm-tdx or start a TD: seamhost was loaded with on_demand=1",
		      "the TDX module is not brought up yet");
	else
		found(f, GOOD, NULL, "TDX module %s is up",
		      host_value("version"));
}

static void look_room(struct finding *f)
{
	const char *left = host_value("keyids_free");

	if (left && !atoi(left))
		found(f, BROKEN,
		      "end a TD, or set aside more KeyIDs for TDX in the firmware setup (\"TME-MT/TDX key split\")",
		      "every KeyID is in use by a TD");
	else
		found(f, GOOD, NULL, "%s KeyIDs are free", left ? left : "?");
}

static void look_kvm(struct finding *f)
{
	if (!exists("/sys/module/kvm_tdx"))
		found(f, BROKEN, "modprobe kvm-tdx",
		      "kvm-tdx, which runs TDs, is not loaded");
	else if (!exists("/dev/kvm-tdx"))
		found(f, BROKEN, "check that devtmpfs or udev makes device nodes",
		      "/dev/kvm-tdx is missing");
	else if (access(path("/dev/kvm-tdx"), R_OK | W_OK))
		found(f, BROKEN, "join the group that owns /dev/kvm-tdx, or run as root",
		      "you may not open /dev/kvm-tdx");
	else
		found(f, GOOD, NULL, "TDs can be run");
}

static const struct link links[] = {
	{ "CPU", true, look_cpu },
	{ "VMX", true, look_vmx },
	{ "SEAM mode", true, look_seam },
	{ "memory encryption", true, look_tme },
	{ "KeyIDs", true, look_keyids },
	{ "SEAM memory", true, look_seamrr },
	{ "kernel", true, look_owner },
	{ "other hypervisors", true, look_rivals },
	{ "sleep", true, look_sleep },
	{ "CPUs online", false, look_cpus },
	{ "module signing", false, look_signing },
	{ "seamhost", false, look_seamhost },
	{ "P-SEAMLDR", false, look_seamldr },
	{ "TDX module", false, look_module },
	{ "free KeyIDs", false, look_room },
	{ "kvm-tdx", false, look_kvm },
};

int cmd_why(int argc, char **argv)
{
	static const char * const sign[] = { "ok", "BROKEN", "?" };
	static const char * const word[] = { "ok", "broken", "unknown" };
	bool simulated = exists("/sys/devices/platform/seam-platform");
	const struct finding *broken = NULL, *unread = NULL;
	static struct finding f[sizeof(links) / sizeof(links[0])];
	unsigned int i;

	if (argc > 1) {
		fprintf(stderr, "tdxctl: %s takes no argument\n", argv[0]);
		return EXIT_USAGE;
	}
	if (json) {
		json_open(NULL, '{');
		json_bool("simulated", simulated);
		json_open("links", '[');
	} else if (simulated) {
		puts("TDX is simulated here: the hardware is not looked at");
	}
	for (i = 0; i < sizeof(links) / sizeof(links[0]) && !broken; i++) {
		if (simulated && links[i].hardware)
			continue;
		links[i].look(&f[i]);
		if (f[i].how == BROKEN)
			broken = &f[i];
		else if (f[i].how == UNKNOWN && f[i].remedy)
			unread = &f[i];
		if (json) {
			json_open(NULL, '{');
			json_string("link", links[i].name);
			json_string("verdict", word[f[i].how]);
			json_string("found", f[i].found);
			if (f[i].remedy)
				json_string("remedy", f[i].remedy);
			json_close('}');
		} else {
			printf("%-7s %-18s %s\n", sign[f[i].how],
			       links[i].name, f[i].found);
		}
	}
	if (json) {
		json_close(']');
		json_bool("ready", !broken);
		json_close('}');
	} else {
		if (unread)
			printf("\nTo look at what is marked \"?\": %s.\n",
			       unread->remedy);
		if (broken)
			printf("\nWhat to do: %s.\n", broken->remedy);
		else
			puts("\nReady.");
	}
	return broken ? EXIT_BAD : EXIT_GOOD;
}
