import type { Disk } from '../../../src/disk/disk.ts'
import {
  deleteExpired,
  type DeletedFrom,
} from '../../../src/maintenance/retention/delete-expired.ts'
import { configWith, DAY_MS, NOW_MS } from '../../log/new-log.ts'
import { TRIMMED } from '../trim/trim-scene.ts'

/** From the log of `trimScene`, whose record at offset n is n milliseconds younger than `NOW_MS`. */
export async function expire(
  disk: Disk,
  { retentionMs = -1, retentionBytes = -1, nowMs = NOW_MS },
): Promise<DeletedFrom> {
  const config = {
    deletes: true,
    retentionMs: BigInt(retentionMs),
    retentionBytes: BigInt(retentionBytes),
    fileDeleteDelayMs: 60_000,
    isRemote: false,
  }
  const [deleted] = await deleteExpired([{ ...TRIMMED, config, isOnlyReplica: true }], {
    disk,
    takesLocks: false,
    clock: { nowMs: () => nowMs },
    configOf: () => configWith({ segmentBytes: 1000 }),
    producerExpirationMs: DAY_MS,
  })
  return deleted!
}
