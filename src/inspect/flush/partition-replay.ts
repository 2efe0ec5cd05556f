/**
 * Replays the batches of one log under some flush policies, by their headers alone: a worker's task, plain data in and
 * out. Damage is told, and the replay goes on in the next segment.
 */
import { CorruptDataError, DiskError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { isTorn, isZeroFrom } from '../../log/open-end.ts'
import type { Segment } from '../../log/segment.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { FlushPolicy } from './flush-policy.ts'
import { FlushSimulation } from './flush-simulation.ts'
import { FiguresObserver, type RiskFigures } from './risk-figures.ts'

export interface ReplayTask {
  readonly segments: readonly Segment[]
  /** Base offset of the segment that may end torn, or in zeros: the last, where the log was not closed. */
  readonly openBaseOffset: bigint | undefined
  readonly policies: readonly FlushPolicy[]
  readonly limits: DecodeLimits
}

export interface PartitionReplay {
  /** One for each policy. */
  readonly figures: readonly RiskFigures[]
  readonly batches: number
  readonly bytes: number
  readonly records: number
  /** Undefined where no batch has a time. */
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  /** Batches whose time lies before that of one before, and those that have none. */
  readonly backwardBatches: number
  readonly timelessBatches: number
  /** What could not be read. */
  readonly problems: readonly string[]
}

export interface ReplayEnvironment {
  readonly disk: Disk
  /** Bytes looked at since the last call. */
  readonly onProgress: (bytes: number) => void
}

export function replayPartition(task: ReplayTask, environment: ReplayEnvironment): PartitionReplay {
  const replay = new Replay(task, environment)
  for (const segment of task.segments) replay.segment(segment)
  return replay.result()
}

/** Batches of this size, on an average, are hopped over; smaller ones come in faster all together. */
const HOPPED_BYTES_MIN = 8 * 1024
const HOP_WINDOW_SIZE = 4 * 1024
const PROGRESS_BYTES = 4 * 1024 * 1024
/** The calendar of JavaScript, and of anybody else, ends there. */
const TIME_MS_MAX = 8_640_000_000_000_000

class Replay {
  readonly #task: ReplayTask
  readonly #environment: ReplayEnvironment
  readonly #simulations: readonly FlushSimulation[]
  readonly #observers: readonly FiguresObserver[]
  readonly #problems: string[] = []
  #batches = 0
  #bytes = 0
  #records = 0
  #firstMs: number | undefined
  #lastMs: number | undefined
  #backwardBatches = 0
  #timelessBatches = 0
  #endOffset: bigint | undefined

  constructor(task: ReplayTask, environment: ReplayEnvironment) {
    this.#task = task
    this.#environment = environment
    this.#observers = task.policies.map(() => new FiguresObserver())
    this.#simulations = task.policies.map(
      (policy, index) => new FlushSimulation(policy, this.#observers[index]!),
    )
  }

  segment(segment: Segment): void {
    try {
      const log = this.#environment.disk.open(segment.log.path)
      try {
        const isHopping = this.#bytes > this.#batches * HOPPED_BYTES_MIN
        const { limits } = this.#task
        const window = isHopping ? { windowSize: HOP_WINDOW_SIZE } : {}
        this.#walk(new BatchScanner(log, { limits, ...window }), segment.baseOffset)
      } finally {
        log.close()
      }
    } catch (error) {
      if (!(error instanceof DiskError) && !(error instanceof CorruptDataError)) throw error
      this.#problems.push(error.message)
    }
  }

  result(): PartitionReplay {
    return {
      figures: this.#observers.map(({ figures }) => figures),
      batches: this.#batches,
      bytes: this.#bytes,
      records: this.#records,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      backwardBatches: this.#backwardBatches,
      timelessBatches: this.#timelessBatches,
      problems: this.#problems,
    }
  }

  #walk(scanner: BatchScanner, baseOffset: bigint): void {
    let told = 0
    let isFirst = true
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      this.#take(batch, isFirst)
      isFirst = false
      if (scanner.position - told < PROGRESS_BYTES) continue
      this.#environment.onProgress(scanner.position - told)
      told = scanner.position
    }
    const { position, end, file, stopped } = scanner
    this.#environment.onProgress(Math.max(0, position - told))
    if (position >= end) return
    const isOpen = baseOffset === this.#task.openBaseOffset
    const tail = { position, stopped, baseOffset }
    if (isOpen && (isZeroFrom(file, position, end) || isTorn(file, tail))) return
    this.#problems.push(
      `${file.path}: bytes ${position} to ${end - 1} were left out: they are no whole batch`,
    )
  }

  /** A legacy wrapper doesn't tell how many records it holds: its offsets do, unless some are gone. */
  #take(batch: BatchV2 | LegacyMessage, isFirstOfSegment: boolean): void {
    const { lastOffset, size: bytes } = batch
    const before = this.#endOffset ?? batch.baseOffset
    const offsets = Math.max(1, Number(lastOffset + 1n - before))
    const records = batch instanceof BatchV2 ? Math.max(0, batch.recordCount) : offsets
    this.#endOffset = lastOffset + 1n
    this.#batches++
    this.#bytes += bytes
    this.#records += records
    const timeMs = this.#timeOf(batch)
    if (timeMs === undefined) return
    const append = { timeMs, bytes, records, offsets }
    for (const simulation of this.#simulations) {
      if (isFirstOfSegment) simulation.roll(timeMs)
      simulation.append(append)
    }
  }

  /** Undefined as long as nothing says when it was. */
  #timeOf(batch: BatchV2 | LegacyMessage): number | undefined {
    const timeMs = Number(batch.maxTimestamp)
    if (timeMs < 0 || timeMs > TIME_MS_MAX) {
      this.#timelessBatches++
      return this.#lastMs
    }
    if (this.#lastMs !== undefined && timeMs < this.#lastMs) {
      this.#backwardBatches++
      return this.#lastMs
    }
    this.#firstMs ??= timeMs
    return (this.#lastMs = timeMs)
  }
}
