# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for tdxctl
_tdxctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} i command=

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--root)	((i++)) ;;
		-*)	;;
		*)	command=${COMP_WORDS[i]}; break ;;
		esac
	done
	case $command in
	"")
		mapfile -t COMPREPLY < <(compgen -W \
			"status why image load update trace top decode --json --root --help" -- "$cur") ;;
	image)
		if ((COMP_CWORD == i + 1)); then
			mapfile -t COMPREPLY < <(compgen -W "info verify" -- "$cur")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi ;;
	load | update)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	trace)
		COMPREPLY=() ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W "--json" -- "$cur") ;;
	esac
}
complete -o filenames -F _tdxctl tdxctl
