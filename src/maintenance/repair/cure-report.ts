/** What a cure keeps and loses of a partition, in figures. */
import { segmentFileName } from '../../log/file-names.ts'
import { lostOffsets, type LostRange, type MendedBatch, type OffsetRange } from './loss.ts'
import type { CuredPartition } from './partition-cure.ts'
import type { SegmentOrder } from './segment-group.ts'
import type { MendedLog, SegmentOutcome } from './segment-outcome.ts'

export interface CureReport {
  readonly records: number
  readonly batches: number
  readonly bytes: number
  /** Of the logs before. */
  readonly bytesBefore: number
  readonly lostOffsets: bigint
  /** Batches that are left out although they can be read. */
  readonly lostRecords: number
  readonly lost: readonly LostRange[]
  readonly mended: readonly MendedBatch[]
  /** Batches that are put where they belong. */
  readonly moved: readonly MovedBatch[]
  readonly rewritten: readonly string[]
  readonly dropped: readonly string[]
  /** Logs whose batches are put in order together with those of the log before them. */
  readonly joined: readonly string[]
  /** Offsets between two files that no file holds, without any damage. */
  readonly absent: readonly OffsetRange[]
  /** As far as anybody knows: then offsets may be absent. */
  readonly isCompacted: boolean
  readonly endOffset: bigint
  readonly openTransactions: readonly OpenTransaction[]
  /** Bytes of a write at the end that a crash cut off. */
  readonly unfinishedBytes: number
}

/** From there. */
export interface MovedBatch extends OffsetRange {
  readonly file: string
  readonly position: number
}

export interface OpenTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

/** Whether the log itself is to be changed. */
export function isDamaged({ rewritten, dropped }: CureReport): boolean {
  return rewritten.length + dropped.length > 0
}

function nameOf({ baseOffset }: MendedLog): string {
  return segmentFileName('log', baseOffset)
}

export class CureTotals {
  #records = 0
  #batches = 0
  #bytes = 0
  #bytesBefore = 0
  #unfinishedBytes = 0
  readonly #lost: LostRange[] = []
  readonly #mended: MendedBatch[] = []
  readonly #rewritten: string[] = []
  readonly #dropped: string[] = []
  readonly #joined: string[] = []
  readonly #absent: OffsetRange[] = []
  readonly #isCompacted: boolean
  readonly #moved: readonly MovedBatch[]
  #nextOffset: bigint | undefined

  constructor(
    { isCompacted }: Pick<CuredPartition, 'isCompacted'>,
    { displaced }: Pick<SegmentOrder, 'displaced'>,
  ) {
    this.#isCompacted = isCompacted
    this.#moved = displaced.map(({ path: file, position, firstOffset, lastOffset }) => {
      return { file, position, firstOffset, lastOffset }
    })
  }

  add(outcome: SegmentOutcome): void {
    const { segment, joined, change, nextOffset } = outcome
    const { baseOffset } = segment
    const firstOffset = this.#nextOffset ?? baseOffset
    const isAbsent = firstOffset < baseOffset && change !== 'dropped'
    if (isAbsent) this.#absent.push({ firstOffset, lastOffset: baseOffset - 1n })
    this.#absent.push(...outcome.absent)
    this.#nextOffset = nextOffset
    this.#records += outcome.records
    this.#batches += outcome.batches
    for (const { size } of outcome.logs) this.#bytes += size
    for (const { log } of [segment, ...joined]) this.#bytesBefore += log.size
    for (const { log } of joined) this.#joined.push(log.name)
    this.#unfinishedBytes += outcome.unfinishedBytes
    for (const range of outcome.lost) this.#lost.push(range)
    for (const batch of outcome.mended) this.#mended.push(batch)
    if (change === 'rewritten') this.#rewritten.push(...outcome.logs.map(nameOf))
    if (change === 'dropped') this.#dropped.push(segment.log.name)
  }

  get lost(): readonly LostRange[] {
    return this.#lost
  }

  get mended(): readonly MendedBatch[] {
    return this.#mended
  }

  report(endOffset: bigint, openTransactions: readonly OpenTransaction[]): CureReport {
    const places = this.#lost.flatMap(range => range.places)
    return {
      records: this.#records,
      batches: this.#batches,
      bytes: this.#bytes,
      bytesBefore: this.#bytesBefore,
      lostOffsets: this.#lost.reduce((sum, range) => sum + lostOffsets(range), 0n),
      lostRecords: places.reduce((sum, { records = 0 }) => sum + records, 0),
      lost: this.#lost,
      mended: this.#mended,
      moved: this.#moved,
      rewritten: this.#rewritten,
      dropped: this.#dropped,
      joined: this.#joined,
      absent: this.#absent,
      isCompacted: this.#isCompacted,
      endOffset,
      openTransactions,
      unfinishedBytes: this.#unfinishedBytes,
    }
  }
}
