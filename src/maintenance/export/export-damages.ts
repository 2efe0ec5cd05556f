/**
 * What is wrong with the logs of an exported folder, though its files are as they were: an export copies damage as it
 * is. Batches are walked and their checksums looked at, as a consumer's first fetch would; no record is decoded.
 */
import { join } from 'node:path'
import type { Damage } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { isLiveLog } from '../../log/file-names.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { ExportManifest } from './manifest.ts'

export interface DamageSearch {
  readonly limits: DecodeLimits
  /** Told how many bytes were read since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined
  /** Told of each batch whose checksum holds. */
  readonly onBatch?: ((batch: BatchV2 | LegacyMessage) => void) | undefined
}

/** At most one of each log: the first, and how many batches there are like it. */
export function exportDamages(
  disk: Disk,
  path: string,
  { partitions }: Pick<ExportManifest, 'partitions'>,
  search: DamageSearch,
): Damage[] {
  return partitions.flatMap(({ folder, files }) =>
    files.flatMap(({ name, size }) => {
      const damage = isLiveLog(name) ? logDamage(disk, join(path, folder, name), search) : undefined
      search.onProgress?.(size)
      return damage ?? []
    }),
  )
}

function logDamage(
  disk: Disk,
  path: string,
  { limits, onBatch }: DamageSearch,
): Damage | undefined {
  const file = disk.open(path)
  try {
    const scanner = new BatchScanner(file, { limits })
    let first: { readonly position: number; readonly offsets: string } | undefined
    let count = 0
    while (scanner.next() !== undefined) {
      const isValid = scanner.isValid()
      const batch = scanner.header()
      if (isValid) {
        onBatch?.(batch)
        continue
      }
      count++
      const { position } = scanner
      first ??= { position, offsets: `${batch.baseOffset} to ${batch.lastOffset}` }
    }
    if (first !== undefined) return wrongChecksums(path, first, count)
    if (scanner.position === scanner.end) return undefined
    return scanner.damage?.damage ?? noBatch(path, scanner)
  } finally {
    file.close()
  }
}

function wrongChecksums(
  file: string,
  { position, offsets }: { readonly position: number; readonly offsets: string },
  count: number,
): Damage {
  const more = count === 1 ? '' : `, and ${count - 1} more in this log`
  const found = `another in the batch of offsets ${offsets}${more}`
  const expected = 'the one that the batch tells; kbroker verify tells more'
  return { file, position, reason: 'the checksum does not hold', found, expected }
}

function noBatch(file: string, { position, end }: BatchScanner): Damage {
  const found = `${end - position} bytes that are no whole batch`
  return { file, position, reason: 'the log breaks off', found, expected: 'batches up to the end' }
}
