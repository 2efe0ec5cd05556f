/**
 * What keeps a lookup from the record that was asked for: bytes that are no batch, a segment that is not there,
 * offsets that are out of place. The lookup goes on behind it; that it did has to be said.
 */
import type { Damage } from '../../base/errors.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch } from '../../log/find-batch.ts'
import type { LogScan } from '../../log/offset-lookup.ts'
import type { OpenSegment } from '../../log/open-segment.ts'
import type { Segment } from '../../log/segment.ts'
import { BATCH_OVERHEAD } from '../../record/batch-v2.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import type { FoundRecord } from './lookup-report.ts'

export class Detours {
  readonly #log: PartitionLog
  readonly #damages: Damage[] = []
  /** Where offsets are in no segment; damage, unless compaction explains it. */
  #gap: Damage | undefined
  #isThinned = false

  constructor(log: PartitionLog) {
    this.#log = log
    this.#isThinned = log.isCompacted
  }

  /** In the order of the log. */
  get damages(): readonly Damage[] {
    const isLost = this.#gap !== undefined && !this.#isThinned && this.#damages.length === 0
    return isLost ? [this.#gap!] : this.#damages
  }

  /**
   * The position behind the damage that a scan ended at; undefined where the segment has no more. The end of the last
   * one is no damage: it may be being written.
   */
  behindDamage(
    { log, baseOffset }: OpenSegment,
    { stopped, stoppedAt, damages }: LogScan,
    next: Segment | undefined,
  ): number | undefined {
    const end = log.size()
    if (stoppedAt === undefined || stoppedAt >= end) return undefined
    const { limits } = this.#log
    const found = findBatch(log, { from: stoppedAt + 1, to: end, limits, baseOffset })
    if (found === undefined && next === undefined) return undefined
    const behind = found?.position ?? end
    const damage = stopped === 'corrupt' ? damages.at(-1) : undefined
    this.#damages.push({
      file: log.path,
      position: stoppedAt,
      reason: `bytes ${stoppedAt} to ${behind - 1} were skipped`,
      found:
        damage === undefined
          ? `a batch that does not end within the file (${stopped})`
          : `${damage.reason}: ${damage.found}`,
      expected: 'whole batches',
    })
    return found?.position
  }

  /** Batches that a search had to look into and could not. */
  noteUnread({ stopped, damages }: LogScan): void {
    this.#damages.push(...(stopped === 'corrupt' ? damages.slice(0, -1) : damages))
  }

  /** What was asked for may lie in it. */
  noteBeyond(endDamage: Damage): void {
    this.#damages.push(endDamage)
  }

  /** @param reached the offset that the segment turned out not to have, nor any behind */
  noteEnd(reached: bigint, next: Segment | undefined): void {
    if (next === undefined || next.baseOffset <= reached) return
    this.#gap ??= {
      file: next.log.path,
      position: 0,
      reason: `offsets ${reached} to ${next.baseOffset - 1n} are in no segment`,
      found: `a segment from offset ${next.baseOffset} on`,
      expected: 'one before it, unless the topic is compacted',
    }
  }

  /** Of a record that is not the one that was asked for. No checksum covers a batch's offset. */
  noteFound(open: OpenSegment, { file, position, batch, record }: FoundRecord, next?: Segment) {
    const { baseOffset, lastOffset, recordCount, size } = batch
    if (recordCount !== undefined && BigInt(recordCount) <= lastOffset - baseOffset) {
      this.#isThinned = true
    }
    if (record === undefined) return
    const from = position + size
    const windowSize = BATCH_OVERHEAD
    const behind = new BatchScanner(open.log, { from, windowSize }).next()?.baseOffset
    const limit = behind ?? next?.baseOffset
    if (limit === undefined || limit > lastOffset) return
    this.#damages.push({
      file,
      position,
      reason: 'the batch claims an offset that is out of place',
      found: `${baseOffset} to ${lastOffset}`,
      expected: `offsets below ${limit}, as the log goes on with that`,
    })
  }
}
