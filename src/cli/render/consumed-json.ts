/** Records as JSON, a line each: as every command prints them, or in kcat's envelope. */
import type { PartitionCursor } from '../../inspect/consume/partition-cursor.ts'
import { keyOf, valueOf, type RecordHeader } from '../../record/record-cursor.ts'
import type { ByteOutput } from '../byte-output.ts'
import { bytesMember, jsonText } from '../json-text.ts'
import { RecordJson } from './record-json.ts'
import type { RecordWriter } from './record-writer.ts'

export class ConsumedJson implements RecordWriter {
  readonly #out: ByteOutput
  readonly #byCursor = new Map<PartitionCursor, RecordJson>()
  #cursor: PartitionCursor | undefined
  #json: RecordJson | undefined

  constructor(out: ByteOutput) {
    this.#out = out
  }

  write(cursor: PartitionCursor): void {
    if (cursor !== this.#cursor) {
      this.#cursor = cursor
      this.#json = this.#jsonOf(cursor)
    }
    this.#json!.line(cursor.batch.timestampType, cursor.record)
  }

  /** One for each, as it keeps what repeats from line to line. */
  #jsonOf(cursor: PartitionCursor): RecordJson {
    let json = this.#byCursor.get(cursor)
    if (json === undefined) {
      json = new RecordJson(this.#out)
      json.in(cursor)
      this.#byCursor.set(cursor, json)
    }
    return json
  }
}

/**
 * The object of `kcat -J`. What kcat copies into it though it is no UTF-8, stands in base64: under `key_b64` and
 * `payload_b64`, or as `{"base64":"…"}` among the headers, which are names and values in turn.
 */
export class KcatJson implements RecordWriter {
  readonly #out: ByteOutput
  readonly #lineSeparator: Buffer

  constructor(out: ByteOutput, lineSeparator: Buffer) {
    this.#out = out
    this.#lineSeparator = lineSeparator
  }

  write({ topic, partition, batch: { timestampType }, record }: PartitionCursor): void {
    const time =
      timestampType === 'none'
        ? ''
        : `"tstype":"${timestampType === 'append' ? 'logappend' : 'create'}","ts":${record.timestamp},`
    const headers = record.headerCount === 0 ? '' : `"headers":[${flatHeaders(record.headers())}],`
    this.#out.text(
      `{"topic":${jsonText(topic)},"partition":${partition},"offset":${record.offset},` +
        `${time}"broker":${NO_BROKER},${headers}` +
        `${bytesMember('key', keyOf(record))},${bytesMember('payload', valueOf(record))}}`,
    )
    this.#out.bytes(this.#lineSeparator)
  }
}

const NO_BROKER = -1

function flatHeaders(headers: readonly RecordHeader[]): string {
  return headers.map(({ key, value }) => `${element(key)},${element(value)}`).join(',')
}

function element(bytes: Buffer | null): string {
  const member = bytesMember('', bytes)
  const plain = '"":'
  if (member.startsWith(plain)) return member.slice(plain.length)
  return `{"base64":${member.slice('"_b64":'.length)}}`
}
