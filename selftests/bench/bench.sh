#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench.sh: our SEAMCALL wrappers beside mainline's, by the same compiler with
# the same flags. Mainline's are taken from Debian's linux-source package at
# the time of the run; without it ours are shown alone.
. "$(dirname "$0")/../../scripts/lib.sh"

cc=${CC:-gcc}
v=7.2
out=$B/bench
arch=$B/src/$v/arch/x86
src=$arch/virt/vmx/tdx
here=$TOP/selftests/bench
user=$TOP/selftests/user
# as the kernel: no vector registers, no red zone
flags="-std=gnu11 -O2 -mno-sse -mno-mmx -mno-80387 -mno-red-zone -fno-strict-aliasing
	-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none"
mkdir -p "$out"

have=
if { [ -e "$src/tdx.c" ] && [ -e "$arch/coco/tdx/tdcall.S" ] &&
	[ -e "$arch/include/asm/shared/tdx.h" ]; } ||
	"$TOP/scripts/fetch-source.sh" "$v" arch/x86/virt/vmx/tdx arch/x86/coco/tdx \
		arch/x86/include/asm/shared > "$out/fetch.log" 2>&1; then
	have=1
fi

# shellcheck disable=SC2086
{
	$cc $flags -I"$TOP/include" -I"$user/entry" -c "$user/entry/thunks.c" -o "$out/ours.o"
	$cc $flags -I"$TOP/include" -I"$user/shim" -c "$TOP/virt/run.c" -o "$out/ours-run.o"
	$cc -I"$user/shim" -c "$TOP/virt/tdx_module_call.S" -o "$out/ours-entry.o"
	for f in machine.c probe.S count.c; do
		$cc -O1 -I"$TOP/include" -c "$user/entry/$f" -o "$out/$f.o"
	done
}

# Their names that are ours too get a prefix.
theirs()
{
	local rename="-D__seamcall=mainline_seamcall -D__seamcall_ret=mainline_seamcall_ret"
	rename+=" -D__seamcall_saved_ret=mainline_seamcall_saved_ret"

	{
		echo '#include "mainline.h"'
		sed -n '/^#define TDH_/p; /^#define TDX_VERSION_SHIFT/p' "$src/tdx.h"
		echo '#include "seamcall_internal.h"'
		sed -n '/^static inline u64 tdx_tdr_pa/,/^void tdx_sys_disable/p' "$src/tdx.c" |
			sed '$d'
	} > "$out/mainline.c"
	sed -n 's/^\(noinstr \)\?u64 \(tdh_[a-z_]*\)(.*/X(\2)/p' "$out/mainline.c" \
		> "$out/mainline-names.h"
	# shellcheck disable=SC2086
	$cc $flags $rename -w -I"$here/mainline" -I"$src" -c "$out/mainline.c" \
		-o "$out/theirs.o" &&
	$cc $rename -w -I"$here/mainline" -I"$user/shim" -I"$src" \
		-c "$src/seamcall.S" -o "$out/theirs-entry.o"
}

# The guest's side: hypercalls, and what they are made of.
theirs_guest()
{
	local tdx=$arch/coco/tdx

	{
		echo '#include "guest.h"'
		sed -n '/^noinstr u64 __tdx_hypercall(/,/^}/p' "$tdx/tdx-shared.c"
		sed -n '/^long tdx_kvm_hypercall(/,/^}/p
			/^static u64 __cpuidle __halt(/,/^}/p
			/^static int read_msr(/,/^}/p' "$tdx/tdx.c"
		cat <<-'END'
		u64 mainline_tdvmcall_hlt(bool blocked)
		{
			return __halt(blocked);
		}
		int mainline_tdvmcall_rdmsr(struct pt_regs *regs, struct ve_info *ve)
		{
			return read_msr(regs, ve);
		}
		long mainline_tdvmcall_vendor1(unsigned int nr, unsigned long p1)
		{
			return tdx_kvm_hypercall(nr, p1, 0, 0, 0);
		}
		void __tdx_hypercall_failed(void)
		{
			for (;;)
				;
		}
		END
	} > "$out/mainline-guest.c"
	# shellcheck disable=SC2086
	$cc $flags -w -I"$here/mainline" -I"$arch/include" -c "$out/mainline-guest.c" \
		-o "$out/theirs-guest.o" &&
	$cc -w -I"$here/mainline" -I"$user/shim" -c "$tdx/tdcall.S" \
		-o "$out/theirs-tdcall.o" &&
	printf 'X(tdvmcall_%s)\n' hlt rdmsr vendor1 > "$out/mainline-guest-names.h"
}

objects=("$out/ours.o" "$out/ours-run.o" "$out/ours-entry.o" "$out/machine.c.o" "$out/probe.S.o" "$out/count.c.o")
with=
if [ "$have" ] && theirs 2> "$out/theirs.log"; then
	with=1
	objects+=("$out/theirs.o" "$out/theirs-entry.o")
	cat > "$out/rest.c" <<-'END'
	#include "mainline.h"
	struct page *vmemmap;
	bool cache_state_incoherent;
	struct cpuinfo boot_cpu_data = { 46 };
	u32 tdx_global_keyid = 1;
	END
	$cc -I"$here/mainline" -c "$out/rest.c" -o "$out/rest.o"
	objects+=("$out/rest.o")
else
	: > "$out/mainline-names.h"
fi
: > "$out/mainline-guest-names.h"
if [ "$have" ]; then
	if theirs_guest 2> "$out/theirs-guest.log"; then
		objects+=("$out/theirs-guest.o" "$out/theirs-tdcall.o")
	else
		echo "mainline's hypercalls do not compile by themselves: see $out/theirs-guest.log"
	fi
fi
$cc -O1 -I"$TOP/include" -I"$user/entry" -I"$out" -o "$out/bench" \
	"$here/bench.c" "$here/theirs.c" "${objects[@]}"

echo "Executed path of a call that succeeds, SEAMCALL as one instruction; stack in bytes"
echo "below the return address. $($cc --version | head -n 1)"
echo
"$out/bench"

# bytes of the functions that match a pattern
text()
{
	nm -S "$2" | awk -v re="$1" '
		$3 ~ /^[Tt]$/ && $4 ~ re {
			n = 0
			for (i = 1; i <= length($2); i++)
				n = n * 16 + index("0123456789abcdef", substr($2, i, 1)) - 1
			sum += n; count++
		}
		END { print sum + 0, count + 0 }'
}

leaves=$(awk -F'\t' '$1 ~ /^(TDH|SEAMLDR)/ && $3 != "-" { print $1 }' \
	"$user/entry/host-leaves.tsv" | sort -u | wc -l)
read -r w n < <(text '^c_(tdh|seamldr)_' "$out/ours.o")
read -r e _ < <(text '^__(seamcall|tdh)' "$out/ours-entry.o")
echo
echo "text, ours: $n wrappers $w bytes, entry points $e: $(((w + e) / leaves)) bytes a leaf ($leaves leaves)"
if [ "$with" ]; then
	read -r tw tn < <(text '^tdh_' "$out/theirs.o")
	read -r te _ < <(text '^mainline_' "$out/theirs-entry.o")
	echo "text, mainline: $tn wrappers $tw bytes, entry points $te: $(((tw + te) / tn)) bytes a wrapper"
	echo "ratio: $(awk "BEGIN { printf \"%.2f\", (($w + $e) / $leaves) / (($tw + $te) / $tn) }")"
elif [ "$have" ]; then
	echo "mainline's wrappers do not compile by themselves: see $out/theirs.log"
else
	echo "Debian's linux-source-$v cannot be had here, so there is nothing to compare with"
	tail -n 3 "$out/fetch.log"
fi
