/**
 * A first look at all lines of an import: what goes into which partition, which transactions were aborted or never
 * decided, and whether every record can be taken at all.
 */
import { INT64_MAX } from '../binary/big-endian.ts'
import type { TopicRules } from '../client/topic-rules.ts'
import { AbortedRanges, type AbortedRange } from '../inspect/search/aborted-ranges.ts'
import { controlTypeOf } from './control-type.ts'
import type { LeftOpen } from './import-plan.ts'
import type { ImportedLine } from './imported-lines.ts'

export interface LineScanOptions {
  readonly keepOffsets: boolean
  /** Else what they decide is done: no markers, and nothing of aborted transactions. */
  readonly keepMarkers: boolean
  readonly partition: number | undefined
  readonly rules: TopicRules
  readonly nowMs: number
  /** What is older, the topic does not keep. */
  readonly oldestKeptMs: number
}

export interface LineTally {
  count: number
  /** Of keys, values and headers. */
  bytes: number
}

/** Of one partition of the topic, what is to be written. */
export interface LineShare {
  readonly all: LineTally
  /** Than what the topic keeps. */
  readonly older: LineTally
  firstOffset: bigint | undefined
  lastOffset: bigint
  leaderEpoch: number
}

interface OpenTransaction {
  readonly firstOffset: bigint
  readonly all: LineTally
  readonly older: LineTally
}

export class LineScan {
  /** By partition. */
  readonly shares = new Map<number, LineShare>()
  /** Records and markers that are left out. */
  droppedCount = 0
  readonly #options: LineScanOptions
  readonly #aborted = new Map<number, AbortedRange[]>()
  readonly #open = new Map<number, Map<bigint, OpenTransaction>>()
  readonly #kept = new Map<number, Map<bigint, LeftOpen>>()
  #topic: string | undefined

  constructor(options: LineScanOptions) {
    this.#options = options
  }

  /** @throws CorruptDataError where it can't be taken */
  take(line: ImportedLine): void {
    const { keepOffsets, keepMarkers, partition } = this.#options
    const { record, place } = line
    this.#checkTopic(line)
    const share = this.#shareOf(partition ?? record.partition)
    const isKeeping = keepOffsets || place.isTransactional || place.control !== ''
    if (isKeeping && place.offset === undefined) {
      throw line.refused({ reason: 'the record says no offset', found: 'none', expected: 'one' })
    }
    if (keepOffsets) checkAscending(line, share)
    checkBatch(line, keepMarkers)
    if (place.offset !== undefined) {
      share.firstOffset ??= place.offset
      share.lastOffset = place.offset
    }
    if (place.leaderEpoch > share.leaderEpoch) share.leaderEpoch = place.leaderEpoch
    if (!keepMarkers && place.control !== '') return this.#decide(line)
    this.#count(share, line)
    if (keepMarkers) this.#follow(line)
    else if (place.isTransactional) this.#note(line)
    if (place.control !== '') return
    const problem = this.#options.rules.problemOf(record, this.#options.nowMs)
    if (problem !== undefined) throw line.refused(problem)
  }

  /** To be called once, behind the last line. */
  finish(): void {
    for (const [partition, open] of this.#open) {
      for (const [producerId, transaction] of open) {
        this.#abort(partition, { producerId, lastOffset: INT64_MAX }, transaction)
      }
    }
  }

  /** Whether it is among what is written. */
  isTaken({ record, place }: ImportedLine): boolean {
    if (this.#options.keepMarkers) return true
    if (place.control !== '') return false
    if (!place.isTransactional) return true
    const ranges = this.#ranges(record.partition)
    return !ranges.covers(place.producerId, place.offset!)
  }

  /** Of what is written, by partition of the topic: transactions that nothing in the file ends. */
  *leftOpen(): Generator<{ readonly partition: number; readonly transaction: LeftOpen }> {
    for (const [partition, open] of this.#kept) {
      for (const transaction of open.values()) yield { partition, transaction }
    }
  }

  readonly #covered = new Map<number, AbortedRanges>()

  #ranges(partition: number): AbortedRanges {
    let ranges = this.#covered.get(partition)
    if (ranges === undefined) {
      ranges = AbortedRanges.of(this.#aborted.get(partition) ?? [])
      this.#covered.set(partition, ranges)
    }
    return ranges
  }

  #checkTopic(line: ImportedLine): void {
    const { topic } = line.place
    this.#topic ??= topic
    if (topic === this.#topic) return
    throw line.refused({
      reason: 'the record is of another topic than those before',
      found: topic,
      expected: `${this.#topic}; export one topic at a time`,
    })
  }

  #shareOf(partition: number): LineShare {
    let share = this.shares.get(partition)
    if (share === undefined) {
      share = { ...noLines(), firstOffset: undefined, lastOffset: -1n, leaderEpoch: -1 }
      this.shares.set(partition, share)
    }
    return share
  }

  #follow({ record, place }: ImportedLine): void {
    const partition = this.#options.partition ?? record.partition
    const { producerId, producerEpoch, control } = place
    const open = this.#kept.get(partition) ?? new Map<bigint, LeftOpen>()
    this.#kept.set(partition, open)
    if (control === 'COMMIT' || control === 'ABORT') open.delete(producerId)
    else if (control === '' && place.isTransactional && !open.has(producerId)) {
      open.set(producerId, { producerId, producerEpoch, firstOffset: place.offset! })
    }
  }

  #note(line: ImportedLine): void {
    const { record, place } = line
    const open = this.#open.get(record.partition) ?? new Map<bigint, OpenTransaction>()
    this.#open.set(record.partition, open)
    const transaction = open.get(place.producerId) ?? { firstOffset: place.offset!, ...noLines() }
    open.set(place.producerId, transaction)
    this.#count(transaction, line)
  }

  #count({ all, older }: Pick<LineShare, 'all' | 'older'>, { record }: ImportedLine): void {
    const { timestamp, dataSize: bytes } = record
    add(all, { count: 1, bytes })
    if (timestamp >= 0 && timestamp < this.#options.oldestKeptMs) add(older, { count: 1, bytes })
  }

  #decide({ record, place }: ImportedLine): void {
    this.droppedCount++
    const { producerId, control } = place
    const open = this.#open.get(record.partition)
    const transaction = open?.get(producerId)
    if (control !== 'COMMIT' && control !== 'ABORT') return
    open?.delete(producerId)
    if (control === 'COMMIT' || transaction === undefined) return
    this.#abort(record.partition, { producerId, lastOffset: place.offset! }, transaction)
  }

  #abort(
    partition: number,
    range: Pick<AbortedRange, 'producerId' | 'lastOffset'>,
    { firstOffset, all, older }: OpenTransaction,
  ): void {
    const ranges = this.#aborted.get(partition) ?? []
    ranges.push({ ...range, firstOffset })
    this.#aborted.set(partition, ranges)
    this.droppedCount += all.count
    const share = this.#shareOf(this.#options.partition ?? partition)
    subtract(share.all, all)
    subtract(share.older, older)
  }
}

function noLines(): Pick<LineShare, 'all' | 'older'> {
  return { all: { count: 0, bytes: 0 }, older: { count: 0, bytes: 0 } }
}

function add(tally: LineTally, { count, bytes }: Readonly<LineTally>): void {
  tally.count += count
  tally.bytes += bytes
}

function subtract(tally: LineTally, { count, bytes }: Readonly<LineTally>): void {
  tally.count -= count
  tally.bytes -= bytes
}

function checkAscending(line: ImportedLine, share: LineShare): void {
  const offset = line.place.offset!
  if (offset > share.lastOffset) return
  throw line.refused({
    reason: 'offsets have to ascend',
    found: `offset ${offset}`,
    expected: `more than ${share.lastOffset}`,
  })
}

/** What no log has: a transaction of nobody, and a marker that its readers take for something else. */
function checkBatch(line: ImportedLine, keepMarkers: boolean): void {
  const { record, place } = line
  const { isTransactional, producerId, control } = place
  if (isTransactional && producerId < 0n) {
    const reason = 'the record is of a transaction, and says no producer'
    throw line.refused({ reason, found: 'no producerId', expected: 'one' })
  }
  if (control === '' || !keepMarkers) return
  const found = controlTypeOf(record.key, record.value)
  if (found === control) return
  const reason = 'key and value are not those of the control record'
  throw line.refused({ reason, found, expected: control })
}
