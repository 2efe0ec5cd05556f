/**
 * Two copies of a partition held against each other, by offset. Batches that are the same bytes are passed over without a
 * look inside; where they are not, the records of both are walked side by side until both stand at a batch's beginning
 * again. Memory is that of two windows, or of the two largest batches.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { Disk } from '../../disk/disk.ts'
import { readLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'
import { BATCH_HEADER, BatchV2 } from '../../record/batch-v2.ts'
import { logBounds } from '../offsets/log-bounds.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { BatchWalk } from './batch-walk.ts'
import { DifferenceRuns, isLesser, otherSide, type Difference, type Side } from './difference.ts'
import { epochAt, epochDivergence, type EpochDivergence } from './epoch-divergence.ts'
import { differingFields } from './record-comparison.ts'

export interface DiffOptions {
  /** Half open; by default all that either has. */
  readonly from?: bigint
  readonly to?: bigint
  readonly limits: DecodeLimits
  /** In order of offsets. */
  readonly onDifference: (difference: Difference) => void
  /** Told how many bytes of both were passed since the last call. */
  readonly onProgress?: (bytes: number) => void
}

export interface CopyFacts {
  readonly path: string
  readonly logStartOffset: bigint
  readonly logEndOffset: bigint
}

export interface DiffReport {
  readonly a: CopyFacts
  readonly b: CopyFacts
  /** Offsets that were compared, half open. */
  readonly compared: { readonly from: bigint; readonly to: bigint }
  /** The first that is no lesser one, and no mere log start. */
  readonly divergence: Divergence | undefined
  /** Undefined where one of them has no leader epochs. */
  readonly epochs: EpochDivergence | undefined
  readonly differences: number
  readonly lesser: number
}

export interface Divergence {
  readonly offset: bigint
  /** Undefined where the leader epochs don't tell. */
  readonly epochA: number | undefined
  readonly epochB: number | undefined
}

interface Copy {
  readonly log: PartitionLog
  readonly facts: CopyFacts
  readonly walk: BatchWalk
}

/** @throws DiskError where a log can't be opened at all */
export function diffLogs(
  disk: Disk,
  logs: Readonly<Record<Side, PartitionLog>>,
  options: DiffOptions,
): DiffReport {
  let [differences, lesser] = [0, 0]
  let first: bigint | undefined
  const runs = new DifferenceRuns(difference => {
    if (isLesser(difference)) lesser++
    else differences++
    const isDivergence = !isLesser(difference) && difference.beyond !== 'log start'
    if (isDivergence) first ??= difference.firstOffset
    options.onDifference(difference)
  })
  const copyOf = (side: Side): Copy => {
    const log = logs[side]
    const bounds = logBounds(disk, log)
    const facts = { path: log.directory.path, ...bounds }
    const { limits, from = 0n, to = INT64_MAX, onProgress = () => undefined } = options
    const walk = new BatchWalk(disk, {
      segments: log.segments,
      fromOffset: from > bounds.logStartOffset ? from : bounds.logStartOffset,
      toOffset: to,
      endOffset: bounds.logEndOffset,
      limits,
      onProgress,
      onDamage: (offset, problem) => {
        const place = { firstOffset: offset, lastOffset: offset, count: 0 }
        runs.add({ kind: 'unreadable', side, problem, ...place })
      },
    })
    return { log, facts, walk }
  }
  const [a, b] = [copyOf('a'), copyOf('b')]
  try {
    new Comparison(a, b, runs).run()
    runs.end()
  } finally {
    a.walk.close()
    b.walk.close()
  }
  const [historyA, historyB] = [historyOf(disk, a), historyOf(disk, b)]
  const divergence = first === undefined ? undefined : { offset: first }
  return {
    a: a.facts,
    b: b.facts,
    compared: comparedOf(a.facts, b.facts, options),
    divergence: divergence && {
      ...divergence,
      epochA: epochAt(historyA, divergence.offset),
      epochB: epochAt(historyB, divergence.offset),
    },
    epochs: epochDivergence(historyA, historyB),
    differences,
    lesser,
  }
}

/** All that either has, as far as it was asked for. */
function comparedOf(
  a: CopyFacts,
  b: CopyFacts,
  { from = 0n, to = INT64_MAX }: Pick<DiffOptions, 'from' | 'to'>,
): DiffReport['compared'] {
  const start = a.logStartOffset < b.logStartOffset ? a.logStartOffset : b.logStartOffset
  const end = a.logEndOffset > b.logEndOffset ? a.logEndOffset : b.logEndOffset
  return { from: from > start ? from : start, to: to < end ? to : end }
}

class Comparison {
  readonly #copies: Readonly<Record<Side, Copy>>
  readonly #runs: DifferenceRuns

  constructor(a: Copy, b: Copy, runs: DifferenceRuns) {
    this.#copies = { a, b }
    this.#runs = runs
  }

  run(): void {
    const [a, b] = [this.#copies.a.walk, this.#copies.b.walk]
    while (a.batch !== undefined || b.batch !== undefined) {
      const areAtBatches = a.isAtBegin && b.isAtBegin
      if (areAtBatches && (this.#passSame() || this.#passAlone())) continue
      if (this.#entered('a') && this.#entered('b')) this.#compareRecords()
    }
  }

  /** Batches that are the same, but for what no record of them is. */
  #passSame(): boolean {
    const [a, b] = [this.#copies.a.walk, this.#copies.b.walk]
    if (a.batch === undefined || b.batch === undefined) return false
    if (a.batch.size !== b.batch.size || a.batch.lastOffset !== b.batch.lastOffset) return false
    const [ours, theirs] = [a.body(), b.body()]
    if (ours === undefined || theirs === undefined) return false
    if (!haveSameBytes(ours, theirs, 0)) {
      if (!(ours instanceof BatchV2) || !(theirs instanceof BatchV2)) return false
      const { attributes } = BATCH_HEADER.offsetOf
      const isSameFront = ours.magic === theirs.magic && ours.baseOffset === theirs.baseOffset
      if (!isSameFront || !haveSameBytes(ours, theirs, attributes)) return false
      this.#noteFront(ours, theirs)
    } else this.#runs.end()
    a.nextBatch()
    b.nextBatch()
    return true
  }

  #noteFront(a: BatchV2, b: BatchV2): void {
    const place = {
      firstOffset: a.baseOffset,
      lastOffset: a.lastOffset,
      count: a.recordCount,
    }
    if (a.storedCrc !== b.storedCrc) {
      const side = a.isValid() ? 'b' : 'a'
      this.#runs.add({ kind: 'checksum', side, ...place })
    } else this.#runs.add({ kind: 'leader-epoch', ...place })
  }

  /** A batch that ends before the other copy goes on: all its records are missing there. */
  #passAlone(): boolean {
    for (const side of ['a', 'b'] as const) {
      const { walk } = this.#copies[side]
      const other = this.#copies[otherSide(side)].walk.batch
      const { batch } = walk
      if (!(batch instanceof BatchV2) || !walk.holds(batch)) continue
      const begin = other instanceof BatchV2 ? other.baseOffset : undefined
      if (other !== undefined && (begin === undefined || batch.lastOffset >= begin)) continue
      const { baseOffset: firstOffset, lastOffset, recordCount: count } = batch
      const beyond = this.#beyond(otherSide(side), firstOffset, lastOffset)
      if (beyond === 'partly') return false
      if (count === 0) this.#runs.add({ kind: 'batching', firstOffset, lastOffset, count })
      else this.#missing(otherSide(side), { firstOffset, lastOffset, count }, beyond)
      walk.nextBatch()
      return true
    }
    return false
  }

  /** Whether it stands on a record; or there is nothing left in that copy. */
  #entered(side: Side): boolean {
    const { walk } = this.#copies[side]
    if (walk.record !== undefined || walk.batch === undefined) return true
    if (walk.enter()) return true
    walk.nextBatch()
    return false
  }

  #compareRecords(): void {
    const [a, b] = [this.#copies.a.walk, this.#copies.b.walk]
    const [ours, theirs] = [a.record?.offset, b.record?.offset]
    if (theirs === undefined || (ours !== undefined && ours < theirs)) {
      this.#missingRecord('b', ours!)
      this.#step('a')
    } else if (ours === undefined || ours > theirs) {
      this.#missingRecord('a', theirs)
      this.#step('b')
    } else {
      this.#compareFields(ours)
      this.#step('a')
      this.#step('b')
    }
  }

  #compareFields(offset: bigint): void {
    const [a, b] = [this.#copies.a.walk, this.#copies.b.walk]
    const fields = differingFields(
      { batch: a.batch!, record: a.record! },
      { batch: b.batch!, record: b.record! },
    )
    const place = { firstOffset: offset, lastOffset: offset, count: 1 }
    if (fields.length > 0) {
      this.#runs.add({ kind: 'record', fields: fields.join(', '), ...place })
      return
    }
    const isSameEpoch = a.batch!.partitionLeaderEpoch === b.batch!.partitionLeaderEpoch
    this.#runs.add({ kind: isSameEpoch ? 'batching' : 'leader-epoch', ...place })
  }

  #missingRecord(side: Side, offset: bigint): void {
    const beyond = this.#beyond(side, offset, offset)
    this.#missing(side, { firstOffset: offset, lastOffset: offset, count: 1 }, beyond)
  }

  #missing(
    side: Side,
    place: Pick<Difference, 'firstOffset' | 'lastOffset' | 'count'>,
    beyond: 'log start' | 'log end' | 'partly' | undefined,
  ): void {
    const known = beyond === undefined || beyond === 'partly' ? {} : { beyond }
    this.#runs.add({ kind: 'missing', side, ...known, ...place })
  }

  #beyond(side: Side, first: bigint, last: bigint) {
    const { logStartOffset, logEndOffset } = this.#copies[side].facts
    if (last < logStartOffset) return 'log start'
    if (first >= logEndOffset) return 'log end'
    return first < logStartOffset || last >= logEndOffset ? 'partly' : undefined
  }

  #step(side: Side): void {
    const { walk } = this.#copies[side]
    if (!walk.nextRecord()) walk.nextBatch()
  }
}

function haveSameBytes(
  a: { readonly buffer: Buffer; readonly start: number; readonly size: number },
  b: { readonly buffer: Buffer; readonly start: number; readonly size: number },
  from: number,
): boolean {
  const { buffer, start, size } = a
  return buffer.compare(b.buffer, b.start + from, b.start + size, start + from, start + size) === 0
}

function historyOf(disk: Disk, { log, facts }: Copy) {
  const { leaderEpochs } = log.directory
  const entries =
    leaderEpochs === undefined
      ? []
      : readLeaderEpochCheckpoint(disk.readWhole(leaderEpochs.path), leaderEpochs.path).entries
  return { entries, endOffset: facts.logEndOffset }
}
