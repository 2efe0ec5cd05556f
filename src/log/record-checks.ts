/**
 * What a leader asks of each record of a batch: a key where the topic is compacted, a timestamp within bounds. One bad
 * record refuses its batch, and all bad ones are told.
 *
 * Source: org.apache.kafka.storage.internals.log.LogValidator#validateRecord
 */
import { RefusedError, type RecordRefusal } from '../base/errors.ts'
import type { BatchV2 } from '../record/batch-v2.ts'
import type { LegacyMessage } from '../record/legacy-message.ts'
import type { RecordCursor } from '../record/record-cursor.ts'
import type { LogConfig } from './log-config.ts'
import type { AppendOrigin } from './producer-state.ts'

export type LogBatch = BatchV2 | LegacyMessage

export interface AppendContext {
  /** `topic-partition`, for messages. */
  readonly name: string
  readonly origin: AppendOrigin
  readonly config: LogConfig
  readonly leaderEpoch: number
  /** The first record's offset, where offsets are assigned. */
  readonly nextOffset: bigint
  readonly nowMs: number
}

export interface RecordWalk {
  readonly maxTimestamp: bigint
  /** Whether offsets run 0, 1, 2 …, which some old clients get wrong. */
  readonly areInOrder: boolean
}

/** The rules that hold for each record; works with numbers where they are exact. */
export class RecordChecks implements RecordWalk {
  areInOrder = true
  readonly #batch: LogBatch
  readonly #context: AppendContext
  readonly #refusals: RecordRefusal[] = []
  readonly #earliest: number
  readonly #latest: number
  #hasBadTimestamp = false
  #index = 0
  #greatest = -1
  #greatestWide: bigint | undefined

  constructor(batch: LogBatch, context: AppendContext) {
    const { config, nowMs } = context
    this.#batch = batch
    this.#context = context
    this.#earliest = nowMs - config.timestampBeforeMaxMs
    this.#latest = nowMs + config.timestampAfterMaxMs
  }

  get maxTimestamp(): bigint {
    return this.#greatestWide ?? BigInt(this.#greatest)
  }

  take(record: RecordCursor): void {
    const { config, name } = this.#context
    if (config.isCompacted && record.keySize < 0 && !this.#batch.isControl) {
      this.#refuse(`Compacted topic cannot accept message without key in topic partition ${name}`)
    } else {
      this.#checkTimestamp(record)
    }
    if (record.offsetNumber !== this.#index) this.areInOrder = false
    this.#index++
  }

  finish(): void {
    if (this.#refusals.length === 0) return
    if (this.#hasBadTimestamp) {
      const text = 'One or more records have been rejected due to invalid timestamp'
      throw new RefusedError('INVALID_TIMESTAMP', text, this.#refusals)
    }
    const shown = this.#refusals.slice(0, 3).map(({ index, message }) => {
      return `RecordError(batchIndex=${index}, message='${message}')`
    })
    throw new RefusedError(
      'INVALID_RECORD',
      `One or more records have been rejected due to ${this.#refusals.length} record errors in ` +
        `total, and only showing the first three errors at most: [${shown.join(', ')}]`,
      this.#refusals,
    )
  }

  #checkTimestamp(record: RecordCursor): void {
    const timestamp = record.timestampNumber
    if (Number.isNaN(timestamp)) {
      const wide = record.timestamp
      if (wide > this.maxTimestamp) this.#greatestWide = wide
      return this.#checkBounds(Number(wide), record)
    }
    if (timestamp > this.#greatest) this.#greatest = timestamp
    this.#checkBounds(timestamp, record)
  }

  #checkBounds(timestamp: number, record: RecordCursor): void {
    if (this.#context.config.timestampType === 'create' && timestamp !== -1) {
      if (timestamp >= this.#earliest && timestamp <= this.#latest) return
      this.#hasBadTimestamp = true
      this.#refuse(
        `Timestamp ${record.timestamp} of message with offset ${record.offset} is out of range. ` +
          `The timestamp should be within [${this.#earliest}, ${this.#latest}]`,
      )
    } else if (this.#batch.timestampType === 'append') {
      this.#hasBadTimestamp = true
      this.#refuse(
        `Invalid timestamp type in message. Producer should not set timestamp type to ` +
          `LogAppendTime.`,
      )
    }
  }

  #refuse(message: string): void {
    this.#refusals.push({ index: this.#index, message })
  }
}
