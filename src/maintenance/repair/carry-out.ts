/**
 * Carries out the cure of one partition. The log goes from one state that brokers take to the next, segment by segment;
 * what is derived of it follows each. Interrupted anywhere, the next run finds less to do.
 */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { LEADER_EPOCH_CHECKPOINT, segmentFileName } from '../../log/file-names.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import { type Backup, REPAIR_NOTE } from './backup.ts'
import { type CureReport, CureTotals } from './cure-report.ts'
import {
  type Cure,
  type CuredPartition,
  type CureEnvironment,
  PartitionCure,
} from './partition-cure.ts'
import { repairNote } from './repair-note.ts'
import { IN_ORDER, type SegmentOrder } from './segment-group.ts'
import type { SegmentOutcome } from './segment-outcome.ts'
import { swapSegment } from './swap-segment.ts'
import type { WorkedOut } from './worked-out.ts'

export interface CarryOutOptions {
  readonly cure: Cure
  readonly backup: Backup
  /** Of the log as it would be salvaged. */
  readonly logEnd: bigint
  /** From which segment on an earlier repair may have changed the log, and no more. */
  readonly changedFrom: bigint | undefined
  readonly order: SegmentOrder
  readonly workedOut: WorkedOut | undefined
}

export function carryOut(
  partition: CuredPartition,
  options: CarryOutOptions,
  environment: CureEnvironment,
): CureReport {
  return new CarryingOut(partition, options, environment).run()
}

const INT64_END = 1n << 63n

class CarryingOut {
  readonly #partition: CuredPartition
  readonly #options: CarryOutOptions
  readonly #environment: CureEnvironment
  readonly #disk: Disk
  readonly #workedOut: WorkedOut | undefined
  readonly #cure: PartitionCure
  readonly #totals: CureTotals
  /** From where on files may be other than before. */
  #changedFrom: bigint | undefined

  constructor(partition: CuredPartition, options: CarryOutOptions, environment: CureEnvironment) {
    this.#partition = partition
    this.#totals = new CureTotals(partition, options.cure === 'salvage' ? options.order : IN_ORDER)
    this.#options = options
    this.#environment = environment
    this.#disk = environment.disk
    this.#changedFrom = options.changedFrom
    const isKnown = options.cure === 'salvage' && options.changedFrom === undefined
    this.#workedOut = isKnown ? options.workedOut : undefined
    this.#cure = this.#workedOut?.cure ?? new PartitionCure(partition, environment, options)
  }

  run(): CureReport {
    if (this.#options.cure === 'salvage') {
      this.#salvage()
    } else {
      this.#cut()
    }
    if (this.#changedFrom !== undefined) this.#settleEnd(this.#changedFrom)
    const cure = this.#cure
    const report = this.#totals.report(cure.endOffset, cure.openTransactions())
    if (this.#changedFrom !== undefined) this.#note(report, true)
    return report
  }

  /** Of a segment that hands batches on to the next, that one is written first. */
  #salvage(): void {
    let waiting: SegmentOutcome[] = []
    for (const outcome of this.#workedOut?.outcomes ?? this.#cure.salvage()) {
      this.#totals.add(outcome)
      waiting.unshift(outcome)
      if (outcome.change === 'rewritten') this.#changesFrom(outcome)
      if (outcome.handsOn) continue
      for (const each of waiting) this.#settle(each)
      waiting = []
    }
    for (const each of waiting) this.#settle(each)
  }

  /** What lies behind the cut goes first, from the last on: so no interruption leaves a gap. */
  #cut(): void {
    const changed: SegmentOutcome[] = []
    const dropped: SegmentOutcome[] = []
    for (const outcome of this.#cure.likeKafka(this.#options.logEnd)) {
      if (outcome.change === 'dropped') dropped.push(outcome)
      else if (outcome.change === 'rewritten') changed.push(outcome)
      else this.#settle(outcome)
      this.#totals.add(outcome)
    }
    for (const outcome of changed) this.#changesFrom(outcome)
    if (changed.length > 0) this.#noteSoFar()
    for (const { segment } of dropped.reverse()) this.#moveAway(segment.baseOffset)
    for (const outcome of changed) this.#swap(outcome)
  }

  #settle(outcome: SegmentOutcome): void {
    if (outcome.change === 'rewritten') {
      this.#noteSoFar()
      this.#swap(outcome)
    } else if (outcome.segment.baseOffset >= (this.#changedFrom ?? INT64_END)) {
      this.#replaceIndexes(outcome)
      this.#replaceSnapshot(outcome.nextOffset)
    }
  }

  #swap(outcome: SegmentOutcome): void {
    this.#changesFrom(outcome)
    const { backup } = this.#options
    swapSegment(this.#disk, this.#partition.path, { outcome, backup })
    for (const { nextOffset } of outcome.logs) this.#replaceSnapshot(nextOffset)
  }

  #changesFrom({ segment: { baseOffset } }: SegmentOutcome): void {
    if (baseOffset < (this.#changedFrom ?? baseOffset + 1n)) this.#changedFrom = baseOffset
  }

  #moveAway(baseOffset: bigint): void {
    const { path } = this.#partition
    for (const kind of ['index', 'timeindex', 'txnindex', 'snapshot', 'log'] as const) {
      const file = join(path, segmentFileName(kind, baseOffset))
      if (this.#disk.status(file) !== undefined) this.#options.backup.move(file)
    }
    this.#disk.syncDirectory(path)
  }

  /** Of one that is kept as it is. */
  #replaceIndexes({ segment: { baseOffset, txnIndex }, logs }: SegmentOutcome): void {
    const { offsets, times, aborted } = logs[0]!.indexes
    this.#replace(segmentFileName('index', baseOffset), offsets)
    this.#replace(segmentFileName('timeindex', baseOffset), times)
    if (txnIndex === undefined && aborted.length === 0) return
    this.#replace(segmentFileName('txnindex', baseOffset), aborted)
  }

  /** As the recovery of the segment that ends there would leave it. */
  #replaceSnapshot(offset: bigint): void {
    const name = segmentFileName('snapshot', offset)
    const bytes = this.#learnt(name)
    if (bytes !== undefined) this.#replace(name, bytes)
  }

  #settleEnd(changedFrom: bigint): void {
    const { path, logStartOffset } = this.#partition
    const { backup } = this.#options
    const { endOffset } = this.#cure
    const { segments, snapshots } = readPartitionDirectory(this.#disk, path)
    const bases = new Set(segments.map(({ baseOffset }) => baseOffset))
    for (const { offset, file } of snapshots) {
      const isKept = offset <= changedFrom || offset === endOffset || bases.has(offset)
      if (!isKept || offset <= logStartOffset) backup.move(file.path)
    }
    const kept = new Set(snapshots.map(({ offset }) => offset))
    for (const base of bases) {
      if (base > changedFrom || !kept.has(base)) this.#replaceSnapshot(base)
    }
    const epochs = this.#learnt(LEADER_EPOCH_CHECKPOINT)
    if (epochs !== undefined) this.#replace(LEADER_EPOCH_CHECKPOINT, epochs)
    this.#disk.syncDirectory(path)
  }

  #learnt(name: string): Buffer | undefined {
    const path = join(this.#partition.path, name)
    const { learnt } = this.#cure
    return learnt.status(path) === undefined ? undefined : learnt.readWhole(path)
  }

  #replace(name: string, bytes: Buffer): void {
    const path = join(this.#partition.path, name)
    if (this.#disk.status(path) !== undefined) {
      if (this.#disk.readWhole(path).equals(bytes)) return
      if (!this.#isKept(name)) this.#options.backup.keep(path)
    }
    replaceFile(this.#disk, path, bytes)
  }

  #isKept(name: string): boolean {
    return this.#disk.status(join(this.#options.backup.path, name)) !== undefined
  }

  /** Before anything is changed: nobody has to guess later. */
  #noteSoFar(): void {
    const { endOffset } = this.#cure
    this.#note(this.#totals.report(endOffset, []), false)
  }

  #note(report: CureReport, isFinished: boolean): void {
    const { cure, backup } = this.#options
    const { topic, partition, path } = this.#partition
    const { nowMs } = this.#environment
    const progress = { isFinished, changedFrom: this.#changedFrom! }
    const about = { topic, partition, path, cure, nowMs, ...progress }
    backup.write(REPAIR_NOTE, repairNote(about, report))
  }
}
