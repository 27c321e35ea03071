# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# An apt of our own beside the machine's: same mirror, any suite, no effect on
# what is installed. Read by the fetch scripts after lib.sh.

# apt_mirror KIND: the first source of the machine whose suite does (security)
# or does not (main) end in -security: "[options] URI"
apt_mirror()
{
	local f line
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		line=$(awk -v kind="$1" '
			function flush() {
				if (types ~ /(^| )deb( |$)/ && uri ~ /debian/ &&
				    (suite ~ /-security/) == (kind == "security"))
					found = found ? found : opt uri
				types = uri = suite = opt = ""
			}
			/^[ \t]*#/ { next }
			/^$/ { flush(); next }
			/^Types:/ { $1 = ""; types = $0 }
			/^URIs:/ { uri = $2 }
			/^Suites:/ { $1 = ""; suite = $0 }
			/^Signed-By: *\// { opt = "[signed-by=" $2 "] " }
			END { flush(); print found }' "$f")
		[ -n "$line" ] && { echo "$line"; return; }
	done
	line=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		awk -v kind="$1" '
			$1 == "deb" {
				opt = ""
				if (match($0, /\[[^]]*\] */)) {
					opt = substr($0, RSTART, RLENGTH)
					sub(/\[[^]]*\] */, "")
				}
				if ($2 ~ /debian/ && ($3 ~ /-security/) == (kind == "security")) {
					print opt $2
					exit
				}
			}')
	[ -n "$line" ] && { echo "$line"; return; }
	return 1
}

# apt_private DIR SUITE: prepare; afterwards apt_p, apt_p_cache, apt_p_download
apt_private()
{
	APT_D=$1
	mkdir -p "$APT_D"/lists/partial "$APT_D"/archives/partial "$APT_D"/parts
	: > "$APT_D/status"
	APT_OPTS=(-qq -o Dir::Etc::sourcelist=/dev/null
		-o Dir::Etc::sourceparts="$APT_D/parts"
		-o Dir::State::lists="$APT_D/lists" -o Dir::State::status="$APT_D/status"
		-o Dir::Cache="$APT_D" -o Dir::Cache::archives="$APT_D/archives"
		-o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=root
		-o Debug::NoLocking=1)
	local main security

	main=$(apt_mirror main) || die "no Debian mirror in apt's sources"
	echo "deb $main $2 main" > "$APT_D/parts/main.list"
	if [ "$2" = bookworm ] && security=$(apt_mirror security); then
		# newer kernels of the same series, where they can be had
		echo "deb $security bookworm-security main" > "$APT_D/parts/security.list"
		apt_p update -o APT::Update::Error-Mode=any 2>/dev/null && return
		say "no bookworm-security here: taking bookworm's kernel"
		rm "$APT_D/parts/security.list"
	fi
	apt_p update || die "cannot read Debian's $2 (from $main)"
}

apt_p()
{
	apt-get "${APT_OPTS[@]}" "$@" < /dev/null
}

apt_p_cache()
{
	apt-cache "${APT_OPTS[@]}" "$@"
}

apt_p_download()
{
	(cd "$APT_D/archives" && apt_p download "$@")
}
