/** Regions that are read into this process and written: works everywhere, and for files in memory. */
import { pooledRead } from '../disk/pooled-read.ts'
import type { RegionSender } from './sender.ts'
import type { SendTurns } from './send-turns.ts'
import { shrunkenRegion } from './shrunken-region.ts'
import type { TransferCounts } from './transfer-counts.ts'

const PIECE_BYTES = 256 * 1024

export function copyingSender(turns: SendTurns, counts: TransferCounts): RegionSender {
  return async (region, socket) => {
    const buffer = Buffer.allocUnsafeSlow(Math.min(region.size, PIECE_BYTES))
    const end = region.position + region.size
    for (let position = region.position; position < end;) {
      const piece = buffer.subarray(0, Math.min(end - position, buffer.length))
      await turns.take(piece.length)
      const count = await pooledRead(region.file, piece, position)
      if (count < piece.length) throw shrunkenRegion(region, position + count)
      if (!socket.isOpen) return
      socket.write([piece])
      await socket.drained()
      position += count
      counts.copiedBytes += count
    }
  }
}
