/**
 * How the bytes of a file reach a socket.
 *
 * | mode     | what happens                                                             | copies by the processor |
 * |----------|--------------------------------------------------------------------------|-------------------------|
 * | sendfile | sendfile(2): pages of the page cache become the socket's                  | none                    |
 * | splice   | splice(2): the same by way of a pipe, with twice the calls                | none                    |
 * | mmap     | the file is mapped, and written from there                                | into the socket         |
 * | copy     | it is read by the thread pool, and written                                | out of the page cache, into the socket |
 *
 * 'auto' is sendfile where there is one, else copy. It is never mmap: a file that is cut short while it is mapped ends the
 * process with SIGBUS.
 *
 * No mode lets the event loop wait for a disk: what is not in the page cache is brought in by the thread pool first.
 */
import { UsageError } from '../base/errors.ts'
import { NodeFile } from '../disk/node-disk.ts'
import { copyingSender } from './copying-sender.ts'
import { kernelSender } from './kernel-sender.ts'
import { mappingSender } from './mapping-sender.ts'
import type { NodeRegionSender, RegionSender } from './sender.ts'
import { SendTurns } from './send-turns.ts'
import { socketCalls } from './socket-calls.ts'
import { sendfileMove } from './sendfile-move.ts'
import { spliceMove } from './splice-move.ts'
import type { TransferCounts } from './transfer-counts.ts'

export const ZERO_COPY_MODES = ['auto', 'sendfile', 'splice', 'mmap', 'copy'] as const
export type ZeroCopyMode = (typeof ZERO_COPY_MODES)[number]

/** @throws UsageError where there is no such way on this machine */
export function regionSender(mode: ZeroCopyMode, counts: TransferCounts): RegionSender {
  const turns = new SendTurns()
  const copying = copyingSender(turns, counts)
  if (mode === 'copy') return copying
  const calls = socketCalls()
  if (typeof calls === 'string') {
    if (mode === 'auto') return copying
    throw new UsageError(`zero-copy by ${mode} is not possible here: ${calls}; use auto or copy`)
  }
  if (mode === 'mmap') return forNodeFiles(mappingSender(turns, counts), copying)
  const move = mode === 'splice' ? spliceMove(calls) : sendfileMove(calls)
  return forNodeFiles(kernelSender(move, turns, counts), copying)
}

/** Files in memory have none. */
function forNodeFiles(sender: NodeRegionSender, otherwise: RegionSender): RegionSender {
  return (region, socket) => {
    const { file } = region
    return file instanceof NodeFile
      ? sender({ ...region, file }, socket)
      : otherwise(region, socket)
  }
}
