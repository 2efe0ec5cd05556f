/**
 * Records as kafka-console-consumer prints them: columns with a separator between, a line each.
 *
 * Source: org.apache.kafka.tools.consumer.DefaultMessageFormatter
 */
import type { PartitionCursor } from '../../inspect/consume/partition-cursor.ts'
import type { TimestampType } from '../../record/attributes.ts'
import { constantOf, type ByteOutput, type Constant } from '../byte-output.ts'
import type { RecordWriter } from './record-writer.ts'

/** In the order in which they are printed. */
export const CONSOLE_COLUMNS = [
  'timestamp',
  'partition',
  'offset',
  'delivery',
  'epoch',
  'headers',
  'key',
  'value',
] as const
export type ConsoleColumn = (typeof CONSOLE_COLUMNS)[number]

export interface ConsoleLayout {
  readonly columns: ReadonlySet<ConsoleColumn>
  readonly keySeparator: Buffer
  readonly lineSeparator: Buffer
  readonly headersSeparator: Buffer
  readonly nullLiteral: Buffer
}

export class ConsoleRecords implements RecordWriter {
  readonly #out: ByteOutput
  readonly #columns: readonly ((cursor: PartitionCursor) => void)[]
  readonly #keySeparator: Constant
  readonly #lineSeparator: Constant
  readonly #headersSeparator: Constant
  readonly #null: Constant

  constructor(out: ByteOutput, layout: ConsoleLayout) {
    this.#out = out
    this.#keySeparator = constantOf(layout.keySeparator)
    this.#lineSeparator = constantOf(layout.lineSeparator)
    this.#headersSeparator = constantOf(layout.headersSeparator)
    this.#null = constantOf(layout.nullLiteral)
    this.#columns = CONSOLE_COLUMNS.filter(column => layout.columns.has(column)).map(
      column => this.#writers[column],
    )
  }

  write(cursor: PartitionCursor): void {
    const columns = this.#columns
    for (let i = 0; i < columns.length; i++) {
      if (i > 0) this.#out.constant(this.#keySeparator)
      columns[i]!(cursor)
    }
    if (columns.length > 0) this.#out.constant(this.#lineSeparator)
  }

  readonly #writers: Readonly<Record<ConsoleColumn, (cursor: PartitionCursor) => void>> = {
    timestamp: ({ batch: { timestampType }, record }) => {
      this.#out.constant(TIMESTAMP_LABELS[timestampType])
      if (timestampType !== 'none') this.#out.bigint(record.timestamp)
    },
    partition: ({ partition }) => this.#out.text(`Partition:${partition}`),
    offset: ({ record }) => {
      this.#out.constant(OFFSET)
      this.#out.bigint(record.offset)
    },
    delivery: () => this.#out.text('Delivery:NOT_PRESENT'),
    epoch: ({ batch: { partitionLeaderEpoch } }) => {
      const isKnown = partitionLeaderEpoch >= 0
      this.#out.text(`Epoch:${isKnown ? partitionLeaderEpoch : 'NOT_PRESENT'}`)
    },
    headers: ({ record }) => {
      if (record.headerCount === 0) this.#out.text('NO_HEADERS')
      else this.#headers(record.headers())
    },
    key: ({ record: { bytes, keyStart, keySize } }) => {
      if (keySize < 0) this.#out.constant(this.#null)
      else this.#out.raw(bytes, keyStart, keySize)
    },
    value: ({ record: { bytes, valueStart, valueSize } }) => {
      if (valueSize < 0) this.#out.constant(this.#null)
      else this.#out.raw(bytes, valueStart, valueSize)
    },
  }

  #headers(headers: ReturnType<PartitionCursor['record']['headers']>): void {
    headers.forEach(({ key, value }, index) => {
      if (index > 0) this.#out.constant(this.#headersSeparator)
      this.#out.bytes(key)
      this.#out.byte(COLON)
      if (value === null) this.#out.constant(this.#null)
      else this.#out.bytes(value)
    })
  }
}

const COLON = 0x3a
const OFFSET = constantOf('Offset:')
const TIMESTAMP_LABELS: Readonly<Record<TimestampType, Constant>> = {
  none: constantOf('NO_TIMESTAMP'),
  create: constantOf('CreateTime:'),
  append: constantOf('LogAppendTime:'),
}
