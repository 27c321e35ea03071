#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kbuild.sh KERNEL TARGET [VARIABLE=VALUE...]: run the kernel's build on our
# modules. It writes beside the sources, so it gets a tree of links to them
# under build/KERNEL/mod.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
target=$2
shift 2
tree=$O/mod

mkdir -p "$tree/include/uapi"
ln -sfn "$TOP/Kbuild" "$tree/Kbuild"
(cd "$TOP" && find virt seam kvm include selftests/modules selftests/user/entry -type d 2>/dev/null || true) | while read -r dir; do
	mkdir -p "$tree/$dir"
	find "$TOP/$dir" -maxdepth 1 -type f \( -name '*.[chS]' -o -name '*.lds' -o -name Kbuild \) \
		-exec ln -sf -t "$tree/$dir" {} +
done
# sources that were removed
find "$tree" -xtype l -delete

# BTF needs a vmlinux, which Debian's headers have on some kernels only.
mkdir -p "$O/logs"
run make -j"${JOBS:-$(nproc)}" -C "$KDIR" M="$tree" W=1 V="${V:-0}" \
	SEAMHOST_STRICT=1 CONFIG_DEBUG_INFO_BTF_MODULES= --no-print-directory "$target" "$@" 2>&1 |
	tee "$O/logs/build"

# objtool only warns: make it an error, now and in the next build
objtool=$(sed -n 's/^\(.*\.o\): warning: objtool:.*/\1/p' "$O/logs/build" | sort -u)
if [ -n "$objtool" ]; then
	(cd "$tree" && echo "$objtool" | xargs rm -f)
	die "objtool warns: see above"
fi
