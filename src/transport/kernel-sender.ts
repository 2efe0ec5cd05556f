/**
 * Regions that go from the page cache to the socket within the kernel.
 *
 * When a socket takes no more, nobody tells when it does again, but libuv, of what it writes itself: so a small piece
 * behind the last byte that went is written by libuv, and the rest follows when that has drained.
 */
import { assert } from '../base/errors.ts'
import type { NodeFile } from '../disk/node-disk.ts'
import { shrunkenRegion } from './shrunken-region.ts'
import { bringIn } from './bring-in.ts'
import type { NodeRegionSender } from './sender.ts'
import type { SendTurns } from './send-turns.ts'
import type { TransferCounts } from './transfer-counts.ts'

export interface Moved {
  /** Bytes that the socket has taken. */
  readonly size: number
  /** Bytes behind them, where it takes no more: to be written. Empty at the end of the file. */
  readonly rest?: Buffer
}

/** One step of at most `size` bytes; never waits. */
export type KernelMove = (
  socket: number,
  file: NodeFile,
  range: { readonly position: number; readonly size: number },
) => Moved

/** Checked and sent at once. */
const CHUNK_BYTES = 256 * 1024

export function kernelSender(
  move: KernelMove,
  turns: SendTurns,
  counts: TransferCounts,
): NodeRegionSender {
  return async (region, socket) => {
    const { file } = region
    const end = region.position + region.size
    for (let position = region.position; position < end;) {
      const size = Math.min(end - position, CHUNK_BYTES)
      await turns.take(size)
      await bringIn(file, { position, size }, counts)
      const { descriptor } = socket
      if (!socket.isOpen) return
      assert(descriptor !== undefined, 'an open socket has a descriptor')
      const { size: moved, rest } = move(descriptor, file, { position, size })
      position += moved
      counts.kernelBytes += moved
      socket.onTaken(moved)
      if (rest === undefined) continue
      if (rest.length === 0) throw shrunkenRegion(region, position)
      position += rest.length
      counts.copiedBytes += rest.length
      counts.fullCount++
      socket.write([rest])
      await socket.drained()
    }
  }
}
