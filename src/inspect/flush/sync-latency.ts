/**
 * How long a disk takes to sync what was appended to a file: measured on a scratch file, which loses its name as soon as
 * it is open, so that not even a `kill -9` leaves anything. Its name begins with a dot and is no folder's: a broker that
 * lists the directory meanwhile passes it over. On ext4 a file without a name syncs as fast as others (median 0.35 ms
 * both, taken in turn); btrfs alone keeps no log of it, and looks faster than it is.
 */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'

export interface SyncLatency {
  readonly dir: string
  readonly syncs: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface SyncMeasurement {
  readonly disk: Disk
  /** Milliseconds, with fractions, from any moment on. */
  readonly clock: () => number
  /** Tells this scratch file from others. */
  readonly nonce: string
  /** Breaks it off, when something was measured. */
  readonly signal: AbortSignal
}

/** Written before each sync. */
export const SYNCED_BYTES = 16 * 1024
const SYNCS_MAX = 200
const DURATION_MS_MAX = 3000

/** @throws DiskError */
export async function measureSync(
  dir: string,
  { disk, clock, nonce, signal }: SyncMeasurement,
): Promise<SyncLatency> {
  const path = join(dir, scratchName(nonce))
  const file = disk.create(path)
  const latencies: number[] = []
  try {
    disk.remove(path)
    const bytes = Buffer.alloc(SYNCED_BYTES, nonce)
    const startMs = clock()
    do {
      file.append(bytes)
      const beforeMs = clock()
      await file.datasync()
      latencies.push(clock() - beforeMs)
    } while (latencies.length < SYNCS_MAX && clock() - startMs < DURATION_MS_MAX && !signal.aborted)
  } finally {
    file.close()
  }
  return { dir, ...figuresOf(latencies) }
}

export function scratchName(nonce: string): string {
  return `.kbroker-sync-${nonce}.tmp`
}

function figuresOf(latencies: readonly number[]): Omit<SyncLatency, 'dir'> {
  const sorted = [...latencies].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1]!
  return {
    syncs: sorted.length,
    meanMs: sorted.reduce((sum, latency) => sum + latency, 0) / sorted.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  }
}
