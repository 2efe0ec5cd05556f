/**
 * A dump as JSON lines: `kind` first, then what it is, as in every command. A record's line is the one of `search` and
 * `consume`, and behind it what its batch says of it.
 */
import { assertNever } from '../../base/errors.ts'
import { codecById } from '../../compression/codecs.ts'
import type {
  Batch,
  DumpedFile,
  DumpFailure,
  DumpNote,
  DumpSink,
} from '../../inspect/dump/dump-sink.ts'
import { parsePartitionFolder } from '../../log/file-names.ts'
import type { OffsetPosition } from '../../log/offset-index.ts'
import type { ProducerStateEntry } from '../../log/producer-snapshot.ts'
import type { TimestampOffset } from '../../log/time-index.ts'
import type { AbortedTransaction } from '../../log/transaction-index.ts'
import { dumpControlRecord } from '../../protocol/control-record.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import { keyOf, valueOf, type RecordCursor } from '../../record/record-cursor.ts'
import type { ByteOutput } from '../byte-output.ts'
import { jsonText, membersText, recordMembers, type JsonValue } from '../json-text.ts'
import { unreadableControlText, type DumpOutputs } from './dump-text.ts'
import type { RecordText } from './record-text.ts'

export interface DumpJsonOptions {
  readonly batches: boolean
  /** What the records of an internal topic mean. */
  readonly decoder: RecordText | undefined
}

interface Members {
  readonly [key: string]: JsonValue
}

export class DumpJson implements DumpSink {
  readonly #out: ByteOutput
  readonly #onFailure: () => void
  readonly #onUnreadableControl: (message: string) => void
  readonly #options: DumpJsonOptions
  #path = ''
  #topic: string | null = null
  #partition: number | null = null
  #batchPosition = 0

  constructor(
    { stdout, onFailure, onUnreadableControl }: Omit<DumpOutputs, 'stderr'>,
    options: DumpJsonOptions,
  ) {
    this.#out = stdout
    this.#onFailure = onFailure
    this.#onUnreadableControl = onUnreadableControl
    this.#options = options
  }

  file({ path, kind, baseOffset, epoch }: DumpedFile): void {
    this.#path = path
    const folder = parsePartitionFolder(path.split('/').at(-2) ?? '')
    this.#topic = folder?.topic ?? null
    this.#partition = folder?.partition ?? null
    this.#line('file', { file: path, type: kind, baseOffset, epoch })
  }

  batch(batch: Batch, position: number, isValid: boolean): void {
    this.#batchPosition = position
    if (this.#options.batches) {
      this.#line('batch', { file: this.#path, position, ...batchMembers(batch), isValid })
    }
  }

  record(batch: Batch, record: RecordCursor): void {
    const place = {
      topic: this.#topic,
      partition: this.#partition,
      timestampType: batch.timestampType,
    }
    const members = recordMembers(place, record)
    const own = membersText({ ...this.#ownMembers(batch, record), ...this.#meaning(batch, record) })
    this.#out.line(`{"kind":"record",${members},${own}}`)
  }

  indexEntry({ offset, position }: OffsetPosition): void {
    this.#line('index', { file: this.#path, offset, position })
  }

  timeIndexEntry({ timestamp, offset }: TimestampOffset): void {
    this.#line('timeindex', { file: this.#path, timestamp, offset })
  }

  abortedTransaction(transaction: AbortedTransaction): void {
    this.#line('txnindex', { file: this.#path, ...transaction })
  }

  producer(entry: ProducerStateEntry): void {
    const { hasBatch, producerId, producerEpoch, coordinatorEpoch, timestamp } = entry
    const { firstSequence, lastSequence, lastOffset, offsetDelta, currentTxnFirstOffset } = entry
    this.#line('snapshot', {
      file: this.#path,
      producerId,
      producerEpoch,
      coordinatorEpoch,
      currentTxnFirstOffset: currentTxnFirstOffset < 0n ? null : currentTxnFirstOffset,
      lastTimestamp: timestamp,
      ...(hasBatch && { firstSequence, lastSequence, lastOffset, offsetDelta }),
    })
  }

  leaderEpoch({ epoch, startOffset }: { epoch: number; startOffset: bigint }): void {
    this.#line('epoch', { file: this.#path, epoch, startOffset })
  }

  note(note: DumpNote): void {
    const file = this.#path
    switch (note.kind) {
      case 'empty-index':
      case 'passed-sanity-check':
        return this.#line('finding', { severity: 'notice', reason: note.kind, file })
      case 'trailing-bytes':
      case 'skipped': {
        if (note.kind === 'skipped') this.#onFailure()
        const { kind: reason, ...rest } = note
        return this.#line('finding', { severity: 'error', reason, file, ...rest })
      }
      case 'corrupt-snapshot':
        return this.#line('finding', {
          severity: 'error',
          reason: note.kind,
          file,
          message: note.message,
        })
      default:
        assertNever(note)
    }
  }

  failure({ path: file, position, error }: DumpFailure): void {
    const { code, message } = error
    this.#line('finding', { severity: 'error', reason: code, file, position, message })
    this.#onFailure()
  }

  #ownMembers(batch: Batch, record: RecordCursor): Members {
    const checksum = record.checksum()
    return {
      file: this.#path,
      position: this.#batchPosition,
      batchBaseOffset: batch instanceof BatchV2 ? batch.baseOffset : undefined,
      magic: batch.magic,
      codec: codecName(batch),
      ...(batch instanceof BatchV2
        ? {
            leaderEpoch: batch.partitionLeaderEpoch,
            producerId: batch.producerId,
            producerEpoch: batch.producerEpoch,
            sequence: record.sequence,
            isTransactional: batch.isTransactional,
            isControl: batch.isControl,
          }
        : { crc: checksum?.stored, isValid: checksum?.isValid }),
    }
  }

  #meaning(batch: Batch, record: RecordCursor): Members {
    if (batch.isControl) {
      const { text, refusal } = dumpControlRecord(keyOf(record), valueOf(record))
      if (refusal !== undefined) this.#refuse(record, refusal)
      return { control: text.trimStart() }
    }
    const decoded = this.#options.decoder?.({
      offset: record.offset,
      key: keyOf(record),
      value: valueOf(record),
    })
    return decoded === undefined ? {} : { decodedKey: decoded.key, decodedValue: decoded.payload }
  }

  #refuse({ offset }: RecordCursor, refusal: string): void {
    const message = unreadableControlText(this.#path, offset, refusal)
    const [file, position] = [this.#path, this.#batchPosition]
    this.#line('finding', { severity: 'error', reason: 'control-record', file, position, message })
    this.#onUnreadableControl(message)
  }

  #line(kind: string, members: Members): void {
    this.#out.line(jsonText({ kind, ...members }))
  }
}

function batchMembers(batch: Batch): Members {
  const { magic, size, baseOffset, lastOffset, maxTimestamp, timestampType, storedCrc } = batch
  const common = { timestampType, maxTimestamp, codec: codecName(batch), crc: storedCrc }
  if (!(batch instanceof BatchV2)) return { magic, size, lastOffset, ...common }
  return {
    magic,
    size,
    baseOffset,
    lastOffset,
    count: batch.recordCount,
    baseTimestamp: batch.baseTimestamp,
    ...common,
    leaderEpoch: batch.partitionLeaderEpoch,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    lastSequence: batch.lastSequence,
    isTransactional: batch.isTransactional,
    isControl: batch.isControl,
    deleteHorizonMs: batch.deleteHorizonMs ?? null,
  }
}

export function codecName(batch: Batch): string {
  return codecById(batch.codecId)?.name ?? `unknown(${batch.codecId})`
}
