/**
 * Moves records from an input into batches, at the pace of the slower of the two.
 *
 * When a batch that isn't full goes out is decided here. Reading never blocks, so it can be told whether input keeps
 * coming: as long as it does, batches fill; as soon as it pauses, what has come goes out. So a full pipe makes full
 * batches over any number of partitions, and somebody who types sees each line written.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CorruptDataError, LimitError } from '../base/errors.ts'
import type { Accumulator } from '../client/accumulator.ts'
import { ANY_PARTITION, OutgoingRecord } from '../client/outgoing-record.ts'
import type { RecordProblem, TopicRules } from '../client/topic-rules.ts'
import { InputWindow } from './produce-input/input-window.ts'
import type { Pacer } from './produce-input/pacer.ts'
import { RECORD_SIZE_MAX_FLAG, type RecordReader } from './produce-input/record-reader.ts'
import type { RecordSource } from './produce-input/record-source.ts'

/** A timestamp that no record has. */
const NOT_SAID = NaN

/** A timer for longer than that would go off at once. */
const TIMER_MS_MAX = 2 ** 31 - 1
/** So soon it has to be seen that it is to stop. */
const SLEEP_MS_MAX = 100

export interface PumpOptions {
  readonly partitionCount: number
  /** For all records, whatever the input says. */
  readonly partition: number | undefined
  readonly keepPartitions: boolean
  readonly keepTimestamps: boolean
  /** How long a record waits for its batch to fill, at most. */
  readonly lingerMs: number
  /** How long the input may pause before everything that waits goes out. */
  readonly pauseMs: number
  /** Of the topic, where they are known. */
  readonly rules: TopicRules | undefined
  /** Bytes of a record. */
  readonly sizeMax: number
  /** Records, 1 at least; Infinity for all. */
  readonly countMax: number
  readonly pacer: Pacer | undefined
  readonly tee: Tee | undefined
  readonly clock: PumpClock
}

export interface PumpClock {
  /** Since 1970: what records carry. */
  readonly nowMs: () => number
  /** From anywhere, never back. */
  readonly elapsedMs: () => number
}

export interface Tee {
  bytes(bytes: Buffer): void
  flush(): void
}

export class ProducePump {
  readonly #accumulator: Accumulator
  readonly #options: PumpOptions
  readonly #record = new OutgoingRecord()

  #window: InputWindow | undefined
  #isStopped = false
  /** Records that are still wanted. */
  #left: number

  constructor(accumulator: Accumulator, options: PumpOptions) {
    this.#accumulator = accumulator
    this.#options = options
    this.#left = options.countMax
    accumulator.onFailure = () => this.stop()
  }

  /**
   * No more input is read; a line that was begun is none. The sink's failure does the same, and is thrown by whoever
   * asks the accumulator next.
   */
  stop(): void {
    this.#isStopped = true
    this.#window?.close()
  }

  /**
   * Ends when the input has. The records before an error have been added.
   *
   * @throws CorruptDataError, LimitError about the input's bytes; DiskError where it can't be read; what the sink throws
   */
  async run(source: RecordSource): Promise<void> {
    if (this.#isStopped) return
    const { clock, lingerMs } = this.#options
    const window = new InputWindow(await source.open(), source.name)
    const reader = source.createReader()
    this.#window = window
    try {
      while (!window.isEnded) {
        await this.#sendingMeanwhile(window.fill())
        if (this.isStopped) return
        await this.#takeAll(window, reader)
        this.#accumulator.sendBegunBy(clock.elapsedMs() - lingerMs)
      }
    } finally {
      window.close()
    }
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** All records that are in the window. */
  async #takeAll(window: InputWindow, reader: RecordReader): Promise<void> {
    const { clock, pacer, tee } = this.#options
    const accumulator = this.#accumulator
    const record = this.#record
    let [nowMs, elapsedMs] = [clock.nowMs(), clock.elapsedMs()]
    for (;;) {
      const { start } = window
      record.partition = ANY_PARTITION
      record.timestamp = NOT_SAID
      const isRecord = reader.next(window, record)
      if (isRecord && pacer !== undefined) {
        await this.#pace(pacer)
        if (this.isStopped) return
        nowMs = clock.nowMs()
        elapsedMs = clock.elapsedMs()
      }
      if (isRecord) {
        this.#complete(record, nowMs)
        this.#check(record, { reader, window, nowMs })
        accumulator.add(record, elapsedMs)
      }
      if (tee !== undefined && window.start > start) {
        tee.bytes(window.bytes.subarray(start, window.start))
      }
      if (!isRecord) return
      if (--this.#left === 0) return this.stop()
      if (!accumulator.hasRoom) await accumulator.room()
    }
  }

  #complete(record: OutgoingRecord, nowMs: number): void {
    const { partition, keepPartitions, keepTimestamps } = this.#options
    if (partition !== undefined) record.partition = partition
    else if (!keepPartitions) record.partition = ANY_PARTITION
    const isSaid = record.timestamp === record.timestamp
    if (!isSaid || !keepTimestamps) record.timestamp = nowMs
  }

  #check(record: OutgoingRecord, { reader, window, nowMs }: Origin): void {
    const { partitionCount, sizeMax, rules } = this.#options
    if (record.dataSize > sizeMax) {
      throw new LimitError({
        what: `${window.name}, ${reader.place}: the record`,
        needed: `${record.dataSize} bytes`,
        allowed: `${sizeMax} bytes`,
        flag: RECORD_SIZE_MAX_FLAG,
      })
    }
    const problem =
      record.partition >= partitionCount
        ? noSuchPartition(record.partition, partitionCount)
        : rules?.problemOf(record, nowMs)
    if (problem === undefined) return
    const { place, position } = reader
    const reason = `${place}: ${problem.reason}`
    throw new CorruptDataError({ ...problem, file: window.name, position, reason })
  }

  async #pace(pacer: Pacer): Promise<void> {
    const { elapsedMs } = this.#options.clock
    while (!this.#isStopped) {
      const delay = pacer.delayMs(elapsedMs())
      if (delay <= 0) break
      await this.#sendingMeanwhile(sleep(Math.min(delay, SLEEP_MS_MAX)))
    }
    pacer.pass(elapsedMs())
  }

  /** While that is awaited, sends what has waited long enough. */
  async #sendingMeanwhile(awaited: Promise<void>): Promise<void> {
    const { clock, lingerMs, pauseMs, tee } = this.#options
    const accumulator = this.#accumulator
    const sinceMs = clock.elapsedMs()
    let timer: NodeJS.Timeout | undefined
    const watch = () => {
      const nowMs = clock.elapsedMs()
      const isPause = nowMs - sinceMs >= pauseMs
      if (isPause) tee?.flush()
      accumulator.sendBegunBy(isPause ? Infinity : nowMs - lingerMs)
      const { oldestMs } = accumulator
      if (isPause && oldestMs === undefined) return
      const dueMs = Math.min(sinceMs + pauseMs, (oldestMs ?? Infinity) + lingerMs)
      watchIn(dueMs - nowMs)
    }
    const watchIn = (ms: number) => {
      timer = setTimeout(watch, Math.min(Math.max(1, ms), TIMER_MS_MAX))
    }
    watchIn(Math.min(pauseMs, lingerMs))
    try {
      await awaited
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Where a record comes from, and when. */
interface Origin {
  readonly reader: RecordReader
  readonly window: InputWindow
  readonly nowMs: number
}

function noSuchPartition(partition: number, count: number): RecordProblem {
  return {
    reason: 'there is no such partition',
    found: `partition ${partition}`,
    expected: count === 1 ? '0' : `0 to ${count - 1}`,
  }
}
