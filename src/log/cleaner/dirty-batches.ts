/** Walks the batches of a segment that is cleaned. Nothing is dropped on the word of a batch whose checksum is wrong. */
import { CorruptDataError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import type { RecordBatch } from '../../record/batch.ts'
import type { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import { BatchScanner } from '../batch-scanner.ts'
import type { LogSegment } from '../log-segment.ts'

export interface WalkOptions {
  readonly disk: Disk
  /** Where a batch begins. */
  readonly from?: number
  readonly limits: DecodeLimits
  /** Called now and then, with the bytes read since: others may go on meanwhile. What it throws ends the walk. */
  readonly breathe: (bytes: number) => Promise<void>
}

/** Longer than that nobody waits who appends meanwhile. */
const BREATH_BYTES = 1024 * 1024

/**
 * @param visit returns whether to go on; the batch is valid until it returns
 * @returns whether it went on to the end
 * @throws CorruptDataError
 */
export async function walkBatches(
  segment: LogSegment,
  { disk, from = 0, limits, breathe }: WalkOptions,
  visit: (batch: BatchV2 | LegacyMessage) => boolean,
): Promise<boolean> {
  const file = disk.open(segment.logPath)
  try {
    const scanner = new BatchScanner(file, { from, end: segment.size, limits })
    let told = from
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      const whole = scanner.body()
      if (!scanner.isValid()) throw wrongChecksum(scanner, whole)
      if (!locate(scanner, () => visit(whole))) return false
      const at = scanner.position + whole.size
      if (at - told < BREATH_BYTES) continue
      await breathe(at - told)
      told = at
    }
    if (scanner.position < scanner.end) throw scanner.damage ?? torn(scanner)
    await breathe(scanner.position - told)
    return true
  } finally {
    file.close()
  }
}

/** Of records that can't be decoded, positions count from the batch. */
function locate<T>({ file, position }: BatchScanner, visit: () => T): T {
  try {
    return visit()
  } catch (error) {
    if (!(error instanceof CorruptDataError) || error.damage.file !== undefined) throw error
    throw error.in(file.path, position)
  }
}

function wrongChecksum({ file, position }: BatchScanner, batch: RecordBatch): CorruptDataError {
  return new CorruptDataError({
    file: file.path,
    position,
    reason: 'the checksum of a batch does not hold',
    found: `0x${batch.computeCrc().toString(16)}`,
    expected: `0x${batch.storedCrc.toString(16)}`,
  })
}

function torn({ file, position, end }: BatchScanner): CorruptDataError {
  return new CorruptDataError({
    file: file.path,
    position,
    reason: 'a segment that is not the active one ends within a batch',
    found: `${end - position} bytes`,
    expected: 'a whole batch',
  })
}
