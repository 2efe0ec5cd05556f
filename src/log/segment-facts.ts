/**
 * Reads a segment from its beginning and says what its batches say: what its indexes should hold, what producers and
 * leader epochs learn from it, and where it can no longer be believed: each batch has to be whole, its checksum hold, its
 * offsets go on. Nothing is asked but the file, so that segments can be read by several threads in any order; and nothing
 * is changed. Records are not looked into.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#recover
 */
import { CorruptDataError } from '../base/errors.ts'
import { MEBIBYTE } from '../base/limits.ts'
import { INT64_MAX } from '../binary/big-endian.ts'
import { ByteWriter } from '../binary/writer.ts'
import type { Disk, DiskFile } from '../disk/disk.ts'
import { BatchV2 } from '../record/batch-v2.ts'
import { BatchScanner } from './batch-scanner.ts'
import type { LeaderEpochEntry } from './leader-epoch-checkpoint.ts'
import { IndexRule, type IndexedBatch } from './index-rule.ts'
import type { CutOff } from './load-action.ts'
import { OFFSET_INDEX_ENTRY } from './offset-index.ts'
import { ProducerTrail } from './producer-trail.ts'
import type { RecoveredIndexes } from './recovered-indexes.ts'
import { RELATIVE_OFFSET_MAX } from './roll-policy.ts'
import { TIME_INDEX_ENTRY } from './time-index.ts'

export interface SegmentToRead {
  /** Of its log. */
  readonly path: string
  readonly baseOffset: bigint
  readonly indexIntervalBytes: number
  /** Where to stop; by default at the end of the file. */
  readonly end?: number
}

export interface SegmentFacts {
  readonly indexes: Omit<RecoveredIndexes, 'aborted'>
  readonly batches: number
  /** Behind the last batch; the segment's base where there is none. */
  readonly nextOffset: bigint
  /** Behind the last batch of format v2; undefined where there is none. Those of old teach nobody. */
  readonly learntUpTo: bigint | undefined
  /** See ProducerTrail. */
  readonly trail: Buffer
  /** Each leader epoch that is higher than all before it in the segment, and where it begins. */
  readonly epochs: readonly LeaderEpochEntry[]
  readonly cut?: CutOff
  /** An offset lies so far from the segment's base that no index could hold it; what is said ends before that. */
  readonly isTooWide: boolean
}

/**
 * @param onProgress told how many bytes were read since the last call
 * @throws DiskError
 * @throws CorruptDataError where the file shrinks meanwhile, or holds offsets below its base: a broker does not start then
 * @throws LimitError
 */
export function readSegmentFacts(
  segment: SegmentToRead,
  disk: Disk,
  onProgress?: (bytes: number) => void,
): SegmentFacts {
  const file = disk.open(segment.path)
  try {
    return new FactsReader(segment, file).read(onProgress)
  } finally {
    file.close()
  }
}

const PROGRESS_BYTES = MEBIBYTE

class FactsReader {
  readonly #scanner: BatchScanner
  readonly #indexes: IndexBuilder
  readonly #trail = new ProducerTrail()
  readonly #epochs: LeaderEpochEntry[] = []
  readonly #baseOffset: bigint
  #nextOffset: bigint
  #learntUpTo: bigint | undefined

  constructor({ baseOffset, indexIntervalBytes, end }: SegmentToRead, file: DiskFile) {
    this.#scanner = new BatchScanner(file, end === undefined ? {} : { end })
    this.#indexes = new IndexBuilder(baseOffset, indexIntervalBytes)
    this.#baseOffset = baseOffset
    this.#nextOffset = baseOffset
  }

  read(onProgress?: (bytes: number) => void): SegmentFacts {
    const scanner = this.#scanner
    let batches = 0
    let isTooWide = false
    let damage: string | undefined
    let told = 0
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      const isValid = scanner.isValid()
      const { lastOffset } = scanner.header()
      isTooWide = isValid && lastOffset > this.#indexes.offsetMax && lastOffset < INT64_MAX
      if (isTooWide) break
      damage = isValid ? this.#take(lastOffset) : 'the checksum does not hold'
      if (damage !== undefined) break
      batches++
      if (onProgress !== undefined && scanner.position - told >= PROGRESS_BYTES) {
        onProgress(scanner.position - told)
        told = scanner.position
      }
    }
    onProgress?.(scanner.position - told)
    const cut = isTooWide ? undefined : cutOffAt(scanner, damage)
    return {
      indexes: this.#indexes.finish(),
      batches,
      nextOffset: this.#nextOffset,
      learntUpTo: this.#learntUpTo,
      trail: this.#trail.finish(),
      epochs: this.#epochs,
      ...(cut && { cut }),
      isTooWide,
    }
  }

  /** @returns why the batch under the scanner is not taken, where it is not */
  #take(lastOffset: bigint): string | undefined {
    if (lastOffset < this.#baseOffset) throw this.#belowBase(lastOffset)
    if (lastOffset < this.#nextOffset) return `its offset ${lastOffset} goes back`
    if (lastOffset === INT64_MAX) return `no offset can follow ${lastOffset}`
    const batch = this.#scanner.header()
    const { position } = this.#scanner
    if (batch instanceof BatchV2) {
      this.#learn(batch, position)
      this.#learntUpTo = lastOffset + 1n
    }
    this.#indexes.add({ lastOffset, maxTimestamp: batch.maxTimestamp }, position)
    this.#nextOffset = lastOffset + 1n
    return undefined
  }

  #belowBase(lastOffset: bigint): CorruptDataError {
    const { file, position } = this.#scanner
    return new CorruptDataError({
      file: file.path,
      position,
      reason:
        'an offset below the name of the segment, over which a broker does not start; repair --salvage mends it',
      found: `${lastOffset}`,
      expected: `${this.#baseOffset} at least`,
    })
  }

  #learn(batch: BatchV2, position: number): void {
    const { partitionLeaderEpoch: epoch } = batch
    if (epoch >= 0 && epoch > (this.#epochs.at(-1)?.epoch ?? -1)) {
      this.#epochs.push({ epoch, startOffset: batch.baseOffset })
    }
    if (batch.producerIdNumber < 0) return
    this.#trail.add(batch.isControl ? (this.#scanner.body() as BatchV2) : batch, position)
  }
}

/** Why a log is cut whose last write did not come to its end. */
export const TORN = 'the last batch is not whole'

function cutOffAt(scanner: BatchScanner, damage: string | undefined): CutOff | undefined {
  const { position, end } = scanner
  const bytes = end - position
  if (bytes === 0) return undefined
  const reason = damage ?? scanner.damage?.damage.reason ?? TORN
  return { position, bytes, reason, ...padding(scanner, damage) }
}

/** Zeros to the end are what a log that is allocated ahead has where nothing was written yet. */
function padding({ file, position, end }: BatchScanner, damage: string | undefined) {
  if (damage !== undefined) return {}
  const window = Buffer.allocUnsafe(Math.min(WINDOW_SIZE, end - position))
  for (let at = position; at < end; at += window.length) {
    const size = file.read(window, at)
    if (window.subarray(0, size).some(byte => byte !== 0)) return {}
  }
  return { isPadding: true as const, reason: 'zeros, where nothing was written yet' }
}

const WINDOW_SIZE = 65_536

/** The indexes of a segment, from its batches in their order. */
export class IndexBuilder {
  /** The last that it can hold. */
  readonly offsetMax: bigint
  readonly #baseOffset: bigint
  readonly #rule: IndexRule
  readonly #offsets = new ByteWriter(4096)
  readonly #times = new ByteWriter(4096)

  constructor(baseOffset: bigint, interval: number) {
    this.offsetMax = baseOffset + RELATIVE_OFFSET_MAX
    this.#baseOffset = baseOffset
    this.#rule = new IndexRule(baseOffset, interval)
  }

  add(batch: IndexedBatch, position: number): void {
    if (!this.#rule.add(batch, position)) return
    const relativeOffset = Number(batch.lastOffset - this.#baseOffset)
    this.#offsets.bytes(OFFSET_INDEX_ENTRY.encode({ relativeOffset, position }))
    this.#addTime()
  }

  finish(): SegmentFacts['indexes'] {
    this.#addTime()
    return {
      offsets: this.#offsets.written(),
      times: this.#times.written(),
      greatest: this.#rule.greatest,
    }
  }

  #addTime(): void {
    if (!this.#rule.takeTime()) return
    const { timestamp, offset } = this.#rule.greatest
    const relativeOffset = Number(offset - this.#baseOffset)
    this.#times.bytes(TIME_INDEX_ENTRY.encode({ timestamp, relativeOffset }))
  }
}
