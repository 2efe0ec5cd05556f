/**
 * A first look at all lines of an import: what goes into which partition, which transactions were aborted or never
 * decided, and whether every record can be taken at all.
 */
import { INT64_MAX } from '../binary/big-endian.ts'
import type { TopicRules } from '../client/topic-rules.ts'
import { AbortedRanges, type AbortedRange } from '../inspect/search/aborted-ranges.ts'
import { NO_PRODUCER_ID } from '../record/batch.ts'
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

/** Of a transaction that is not decided yet, or of all that is to be written to a partition. */
export interface LineGroup {
  readonly all: LineTally
  /** Than what the topic keeps. */
  readonly older: LineTally
  /** Undefined where the lines don't tell. */
  firstOffset: bigint | undefined
  lastOffset: bigint
}

/** Of one partition of the topic, what is to be written. */
export interface LineShare extends LineGroup {
  /** Of all lines, those that are left out among them; −1 before the first. */
  lastRead: bigint
  leaderEpoch: number
}

export class LineScan {
  /** By partition. */
  readonly shares = new Map<number, LineShare>()
  /** Of what keeps its producers. */
  highestProducerId = NO_PRODUCER_ID
  /** Records and markers that are left out. */
  droppedCount = 0
  readonly #options: LineScanOptions
  readonly #aborted = new Map<number, AbortedRange[]>()
  /** The same, once they are asked for. */
  readonly #covered = new Map<number, AbortedRanges>()
  readonly #open = new Map<number, Map<bigint, LineGroup>>()
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
    if (place.offset !== undefined) share.lastRead = place.offset
    if (place.leaderEpoch > share.leaderEpoch) share.leaderEpoch = place.leaderEpoch
    if (!keepMarkers && place.control !== '') return this.#decide(line)
    if (keepMarkers) {
      this.#follow(line)
      if (place.producerId > this.highestProducerId) this.highestProducerId = place.producerId
    }
    const isUndecided = !keepMarkers && place.isTransactional
    this.#count(isUndecided ? this.#transactionOf(line) : share, line)
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
      share = { ...noLines(), lastRead: -1n, leaderEpoch: -1 }
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

  #transactionOf({ record, place }: ImportedLine): LineGroup {
    const open = this.#open.get(record.partition) ?? new Map<bigint, LineGroup>()
    this.#open.set(record.partition, open)
    const transaction = open.get(place.producerId) ?? noLines()
    open.set(place.producerId, transaction)
    return transaction
  }

  #count(group: LineGroup, { record, place }: ImportedLine): void {
    const { timestamp, dataSize: bytes } = record
    add(group.all, { count: 1, bytes })
    const isOlder = timestamp >= 0 && timestamp < this.#options.oldestKeptMs
    if (isOlder) add(group.older, { count: 1, bytes })
    if (place.offset === undefined) return
    group.firstOffset ??= place.offset
    group.lastOffset = place.offset
  }

  #decide({ record, place }: ImportedLine): void {
    this.droppedCount++
    const { producerId, control } = place
    if (control !== 'COMMIT' && control !== 'ABORT') return
    const { partition } = record
    const open = this.#open.get(partition)
    const transaction = open?.get(producerId)
    if (transaction === undefined) return
    open?.delete(producerId)
    if (control === 'COMMIT') take(this.#shareOf(this.#options.partition ?? partition), transaction)
    else this.#abort(partition, { producerId, lastOffset: place.offset! }, transaction)
  }

  #abort(
    partition: number,
    range: Pick<AbortedRange, 'producerId' | 'lastOffset'>,
    { firstOffset, all }: LineGroup,
  ): void {
    const ranges = this.#aborted.get(partition) ?? []
    ranges.push({ ...range, firstOffset: firstOffset! })
    this.#aborted.set(partition, ranges)
    this.droppedCount += all.count
  }
}

function noLines(): LineGroup {
  return {
    all: { count: 0, bytes: 0 },
    older: { count: 0, bytes: 0 },
    firstOffset: undefined,
    lastOffset: -1n,
  }
}

function add(tally: LineTally, { count, bytes }: Readonly<LineTally>): void {
  tally.count += count
  tally.bytes += bytes
}

function take(share: LineShare, { all, older, firstOffset, lastOffset }: LineGroup): void {
  add(share.all, all)
  add(share.older, older)
  if (share.firstOffset === undefined || firstOffset! < share.firstOffset) {
    share.firstOffset = firstOffset
  }
  if (lastOffset > share.lastOffset) share.lastOffset = lastOffset
}

function checkAscending(line: ImportedLine, share: LineShare): void {
  const offset = line.place.offset!
  if (offset > share.lastRead) return
  throw line.refused({
    reason: 'offsets have to ascend',
    found: `offset ${offset}`,
    expected: `more than ${share.lastRead}`,
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
