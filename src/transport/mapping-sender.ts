/**
 * Regions that are written out of the page cache as it is mapped into this process, one window after the other. libuv
 * touches the bytes as long as the socket has not taken them: where the file is cut short meanwhile, SIGBUS ends the
 * process. So this is for comparison, and for files that nobody truncates.
 */
import { DiskError } from '../base/errors.ts'
import { libc } from '../disk/libc.ts'
import { bringIn } from './bring-in.ts'
import type { NodeRegionSender } from './sender.ts'
import type { SendTurns } from './send-turns.ts'
import { shrunkenRegion } from './shrunken-region.ts'
import type { TransferCounts } from './transfer-counts.ts'

const WINDOW_BYTES = 256 * 1024

export function mappingSender(turns: SendTurns, counts: TransferCounts): NodeRegionSender {
  return async ({ file, ...region }, socket) => {
    const library = libc()!
    const end = region.position + region.size
    for (let position = region.position; position < end;) {
      const skew = position % library.pageBytes
      const size = Math.min(end - position, WINDOW_BYTES - skew)
      await turns.take(size)
      await bringIn(file, { position, size }, counts)
      if (!socket.isOpen) return
      if (file.size() < position + size) throw shrunkenRegion({ ...region, file }, position)
      const mapping = library.map(file.fd, position - skew, skew + size)
      if (mapping === undefined) throw new DiskError('map', region.path, 'mmap failed')
      try {
        socket.write([mapping.bytes.subarray(skew)])
        await socket.drained()
      } finally {
        mapping.unmap()
      }
      position += size
      counts.mappedBytes += size
    }
  }
}
