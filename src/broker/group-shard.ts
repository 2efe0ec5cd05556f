/**
 * A partition of `__consumer_offsets` and its coordinator: what the coordinator decides is appended, and counts then.
 *
 * Source: org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime, CoordinatorLoaderImpl
 */
import { CorruptDataError, DiskError, RefusedError } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { isUnknown } from '../coordinator/coordinator-record.ts'
import {
  consumerOffsetsSerde,
  decodeGroupRecord,
  type GroupRecord,
} from '../coordinator/consumer-offsets-records.ts'
import type { Coordinated } from '../coordinator/coordinated.ts'
import { GroupCoordinator, type GroupCoordinatorOptions } from '../coordinator/group-coordinator.ts'
import { BatchScanner } from '../log/batch-scanner.ts'
import { decodeEndMarker } from '../log/end-marker.ts'
import type { ErrorName } from '../protocol/error-codes.ts'
import type { BatchV2 } from '../record/batch-v2.ts'
import { keyOf, valueOf } from '../record/record-cursor.ts'
import { BatchBuilder } from '../record/batch-builder.ts'
import { eachRecord } from '../record/records.ts'
import type { LogSegment } from '../log/log-segment.ts'
import type { LogClock } from '../log/active-segments.ts'
import type { Partition } from './partition.ts'

export interface GroupShardOptions extends GroupCoordinatorOptions {
  readonly clock: LogClock
  /** Told when something else may have become the next that is due. */
  readonly onChange: () => void
}

/** Read at once, before others get their turn. */
const SLICE_BYTES = 1_048_576

export class GroupShard {
  readonly partition: Partition
  readonly coordinator: GroupCoordinator
  readonly #options: GroupShardOptions
  #isLoaded = false
  #loading: Promise<void> | undefined
  /** What answers have to wait for, while they are given. */
  #durable: Promise<unknown> | undefined

  constructor(partition: Partition, options: GroupShardOptions) {
    this.partition = partition
    this.#options = options
    this.coordinator = new GroupCoordinator(options)
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** @throws DiskError, CorruptDataError */
  load(): Promise<void> {
    return (this.#loading ??= this.#load())
  }

  /** Appends what was decided, and lets it count. */
  run({ records, done, failed }: Coordinated): void {
    const error = this.#append(records)
    if (error === undefined) done()
    else failed(error)
    this.#durable = undefined
    if (records.length > 0 || error !== undefined) this.#options.onChange()
  }

  /** An answer that is given while something counts, or later: not before the disk has it, where that is asked for. */
  reply<T>(): { readonly answer: Promise<T>; readonly reply: (outcome: T) => void } {
    let resolve: (outcome: T | Promise<T>) => void
    const answer = new Promise<T>(settle => (resolve = settle))
    const reply = (outcome: T) => {
      const durable = this.#durable
      resolve(durable === undefined ? outcome : durable.then(() => outcome))
    }
    return { answer, reply }
  }

  #append(records: readonly GroupRecord[]): ErrorName | undefined {
    if (records.length === 0) return undefined
    const builder = new BatchBuilder({})
    const timestamp = BigInt(this.#options.clock.nowMs())
    for (const record of records) {
      builder.add({ timestamp, ...consumerOffsetsSerde.encode(record), headers: [] })
    }
    try {
      const appended = this.partition.append(builder.build(), 'coordinator')
      if (appended instanceof Promise) this.#durable = appended
      return undefined
    } catch (error) {
      if (error instanceof DiskError) return 'NOT_COORDINATOR'
      if (error instanceof RefusedError) return ERRORS[error.code] ?? 'UNKNOWN_SERVER_ERROR'
      throw error
    }
  }

  async #load(): Promise<void> {
    const { log } = this.partition
    const replay = new ShardReplay(this.coordinator, () => this.#options.clock.nowMs())
    for (const segment of log.segments) {
      let position = 0
      while (position < segment.size) {
        position = replaySlice(segment, position, replay)
        await turn()
      }
    }
    this.coordinator.loaded(this.#options.clock.nowMs())
    this.#isLoaded = true
    this.#options.onChange()
  }
}

const ERRORS: Readonly<Partial<Record<string, ErrorName>>> = {
  MESSAGE_TOO_LARGE: 'INVALID_COMMIT_OFFSET_SIZE',
  RECORD_LIST_TOO_LARGE: 'INVALID_COMMIT_OFFSET_SIZE',
}

/** @returns where the next one begins */
function replaySlice(segment: LogSegment, from: number, replay: ShardReplay): number {
  const scanner = new BatchScanner(segment.log, { from, end: segment.size })
  let position = from
  while (position < from + SLICE_BYTES) {
    const batch = scanner.next()
    if (batch === undefined) break
    position = scanner.position + batch.size
    replay.take(scanner.body() as BatchV2)
  }
  if (scanner.damage !== undefined) throw scanner.damage
  return position
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** Records of a transaction count when it is committed. */
class ShardReplay {
  readonly #coordinator: GroupCoordinator
  readonly #nowMs: () => number
  readonly #pending = new Map<bigint, GroupRecord[]>()

  constructor(coordinator: GroupCoordinator, nowMs: () => number) {
    this.#coordinator = coordinator
    this.#nowMs = nowMs
  }

  take(batch: BatchV2): void {
    if (batch.isControl) return this.#end(batch)
    const records: GroupRecord[] = []
    for (const record of eachRecord(batch, DEFAULT_DECODE_LIMITS)) {
      const [key, value] = [keyOf(record), valueOf(record)]
      const decoded = key === null ? undefined : known(key, value && Buffer.from(value))
      if (decoded !== undefined) records.push(decoded)
    }
    if (batch.isTransactional) {
      const before = this.#pending.get(batch.producerId) ?? []
      this.#pending.set(batch.producerId, [...before, ...records])
    } else this.#replay(records)
  }

  #end(batch: BatchV2): void {
    const marker = decodeEndMarker(batch)
    const records = this.#pending.get(batch.producerId) ?? []
    this.#pending.delete(batch.producerId)
    if (marker?.isAborted === false) this.#replay(records)
  }

  #replay(records: readonly GroupRecord[]): void {
    for (const record of records) this.#coordinator.replay(record, this.#nowMs())
  }
}

/** A later Kafka's say nothing that this coordinator could go by. */
function known(key: Buffer, value: Buffer | null): GroupRecord | undefined {
  try {
    const record = decodeGroupRecord(key, value)
    return isUnknown(record) ? undefined : record
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined
    throw error
  }
}
