/**
 * What a topic's configuration asks of records and batches. A broker looks at it, too, and refuses the whole batch that
 * a bad record is in: who looks at a record before it is sent can tell which one it is, and keeps the others.
 *
 * Source: org.apache.kafka.storage.internals.log.LogValidator
 */
import type { Codec, CodecName } from '../compression/codec.ts'
import { codecNamed } from '../compression/codecs.ts'
import { none } from '../compression/none.ts'
import { BatchBuilder } from '../record/batch-builder.ts'
import { BATCH_OVERHEAD } from '../record/batch-v2.ts'
import type { OutgoingRecord } from './outgoing-record.ts'

/** By the names that logs use. */
export interface TopicConfig {
  readonly maxMessageBytes: number
  readonly segmentBytes: number
  readonly compressionType: CodecName | undefined
  readonly timestampType: 'create' | 'append'
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
  readonly isCompacted: boolean
}

export interface RecordProblem {
  readonly reason: string
  readonly found: string
  readonly expected: string
}

/** Of a record alone in its batch, besides key, value and headers; more than it takes. */
const ENVELOPE_BYTES = BATCH_OVERHEAD + 64
const HEADER_ENVELOPE_BYTES = 10

/** By how much codecs make bytes longer that they can't make shorter; more than any of them does. */
const GROWTH = 1 / 256
const GROWTH_BYTES = 128

export class TopicRules {
  /** A batch of no more bytes before compression is small enough, whatever codecs make of it. */
  readonly plainSizeMax: number
  readonly #config: TopicConfig
  /** Those that a batch passes through on its way into the log. */
  readonly #codecs: ReadonlySet<Codec>
  readonly #sizeMax: number

  /** @param codec of the batches that are sent */
  constructor(config: TopicConfig, codec: Codec) {
    const { maxMessageBytes, segmentBytes, compressionType } = config
    this.#config = config
    this.#codecs = new Set([
      codec,
      compressionType === undefined ? codec : codecNamed(compressionType),
    ])
    this.#sizeMax = Math.min(maxMessageBytes, segmentBytes)
    const isPlain = [...this.#codecs].every(({ id }) => id === none.id)
    const growth = isPlain ? 0 : this.#sizeMax * GROWTH + GROWTH_BYTES
    this.plainSizeMax = Math.max(0, Math.floor(this.#sizeMax - growth))
  }

  /** What keeps the record out of the topic, if anything does. */
  problemOf(record: OutgoingRecord, nowMs: number): RecordProblem | undefined {
    if (this.#config.isCompacted && record.keySize < 0) {
      return {
        reason: 'the topic is compacted (cleanup.policy)',
        found: 'a record without a key',
        expected: 'one with a key',
      }
    }
    return this.#timeProblem(record, nowMs) ?? this.#sizeProblem(record)
  }

  #timeProblem({ timestamp }: OutgoingRecord, nowMs: number): RecordProblem | undefined {
    const { timestampType, timestampBeforeMaxMs, timestampAfterMaxMs } = this.#config
    if (timestampType === 'append') return undefined
    const time = Number(timestamp)
    const [earliest, latest] = [nowMs - timestampBeforeMaxMs, nowMs + timestampAfterMaxMs]
    if (time === -1 || (time >= earliest && time <= latest)) return undefined
    const found = `timestamp ${timestamp}`
    return time < earliest
      ? {
          reason: `older than message.timestamp.before.max.ms=${timestampBeforeMaxMs} allows`,
          found,
          expected: `${earliest} or more`,
        }
      : {
          reason: `newer than message.timestamp.after.max.ms=${timestampAfterMaxMs} allows`,
          found,
          expected: `${latest} or less`,
        }
  }

  #sizeProblem(record: OutgoingRecord): RecordProblem | undefined {
    const envelope = ENVELOPE_BYTES + HEADER_ENVELOPE_BYTES * record.headers.length
    if (record.dataSize + envelope <= this.plainSizeMax) return undefined
    for (const codec of this.#codecs) {
      const size = sizeAlone(record, codec)
      if (size <= this.#sizeMax) continue
      const { maxMessageBytes, segmentBytes } = this.#config
      const name = segmentBytes < maxMessageBytes ? 'segment.bytes' : 'max.message.bytes'
      return {
        reason: `too large for the topic (${name}=${this.#sizeMax})`,
        found: `a record that makes a batch of ${size} bytes` + nameOf(codec),
        expected: `${this.#sizeMax} or less`,
      }
    }
    return undefined
  }
}

function sizeAlone(record: OutgoingRecord, codec: Codec): number {
  const builder = new BatchBuilder({ codec }, record.dataSize)
  builder.tryAdd(record, Infinity)
  return builder.build().length
}

function nameOf({ id, name }: Codec): string {
  return id === none.id ? '' : ` (${name})`
}
