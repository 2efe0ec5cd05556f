/** The same batches, written by a leader under one config or another. */
import { seededRandom } from '../../../src/base/random.ts'
import { CODECS } from '../../../src/compression/codecs.ts'
import type { MemoryDisk } from '../../../src/disk/memory-disk.ts'
import type { LogConfig } from '../../../src/log/log-config.ts'
import { newBatch } from '../../log/new-batch.ts'
import { DAY_MS, newDisk, NOW_MS, openLog } from '../../log/new-log.ts'

export const BATCHES = 400
const STEP_MS = 60_000

/** Of all codecs, sizes and orders of time. */
export function sentBatches(): Buffer[] {
  const random = seededRandom(20_261_123)
  return Array.from({ length: BATCHES }, (_, n) => {
    const codec = CODECS[random.below(CODECS.length)]!
    const at = NOW_MS - DAY_MS + n * STEP_MS - random.below(3 * STEP_MS)
    const count = 1 + random.below(9)
    const timestamps = Array.from({ length: count }, () => at + random.below(1000))
    const value = Buffer.alloc(random.below(900), `order ${n} of ${random.below(1e9)} `)
    return newBatch({ count, timestamps, key: `key ${n % 7}`, value, codec })
  })
}

export async function writtenUnder(config: LogConfig): Promise<MemoryDisk> {
  const disk = newDisk()
  const log = openLog(disk, { config })
  for (const batch of sentBatches()) log.append(batch, { leaderEpoch: 0, origin: 'client' })
  await log.close()
  return disk
}
