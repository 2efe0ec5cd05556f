/** How fast this machine reads the user's own segments and checks their batches now: what a recovery does most of all. */
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'

export interface ReadRate {
  readonly bytes: number
  readonly seconds: number
}

/** @param path of a log; at most so many bytes of it are read */
export function measureReadRate(
  disk: Disk,
  path: string,
  { bytesMax, nowMs }: { readonly bytesMax: number; readonly nowMs: () => number },
): ReadRate {
  const file = disk.open(path)
  try {
    const scanner = new BatchScanner(file, { end: bytesMax })
    const startedMs = nowMs()
    while (scanner.next() !== undefined) scanner.isValid()
    return { bytes: scanner.position, seconds: (nowMs() - startedMs) / 1000 }
  } finally {
    file.close()
  }
}
