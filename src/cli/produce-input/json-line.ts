/**
 * A line as `--json` prints a record, and its inverse (see record-json.ts): what it says of key, value, headers,
 * timestamp and partition is taken digit by digit and byte by byte. Where a record was (topic, offset, timestampType),
 * and what its batch was like (export --markers keep), is left to whoever asks for it; else it is of no account.
 *
 * A value has to be there, and no other names: a mistyped one would make a tombstone otherwise, or a record without its
 * key.
 */
import { NO_HEADERS, type OutgoingRecord } from '../../client/outgoing-record.ts'
import type { RecordHeader } from '../../record/record-cursor.ts'
import type { LineParser } from './delimited-reader.ts'
import { JsonScanner } from './json-scanner.ts'

const PARTITION_MAX = 0x7fff_ffff
const KEY = 1
const VALUE = 2
const HEADERS = 4
const TIMESTAMP = 8
const PARTITION = 16
const PLACE = 0

const MEMBERS = (
  [
    ['key', KEY, false],
    ['key_b64', KEY, true],
    ['value', VALUE, false],
    ['value_b64', VALUE, true],
    ['headers', HEADERS, false],
    ['timestamp', TIMESTAMP, false],
    ['partition', PARTITION, false],
    ['topic', PLACE, false],
    ['offset', PLACE, false],
    ['timestampType', PLACE, false],
    ['leaderEpoch', PLACE, false],
    ['producerId', PLACE, false],
    ['producerEpoch', PLACE, false],
    ['sequence', PLACE, false],
    ['isTransactional', PLACE, false],
    ['control', PLACE, false],
  ] as const
).map(([text, bit, isBase64]) => ({ text, name: Buffer.from(text), bit, isBase64 }))

/** Members that tell where a record was. */
export type PlaceMember =
  | 'topic'
  | 'offset'
  | 'timestampType'
  | 'leaderEpoch'
  | 'producerId'
  | 'producerEpoch'
  | 'sequence'
  | 'isTransactional'
  | 'control'

/** Takes them. */
export interface PlaceReader {
  /** A line begins. */
  begin(): void
  /** Reads the member's value, which comes next, and is not null. */
  member(name: PlaceMember, scanner: JsonScanner): void
}

export class JsonLine implements LineParser {
  readonly #scanner = new JsonScanner()
  #record!: OutgoingRecord
  #headers: RecordHeader[] = []
  /** Members that have come. */
  #seen = 0
  readonly #place: PlaceReader | undefined
  readonly #readMember = () => this.#member()
  readonly #readHeader = () => this.#header()

  /** @param place by default nobody asks */
  constructor(place?: PlaceReader) {
    this.#place = place
  }

  parse(record: OutgoingRecord, bytes: Buffer, start: number, end: number): void {
    const scanner = this.#scanner
    this.#record = record
    this.#seen = 0
    record.setKey(null)
    record.headers = NO_HEADERS
    this.#place?.begin()
    scanner.begin(bytes, start, end)
    scanner.object(this.#readMember)
    if ((this.#seen & VALUE) === 0) throw this.#noValue('a record')
    scanner.finish()
  }

  #member(): void {
    const scanner = this.#scanner
    const known = this.#known()
    if (known === undefined) throw this.#noMember(RECORD_MEMBERS)
    const { bit, isBase64, text } = known
    if (bit === PLACE) return this.#takePlace(text as PlaceMember)
    if ((this.#seen & bit) !== 0) throw this.#twice()
    this.#seen |= bit
    const record = this.#record
    if (bit === KEY) this.#takeKey(isBase64)
    else if (bit === VALUE) this.#takeValue(isBase64)
    else if (bit === HEADERS) this.#takeHeaders()
    else if (scanner.isNull()) return
    else if (bit === TIMESTAMP) record.timestamp = scanner.integer(INT64)
    else record.partition = this.#partition()
  }

  /** A marker of a transaction is no record, whatever it carries. */
  #takePlace(name: PlaceMember): void {
    const scanner = this.#scanner
    if (scanner.isNull()) return
    if (this.#place !== undefined) return this.#place.member(name, scanner)
    if (name !== 'control') return scanner.skip()
    throw scanner.unexpected('a record: import takes these', undefined, 'a control record')
  }

  /** What the scanner's string names. */
  #known(): (typeof MEMBERS)[number] | undefined {
    const { stringBytes, stringStart, stringSize } = this.#scanner
    for (const member of MEMBERS) {
      const { name } = member
      if (name.length !== stringSize) continue
      let at = 0
      while (at < stringSize && name[at] === stringBytes[stringStart + at]) at++
      if (at === stringSize) return member
    }
    return undefined
  }

  #takeKey(isBase64: boolean): void {
    const scanner = this.#scanner
    const record = this.#record
    if (scanner.isNull()) return record.setKey(null)
    if (isBase64) return record.setKey(this.#bytes(true))
    this.#string()
    record.keyBytes = scanner.stringBytes
    record.keyStart = scanner.stringStart
    record.keySize = scanner.stringSize
  }

  #takeValue(isBase64: boolean): void {
    const scanner = this.#scanner
    const record = this.#record
    if (scanner.isNull()) return record.setValue(null)
    if (isBase64) return record.setValue(this.#bytes(true))
    this.#string()
    record.valueBytes = scanner.stringBytes
    record.valueStart = scanner.stringStart
    record.valueSize = scanner.stringSize
  }

  #takeHeaders(): void {
    if (this.#scanner.isNull()) return
    this.#headers = []
    this.#scanner.array(this.#readHeader)
    this.#record.headers = this.#headers
  }

  #header(): void {
    const scanner = this.#scanner
    const start = scanner.position
    let key: Buffer | undefined
    let value: Buffer | null | undefined
    scanner.object(() => {
      const known = this.#known()
      if (known?.bit === KEY) {
        if (key !== undefined) throw this.#twice()
        key = this.#bytes(known.isBase64)
      } else if (known?.bit === VALUE) {
        if (value !== undefined) throw this.#twice()
        value = scanner.isNull() ? null : this.#bytes(known.isBase64)
      } else throw this.#noMember(HEADER_MEMBERS)
    })
    if (key === undefined) throw scanner.unexpected('"key" in it', start, 'a header without a key')
    if (value === undefined) throw this.#noValue('a header')
    this.#headers.push({ key, value })
  }

  #string(): void {
    if (this.#scanner.peek() !== QUOTE) throw this.#scanner.unexpected('a string or null')
    this.#scanner.string()
  }

  /** A string's own. */
  #bytes(isBase64: boolean): Buffer {
    const scanner = this.#scanner
    const { position } = scanner
    this.#string()
    if (isBase64) return scanner.base64(position)
    const { stringBytes, stringStart, stringSize } = scanner
    return stringBytes.subarray(stringStart, stringStart + stringSize)
  }

  #partition(): number {
    const { position } = this.#scanner
    const partition = this.#scanner.integer(PARTITION_NUMBER)
    if (partition >= 0 && partition <= PARTITION_MAX) return Number(partition)
    throw this.#scanner.unexpected(PARTITION_NUMBER, position)
  }

  #noValue(what: string): Error {
    return this.#scanner.unexpected(
      '"value": null, where that is meant',
      undefined,
      `${what} without a value`,
    )
  }

  #noMember(members: string): Error {
    const { nameAt } = this.#scanner
    return this.#scanner.unexpected(members, nameAt, 'a member that no record has')
  }

  #twice(): Error {
    return this.#scanner.unexpected('it once', undefined, 'a member that was there before')
  }
}

const QUOTE = 0x22
const HEADER_MEMBERS = 'key, key_b64, value or value_b64'
const RECORD_MEMBERS =
  'topic, partition, offset, timestampType, timestamp, headers, key, key_b64, value or value_b64'
const INT64 = 'an integer of 64 bits, or null'
const PARTITION_NUMBER = 'the number of a partition, or null'
