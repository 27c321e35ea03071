/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host leaves for migration and service TDs. Those that encrypt or decrypt
 * return with XMM0-15 zeroed: the caller keeps nothing there. Included through
 * <seamhost/tdh.h>, whose rules hold here.
 */
#ifndef SEAMHOST_TDH_MIG_H
#define SEAMHOST_TDH_MIG_H

#include <seamhost/tdh_call.h>

/**
 * tdh_mig_stream_create() - create a migration stream
 * @page: free page
 * @tdr: root page of the TD
 */
static __always_inline tdx_status_t tdh_mig_stream_create(hpa_t page, hpa_t tdr)
{
	return tdh_call(TDX_V0(TDH_MIG_STREAM_CREATE), page, tdr,
			TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_export_blockw() - block pages for writing
 * @gpas: tdx_gpa_list() of the pages
 * @tdr: root page of the TD
 * @out: RCX: the list, where it stopped; RDX: entries processed
 */
static __always_inline tdx_status_t
tdh_export_blockw(u64 gpas, hpa_t tdr, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_EXPORT_BLOCKW), out, gpas, tdr,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_export_unblockw() - undo tdh_export_blockw() for one mapping
 * @tdr: root page of the TD
 * @gpa: guest address, aligned to @level
 * @level: of the mapping
 * @out: outputs; after an EPT status where the walk stopped: entry (RCX),
 *	level and state (RDX)
 */
static __always_inline tdx_status_t
tdh_export_unblockw(hpa_t tdr, gpa_t gpa, enum tdx_level level,
		    struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_EXPORT_UNBLOCKW), out,
			     tdx_gpa_level(gpa, level), tdr, TDX_UNUSED(r8),
			     TDX_UNUSED(r9));
}

/**
 * tdh_export_restore() - undo the export of pages
 * @gpas: tdx_gpa_list() of the pages
 * @tdr: root page of the TD
 * @out: RCX: the list, where it stopped; RDX: entries processed
 */
static __always_inline tdx_status_t
tdh_export_restore(u64 gpas, hpa_t tdr, struct tdx_out *out)
{
	return tdh_call_out3(TDX_V0(TDH_EXPORT_RESTORE), out, gpas, tdr,
			     TDX_UNUSED(r8), TDX_UNUSED(r9));
}

/**
 * tdh_export_mem() - export pages
 * @gpas: tdx_gpa_list() of the pages
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @buffers: list of migration buffers
 * @stream: tdx_stream() of stream and command
 * @macs0: first MAC list
 * @macs1: second MAC list
 * @out: RCX: the list, where it stopped; RDX: entries processed
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command.
 */
static __always_inline tdx_status_t
tdh_export_mem(u64 gpas, hpa_t tdr, u64 mbmd, hpa_t buffers, u64 stream,
	       hpa_t macs0, hpa_t macs1, struct tdx_out *out)
{
	return host_call(__tdh_export_mem)(gpas, tdr, mbmd, buffers, stream,
					   macs0, macs1, out);
}

/**
 * tdh_export_pause() - pause a TD for export
 * @tdr: root page of the TD
 */
static __always_inline tdx_status_t tdh_export_pause(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_EXPORT_PAUSE), tdr);
}

/**
 * tdh_export_track() - begin a new export epoch
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @stream: tdx_stream() of stream and command
 */
static __always_inline tdx_status_t
tdh_export_track(hpa_t tdr, u64 mbmd, u64 stream)
{
	return tdh_call_r10(TDX_V0(TDH_EXPORT_TRACK), tdr, stream, mbmd,
			    TDX_UNUSED(r9), stream);
}

/**
 * tdh_export_abort() - give up an export
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @stream: tdx_stream() of stream and command
 */
static __always_inline tdx_status_t
tdh_export_abort(hpa_t tdr, u64 mbmd, u64 stream)
{
	return tdh_call_r10(TDX_V0(TDH_EXPORT_ABORT), tdr, stream, mbmd,
			    TDX_UNUSED(r9), stream);
}

/**
 * tdh_export_state_immutable() - begin an export: the state that never changes
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @pages: page list
 * @stream: tdx_stream() of stream and command
 * @out: RDX: pages used
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command. Can fail
 * with RND_NO_ENTROPY.
 */
static __always_inline tdx_status_t
tdh_export_state_immutable(hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream,
			   struct tdx_out *out)
{
	return tdh_call_out3r10(TDX_V0(TDH_EXPORT_STATE_IMMUTABLE), out, tdr, mbmd,
				pages, stream);
}

/**
 * tdh_export_state_td() - export the TD's state
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @pages: page list
 * @stream: tdx_stream() of stream and command
 * @out: RDX: pages used
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command.
 */
static __always_inline tdx_status_t
tdh_export_state_td(hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream,
		    struct tdx_out *out)
{
	return tdh_call_out3r10(TDX_V0(TDH_EXPORT_STATE_TD), out, tdr, mbmd,
				pages, stream);
}

/**
 * tdh_export_state_vp() - export a vCPU's state
 * @tdvpr: root page of the vCPU
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @pages: page list
 * @stream: tdx_stream() of stream and command
 * @out: RDX: pages used
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command.
 */
static __always_inline tdx_status_t
tdh_export_state_vp(hpa_t tdvpr, u64 mbmd, hpa_t pages, u64 stream,
		    struct tdx_out *out)
{
	return tdh_call_out3r10(TDX_V0(TDH_EXPORT_STATE_VP), out, tdvpr, mbmd,
				pages, stream);
}

/**
 * tdh_import_mem() - import pages
 * @gpas: tdx_gpa_list() of the pages
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @buffers: list of migration buffers
 * @stream: tdx_stream() of stream and command
 * @macs0: first MAC list
 * @macs1: second MAC list
 * @pages: list of free pages to import into
 * @out: RCX: the list, where it stopped; RDX: entries processed
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command.
 */
static __always_inline tdx_status_t
tdh_import_mem(u64 gpas, hpa_t tdr, u64 mbmd, hpa_t buffers, u64 stream,
	       hpa_t macs0, hpa_t macs1, hpa_t pages, struct tdx_out *out)
{
	return host_call(__tdh_import_mem)(gpas, tdr, mbmd, buffers, stream,
					   macs0, macs1, pages, out);
}

/**
 * tdh_import_track() - begin a new import epoch
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @stream: tdx_stream() of stream and command
 */
static __always_inline tdx_status_t
tdh_import_track(hpa_t tdr, u64 mbmd, u64 stream)
{
	return tdh_call_r10(TDX_V0(TDH_IMPORT_TRACK), tdr, stream, mbmd,
			    TDX_UNUSED(r9), stream);
}

/**
 * tdh_import_abort() - give up an import
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @stream: tdx_stream() of stream and command
 */
static __always_inline tdx_status_t
tdh_import_abort(hpa_t tdr, u64 mbmd, u64 stream)
{
	return tdh_call_r10(TDX_V0(TDH_IMPORT_ABORT), tdr, stream, mbmd,
			    TDX_UNUSED(r9), stream);
}

/**
 * tdh_import_commit() - let an imported TD run
 * @tdr: root page of the TD
 */
static __always_inline tdx_status_t tdh_import_commit(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_IMPORT_COMMIT), tdr);
}

/**
 * tdh_import_end() - end an import
 * @tdr: root page of the TD
 */
static __always_inline tdx_status_t tdh_import_end(hpa_t tdr)
{
	return tdh_call_rcx(TDX_V0(TDH_IMPORT_END), tdr);
}

/**
 * tdh_import_state_immutable() - begin an import: the state that never changes
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @pages: page list
 * @stream: tdx_stream() of stream and command
 * @out: after a failure, RCX and RDX: the metadata that was refused
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command. Can fail
 * with RND_NO_ENTROPY.
 */
static __always_inline tdx_status_t
tdh_import_state_immutable(hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream,
			   struct tdx_out *out)
{
	return tdh_call_out3r10(TDX_V0(TDH_IMPORT_STATE_IMMUTABLE), out, tdr, mbmd,
				pages, stream);
}

/**
 * tdh_import_state_td() - import the TD's state
 * @tdr: root page of the TD
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @pages: page list
 * @stream: tdx_stream() of stream and command
 * @out: after a failure, RCX and RDX: the metadata that was refused
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command.
 */
static __always_inline tdx_status_t
tdh_import_state_td(hpa_t tdr, u64 mbmd, hpa_t pages, u64 stream,
		    struct tdx_out *out)
{
	return tdh_call_out3r10(TDX_V0(TDH_IMPORT_STATE_TD), out, tdr, mbmd,
				pages, stream);
}

/**
 * tdh_import_state_vp() - import a vCPU's state
 * @tdvpr: root page of the vCPU
 * @mbmd: tdx_mbmd() of the migration bundle's metadata
 * @pages: page list
 * @stream: tdx_stream() of stream and command
 * @out: after a failure, RCX and RDX: the metadata that was refused
 *
 * On INTERRUPTED_RESUMABLE call again with the resume command.
 */
static __always_inline tdx_status_t
tdh_import_state_vp(hpa_t tdvpr, u64 mbmd, hpa_t pages, u64 stream,
		    struct tdx_out *out)
{
	return tdh_call_out3r10(TDX_V0(TDH_IMPORT_STATE_VP), out, tdvpr, mbmd,
				pages, stream);
}

/**
 * tdh_servtd_bind() - bind a service TD to a TD
 * @tdr: root page of the TD
 * @servtd: root page of the service TD
 * @slot: binding slot
 * @type: service TD type: 0 is a migration TD
 * @attributes: of the binding
 * @out: RCX: binding handle; R10 to R13: UUID of @tdr
 */
static __always_inline tdx_status_t
tdh_servtd_bind(hpa_t tdr, hpa_t servtd, u64 slot, u64 type, u64 attributes,
		struct tdx_more *out)
{
	return host_call(__tdh_servtd_bind)(tdr, servtd, slot, type,
					    attributes, out);
}

/**
 * tdh_servtd_prebind() - name the service TD that may be bound later
 * @tdr: root page of the TD
 * @hash: 48 byte info hash of it, 64 byte aligned
 * @slot: binding slot
 * @type: service TD type: 0 is a migration TD
 * @attributes: of the binding
 */
static __always_inline tdx_status_t
tdh_servtd_prebind(hpa_t tdr, hpa_t hash, u64 slot, u64 type, u64 attributes)
{
	return host_call(__tdh_servtd_prebind)(tdr, hash, slot, type,
						attributes);
}

#endif /* SEAMHOST_TDH_MIG_H */
