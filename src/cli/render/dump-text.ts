/**
 * The text of kafka-dump-log 4.3.1, byte for byte. What the tool has no words for (`--header-values`, bytes skipped
 * under `--resync`) comes in lines or fields of our own, behind its.
 *
 * Source: org.apache.kafka.tools.DumpLogSegments
 */
import { assertNever, CorruptDataError } from '../../base/errors.ts'
import type {
  Batch,
  DumpedFile,
  DumpFailure,
  DumpNote,
  DumpSink,
} from '../../inspect/dump/dump-sink.ts'
import type { OffsetPosition } from '../../log/offset-index.ts'
import type { ProducerStateEntry } from '../../log/producer-snapshot.ts'
import type { TimestampOffset } from '../../log/time-index.ts'
import type { AbortedTransaction } from '../../log/transaction-index.ts'
import { hasDeleteHorizonIn } from '../../record/attributes.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { constantOf, type ByteOutput } from '../byte-output.ts'
import { RecordLine, TIMESTAMP_LABELS, type RecordLineOptions } from './record-line.ts'

export interface DumpTextOptions extends Omit<RecordLineOptions, 'onUnreadableControl'> {
  readonly printIndexEntries: boolean
}

export interface DumpOutputs {
  readonly stdout: ByteOutput
  readonly stderr: (line: string) => void
  readonly onFailure: () => void
  /** Hears of control records at which kafka-dump-log ends with a stack trace. */
  readonly onUnreadableControl: (message: string) => void
}

export function unreadableControlText(path: string, offset: bigint, refusal: string): string {
  return `${path}: offset ${offset}: unreadable control record: ${refusal}.`
}

export class DumpText implements DumpSink {
  readonly #out: ByteOutput
  readonly #stderr: (line: string) => void
  readonly #onFailure: () => void
  readonly #options: DumpTextOptions
  #path = ''
  readonly #recordLine: RecordLine
  /** What the last line of a batch said of where it is from, and where that lies in the output. */
  readonly #lastOrigin = {
    start: 0,
    end: 0,
    producerId: NaN,
    producerEpoch: 0,
    leaderEpoch: 0,
    attributes: NaN,
  }

  constructor(outputs: DumpOutputs, options: DumpTextOptions) {
    const { stdout, stderr, onFailure, onUnreadableControl } = outputs
    this.#out = stdout
    this.#stderr = stderr
    this.#onFailure = onFailure
    this.#options = options
    this.#recordLine = new RecordLine(stdout, {
      ...options,
      onUnreadableControl: (offset, refusal) =>
        onUnreadableControl(unreadableControlText(this.#path, offset, refusal)),
    })
  }

  file({ path, kind, baseOffset, epoch }: DumpedFile): void {
    this.#path = path
    this.#out.line(`Dumping ${path}`)
    if (kind === 'unknown') this.#toStderr(`Ignoring unknown file ${path}`)
    if (kind === 'log' && baseOffset !== undefined) {
      this.#out.line(`Log starting offset: ${baseOffset}`)
    }
    if (kind === 'bootstrap') this.#out.line('KRaft bootstrap snapshot')
    if (kind === 'checkpoint') {
      this.#out.line(`Snapshot end offset: ${baseOffset}, epoch: ${epoch}`)
    }
  }

  batch(batch: Batch, position: number, isValid: boolean): void {
    const out = this.#out
    this.#recordLine.in(batch)
    if (batch instanceof BatchV2) {
      this.#offsetsAndSequences(batch)
      this.#origin(batch)
    } else {
      out.constant(OFFSET)
      out.bigint(batch.lastOffset)
    }
    out.constant(POSITION)
    out.integer(position)
    this.#timestamp(batch)
    out.constant(SIZE)
    out.integer(batch.size)
    out.constant(MAGIC)
    out.integer(batch.magic)
    out.constant(CODEC_AND_CRC[batch.codecId]!)
    out.integer(batch.storedCrc)
    out.constant(isValid ? VALID : INVALID)
  }

  #offsetsAndSequences(batch: BatchV2): void {
    const out = this.#out
    const { baseOffsetNumber } = batch
    const lastOffsetNumber = baseOffsetNumber + batch.lastOffsetDelta
    const isExact = Number.isSafeInteger(baseOffsetNumber) && Number.isSafeInteger(lastOffsetNumber)
    out.constant(BASE_OFFSET)
    if (isExact) out.integer(baseOffsetNumber)
    else out.bigint(batch.baseOffset)
    out.constant(LAST_OFFSET)
    if (isExact) out.integer(lastOffsetNumber)
    else out.bigint(batch.lastOffset)
    out.constant(COUNT)
    out.integer(batch.recordCount)
    out.constant(BASE_SEQUENCE)
    out.integer(batch.baseSequence)
    out.constant(LAST_SEQUENCE)
    out.integer(batch.lastSequence)
  }

  /** Where a batch is from: mostly from where the one before it is, and then copied from its line. */
  #origin(batch: BatchV2): void {
    const out = this.#out
    const last = this.#lastOrigin
    const start = out.position
    const { producerIdNumber, producerEpoch, partitionLeaderEpoch, attributes } = batch
    const isSame =
      producerIdNumber === last.producerId &&
      producerEpoch === last.producerEpoch &&
      partitionLeaderEpoch === last.leaderEpoch &&
      attributes === last.attributes &&
      out.again(last.start, last.end)
    if (!isSame) this.#newOrigin(batch)
    last.start = start
    last.end = out.position
    last.producerId = Number.isSafeInteger(producerIdNumber) ? producerIdNumber : NaN
    last.producerEpoch = producerEpoch
    last.leaderEpoch = partitionLeaderEpoch
    last.attributes = hasDeleteHorizonIn(attributes) ? NaN : attributes
  }

  #newOrigin(batch: BatchV2): void {
    const out = this.#out
    out.constant(PRODUCER_ID)
    out.bigint(batch.producerId)
    out.constant(PRODUCER_EPOCH)
    out.integer(batch.producerEpoch)
    out.constant(LEADER_EPOCH)
    out.integer(batch.partitionLeaderEpoch)
    out.constant(batch.isTransactional ? TRANSACTIONAL : NOT_TRANSACTIONAL)
    out.constant(batch.isControl ? CONTROL : NOT_CONTROL)
    out.constant(DELETE_HORIZON)
    this.#optionalLong(batch.deleteHorizonMs)
  }

  record(_batch: Batch, record: RecordCursor): void {
    this.#recordLine.write(record)
  }

  indexEntry({ offset, position }: OffsetPosition): void {
    if (this.#options.printIndexEntries) this.#out.line(`offset: ${offset} position: ${position}`)
  }

  timeIndexEntry({ timestamp, offset }: TimestampOffset): void {
    if (this.#options.printIndexEntries) this.#out.line(`timestamp: ${timestamp} offset: ${offset}`)
  }

  abortedTransaction(transaction: AbortedTransaction): void {
    const { version, producerId, firstOffset, lastOffset, lastStableOffset } = transaction
    this.#out.line(
      `version: ${version} producerId: ${producerId} firstOffset: ${firstOffset}` +
        ` lastOffset: ${lastOffset} lastStableOffset: ${lastStableOffset}`,
    )
  }

  producer(entry: ProducerStateEntry): void {
    const out = this.#out
    out.text(`producerId: ${entry.producerId} producerEpoch: ${entry.producerEpoch}`)
    out.text(` coordinatorEpoch: ${entry.coordinatorEpoch} currentTxnFirstOffset: `)
    const { currentTxnFirstOffset } = entry
    this.#optionalLong(currentTxnFirstOffset < 0n ? undefined : currentTxnFirstOffset)
    out.text(` lastTimestamp: ${entry.timestamp}`)
    if (entry.hasBatch) {
      out.text(` firstSequence: ${entry.firstSequence} lastSequence: ${entry.lastSequence}`)
      out.text(` lastOffset: ${entry.lastOffset} offsetDelta: ${entry.offsetDelta}`)
      out.text(` timestamp: ${entry.timestamp}`)
    }
    out.byte(NEWLINE)
  }

  leaderEpoch({ epoch, startOffset }: { epoch: number; startOffset: bigint }): void {
    this.#out.line(`epoch: ${epoch} startOffset: ${startOffset}`)
  }

  note(note: DumpNote): void {
    switch (note.kind) {
      case 'empty-index':
        return this.#out.line(`${this.#path} is empty.`)
      case 'passed-sanity-check':
        return this.#out.line(`${this.#path} passed sanity check.`)
      case 'trailing-bytes':
        return this.#out.line(
          `Found ${note.count} invalid bytes at the end of ${fileName(this.#path)}`,
        )
      case 'corrupt-snapshot':
        return this.#toStderr(note.message)
      case 'skipped':
        this.#onFailure()
        return this.#toStderr(describeSkipped(this.#path, note))
      default:
        assertNever(note)
    }
  }

  /** Where it is another file that could not be read, both are named. */
  failure({ path, error }: DumpFailure): void {
    const isNamed = error instanceof CorruptDataError || error.message.includes(path)
    const about = isNamed ? '' : `${path}: `
    this.#toStderr(`kbroker: ${about}${error.message}`)
    this.#onFailure()
  }

  #timestamp(batch: Batch): void {
    const out = this.#out
    out.constant(TIMESTAMP_LABELS[batch.timestampType])
    const timestamp = batch instanceof BatchV2 ? batch.maxTimestampNumber : NaN
    if (Number.isSafeInteger(timestamp)) out.integer(timestamp)
    else out.bigint(batch.maxTimestamp)
  }

  #optionalLong(value: bigint | undefined): void {
    if (value === undefined) this.#out.constant(OPTIONAL_EMPTY)
    else this.#out.text(`OptionalLong[${value}]`)
  }

  /** stdout first, so that the two keep their order where both go to one terminal. */
  #toStderr(line: string): void {
    this.#out.flush()
    this.#stderr(line)
  }
}

function describeSkipped(path: string, note: DumpNote & { kind: 'skipped' }): string {
  const { from, to } = note
  const bytes = `skipped bytes ${from} to ${to - 1} (${to - from} bytes)`
  return `kbroker: ${path}: ${bytes}: ${skippedOffsetsText(note)}`
}

function skippedOffsetsText(note: DumpNote & { kind: 'skipped' }): string {
  const { firstOffset, lastOffset } = note
  if (firstOffset === undefined) return 'no offset is missing'
  if (lastOffset !== undefined) return `offsets ${firstOffset} to ${lastOffset}`
  return `what offsets they held from ${firstOffset} on is not known`
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

const NEWLINE = 0x0a
const BASE_OFFSET = constantOf('baseOffset: ')
const LAST_OFFSET = constantOf(' lastOffset: ')
const COUNT = constantOf(' count: ')
const BASE_SEQUENCE = constantOf(' baseSequence: ')
const LAST_SEQUENCE = constantOf(' lastSequence: ')
const PRODUCER_ID = constantOf(' producerId: ')
const PRODUCER_EPOCH = constantOf(' producerEpoch: ')
const LEADER_EPOCH = constantOf(' partitionLeaderEpoch: ')
const TRANSACTIONAL = constantOf(' isTransactional: true')
const NOT_TRANSACTIONAL = constantOf(' isTransactional: false')
const CONTROL = constantOf(' isControl: true')
const NOT_CONTROL = constantOf(' isControl: false')
const DELETE_HORIZON = constantOf(' deleteHorizonMs: ')
const OPTIONAL_EMPTY = constantOf('OptionalLong.empty')
const OFFSET = constantOf('offset: ')
const POSITION = constantOf(' position: ')
const SIZE = constantOf(' size: ')
const MAGIC = constantOf(' magic: ')
const VALID = constantOf(' isvalid: true\n')
const INVALID = constantOf(' isvalid: false\n')
/** By the three bits of the codec id; the last three are nobody's. */
const CODEC_AND_CRC = [
  'none',
  'gzip',
  'snappy',
  'lz4',
  'zstd',
  'unknown(5)',
  'unknown(6)',
  'unknown(7)',
].map(name => constantOf(` compresscodec: ${name} crc: `))
