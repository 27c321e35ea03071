#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh KERNEL: static checks of our own code, as KTAP.
. "$(dirname "$0")/lib.sh"

kernel_env "$1"
# findings are told by what stands in files, not by exit status
set +e +o pipefail
KERNEL=$1
cd "$TOP"
linux=$B/src/6.1
n=0
bad=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" .checkpatch-camelcase.*' EXIT

# report NAME: passed when $tmp/out is empty
report()
{
	n=$((n + 1))
	if [ -s "$tmp/out" ]; then
		head -n 100 "$tmp/out" | sed 's/^/# /'
		echo "not ok $n $1"
		bad=1
	else
		echo "ok $n $1"
	fi
}

# our files with one of the named endings, or in the given folder
files()
{
	find "$1" -type f \( -name '*.c' -o -name '*.h' -o -name '*.S' \) 2>/dev/null | sort
}

parts=
for part in include virt kvm seam selftests tools; do
	[ -n "$(files $part)" ] && parts+=" $part"
done

#
# The seam between host layer and software module is the instruction alone.
#
check_layers()
{
	local opcode='0x66, ?0x0f, ?0x01, ?0xc[cf]|^[[:space:]]*(seamcall|tdcall)[[:space:]]*$'

	grep -rniE 'softseam|soft_seam' virt kvm > "$tmp/out" 2>/dev/null || true
	report "virt/ and kvm/ do not know of the software module"

	grep -rniE "$opcode" virt kvm include 2>/dev/null | awk -F: '
		{ line[$1] = line[$1] $0 "\n"; files += !seen[$1]++ }
		END { if (files > 1) for (f in line) printf "%s", line[f] }' > "$tmp/out"
	report "the SEAMCALL and TDCALL opcodes stand in one file"

	{
		grep -rnE '#include ["<].*(virt|kvm)/' seam
		grep -rnE '#include ["<].*(seam|kvm)/' virt | grep -v '<seamhost/'
		grep -rnE '#include ["<].*(seam|virt)/' kvm | grep -v '<seamhost/'
	} > "$tmp/out" 2>/dev/null
	report "virt/, kvm/ and seam/ include only themselves and include/"

	git ls-files 2>/dev/null | grep -vE '^COPYING$|^\.gitignore$|\.(gz|trace|tsv|json|list|md|txt|bin|1|7)$|^MAINTAINERS$|^packaging/debian/' |
		while read -r f; do
			[ -f "$f" ] || continue
			head -n 3 "$f" | grep -q 'SPDX-License-Identifier: ' || echo "$f"
		done > "$tmp/out"
	report "each file names its licence"
}

#
# checkpatch, strictly. Left out, and why:
#   NEW_TYPEDEFS		hpa_t, gpa_t and tdx_status_t are types on purpose
#   FILE_PATH_CHANGES, SPDX_LICENSE_TAG	this is not the kernel's tree
#   EMBEDDED_FILENAME	not wanted by the kernel either any more
# for files with tables of X(...) rows, which are not expressions:
#   COMPLEX_MACRO, MACRO_ARG_REUSE, TRAILING_SEMICOLON, LONG_LINE and kin
# for what is compiled in user space too, where BIT() and kin are missing:
#   BIT_MACRO, PREFER_DEFINED_ATTRIBUTE_MACRO, and types of the C library
#
COMMON=NEW_TYPEDEFS,FILE_PATH_CHANGES,SPDX_LICENSE_TAG,EMBEDDED_FILENAME
TABLE=COMPLEX_MACRO,MACRO_ARG_REUSE,TRAILING_SEMICOLON,LONG_LINE,MACRO_WITH_FLOW_CONTROL
TABLE+=,MULTISTATEMENT_MACRO_USE_DO_WHILE,MACRO_ARG_PRECEDENCE
USER=BIT_MACRO,PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES,VOLATILE,CONST_STRUCT
USER+=,ARRAY_SIZE,SSCANF_TO_KSTRTO,CONSTANT_CONVERSION,ENOSYS,STRLCPY,STRCPY,USE_NEGATIVE_ERRNO


# one file's further exceptions
exceptions()
{
	case $1 in
	# gives user space a keyword that the kernel has
	include/seamhost/types.h)	echo COMPLEX_MACRO ;;
	# C11's keyword
	include/seamhost/abi.h)		echo CAMELCASE ;;
	# where kernel versions and user space are told apart
	*/compat.h)	echo LINUX_VERSION_CODE,CONSTANT_COMPARISON,MACRO_ARG_REUSE,CAMELCASE ;;
	# built for user space too
	virt/text.h)			echo PREFER_DEFINED_ATTRIBUTE_MACRO ;;
	# constants, and operands that fill a place that is not used
	include/seamhost/entry.h | include/seamhost/td[hg]_call.h)
		echo "$TABLE" ;;
	# asking for the kernel's version is its job
	*/compat.h)			echo LINUX_VERSION_CODE,CONSTANT_COMPARISON ;;
	# stands in for the kernel around code of mainline
	selftests/bench/mainline/*)	echo COMPLEX_MACRO,EXPORT_SYMBOL ;;
	# trace events have a form of their own
	virt/trace.h)			echo OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT ;;
	# what is printed, whole
	selftests/user/entry/status_test.c)	echo LONG_LINE ;;
	# the kernel's names for the MTRRs
	kvm/msr.c)			echo CAMELCASE ;;
	# statement expressions around a call, which they may make again
	kvm/vcpu_td.c | kvm/zap.c)	echo MACRO_ARG_REUSE ;;
	# GCC's type has no other name
	seam/module/mng_init.c)		echo UNSPECIFIED_INT ;;
	# rows of tables
	virt/sysfs.c)			echo "BRACKET_SPACE,$TABLE" ;;
	virt/status.c)	echo "$TABLE,TRAILING_STATEMENTS" ;;
	# passes the level on; "usage" and a library's names; a choice of three
	seam/kernel/kernel.h)		echo PRINTK_WITHOUT_KERN_LEVEL ;;
	seam/image/mkimage.c)		echo CAMELCASE,EMBEDDED_FUNCTION_NAME ;;
	seam/svm/exit.c)		echo UNNECESSARY_ELSE ;;
	seam/kernel/door.c)		echo LINE_SPACING ;;
	# tables, statements in place of an expression
	selftests/user/seam/host_td.c | selftests/guest/engine.c | selftests/user/entry/own_forms.c)
		echo COMPLEX_MACRO,MACRO_ARG_REUSE ;;
	selftests/user/image_test.c)	echo MACRO_ARG_PRECEDENCE ;;
	# symbols of assembly and of the linker; words that are functions too
	selftests/kvm/lib/tdx_util.c)	echo AVOID_EXTERNS,CAMELCASE ;;
	selftests/guest/guest.c)	echo AVOID_EXTERNS ;;
	selftests/demo/first-td.c | selftests/user/seam/loader_test.c)
		echo EMBEDDED_FUNCTION_NAME ;;
	# exports what is defined in assembly
	virt/entry.c)			echo "EXPORT_SYMBOL,$TABLE" ;;
	esac
}

checkpatch()
{
	local ignore=$1

	shift
	[ $# = 0 ] && return
	printf '%s\0' "$@" | xargs -0 -n 24 -P "$(nproc)" perl "$linux/scripts/checkpatch.pl" \
		--strict --no-tree --terse --no-summary -q --ignore "$ignore" -f || true
}

# checkpatch_part PART: reports how its files were found
checkpatch_part()
{
	local ignore=$COMMON f more plain=() tables=()

	case $1 in
	include | seam | selftests | tools) ignore+=,$USER ;;
	esac
	for f in $(files "$1"); do
		# assembler macros for other places than the kernel: not its style
		case $f in */shim/*) continue ;; esac
		more=$(exceptions "$f")
		if [ -n "$more" ]; then
			checkpatch "$ignore,$more" "$f"
		elif grep -qE '^#define[[:space:]]+(X|[A-Z_0-9]+\(X\))' "$f"; then
			tables+=("$f")
		else
			plain+=("$f")
		fi
	done
	checkpatch "$ignore" "${plain[@]}"
	checkpatch "$ignore,$TABLE" "${tables[@]}"
}

check_style()
{
	local part

	for part in $parts; do
		checkpatch_part "$part" > "$tmp/out" 2>&1
		report "$part/ passes checkpatch"
	done

	for part in $parts; do
		[ "$part" = selftests ] && continue
		# shellcheck disable=SC2046
		perl "$linux/scripts/kernel-doc" -none $(files "$part") 2>&1 |
			grep -E 'warning|error' > "$tmp/out" || true
		report "$part/ has well-formed kernel-doc"
	done
}

#
# The compiler's warnings are errors in every build; sparse reports the rest.
#
check_sparse()
{
	local log=$O/logs/sparse status=0

	mkdir -p "$O/logs"
	# checks all, compiles only what has changed since the modules were built
	"$TOP/scripts/kbuild.sh" "$KERNEL" modules C=2 > "$log" 2>&1 || status=$?
	grep -E "^($O/mod/)?(virt|kvm|seam|include)/[^ ]*: (warning|error)" "$log" |
		sed "s#$O/mod/##" | sort -u > "$tmp/out" || true
	[ $status = 0 ] || [ -s "$tmp/out" ] || tail -n 20 "$log" > "$tmp/out"
	report "the modules build with W=1 and sparse has nothing to say"

	grep -hE 'depends.*(seamhost|kvm)' "$O/mod/seam/softseam.mod.c" > "$tmp/out" 2>/dev/null
	report "softseam.ko uses nothing of the other two"
}

# The ones that user space may include: no kernel headers in them.
shared_headers()
{
	files include/uapi
	echo include/seamhost/types.h
	files include/seamhost | xargs grep -LE '#include <(linux|asm)/' | grep -v '/types.h$'
}

check_headers()
{
	local h d=$O/check-headers cc

	# in the kernel
	rm -rf "$d"
	mkdir -p "$d"
	ln -s "$TOP/include" "$d/include"
	{
		echo 'obj-m += headers.o'
		echo "ccflags-y := -I$TOP/include -I$TOP/include/uapi -Werror"
		for h in $(files include); do
			o=$(echo "${h#include/}" | tr '/.-' '___')
			printf '// SPDX-License-Identifier: GPL-2.0-only\n#include <%s>\n#include <%s>\n' \
				"${h#include/}" "${h#include/}" > "$d/$o.c"
			echo "headers-y += $o.o"
		done
	} > "$d/Kbuild"
	make -j"$(nproc)" -C "$KDIR" M="$d" CONFIG_DEBUG_INFO_BTF_MODULES= headers.o \
		> "$tmp/log" 2>&1 || grep -E 'error|warning' "$tmp/log" > "$tmp/out.k" || cp "$tmp/log" "$tmp/out.k"
	cat "$tmp/out.k" > "$tmp/out" 2>/dev/null || : > "$tmp/out"
	report "each header compiles alone, and twice, in the kernel"

	# and in user space
	for cc in gcc clang; do
		for h in $(shared_headers); do
			printf '#include "%s"\n#include "%s"\n' "$h" "$h" |
				$cc -std=gnu11 -Wall -Wextra -Werror -Wno-unused-function \
				-I. -Iinclude -Iinclude/uapi -fsyntax-only -x c - 2>&1 |
				sed "s#^#$h: #" | head -n 5
		done > "$tmp/out"
		report "each shared header compiles alone, and twice, with $cc"
	done
}

check_scripts()
{
	local f

	for f in scripts/*.sh .ci/run $(find selftests tools -name '*.sh' 2>/dev/null) selftests/runner/init; do
		case $(head -n 1 "$f") in
		*bash*)	bash -n "$f" ;;
		\#!*)	sh -n "$f" ;;
		*)	bash -n "$f" ;;
		esac
	done > "$tmp/out" 2>&1
	report "the scripts parse"
}

echo "KTAP version 1"
check_layers
check_style
check_sparse
check_headers
check_scripts
echo "1..$n"
exit $bad
