# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Read by the scripts that load and update the TDX module.
. "${0%/*}/tds.sh"

IMAGES=/tests/images

# runs VERSION: this version is up
runs()
{
	[ "$(state)" = up ] && [ "$(cat $TDX/version)" = "$1" ]
}
