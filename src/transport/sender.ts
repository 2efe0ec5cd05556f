/** What brings regions of files to sockets, in whichever way. */
import type { HeldRegion } from '../disk/file-region.ts'
import type { NodeFile } from '../disk/node-disk.ts'
import type { OutgoingSocket } from './outgoing-socket.ts'

/**
 * Resolves when all of the region is with the kernel, or the socket is closed. All that was written before has drained.
 *
 * @throws CorruptDataError where the file has become shorter, DiskError, or what a call on the socket failed with
 */
export type RegionSender = (region: HeldRegion, socket: OutgoingSocket) => Promise<void>

/** Of a file that has a descriptor. */
export type NodeRegionSender = (
  region: HeldRegion & { readonly file: NodeFile },
  socket: OutgoingSocket,
) => Promise<void>
