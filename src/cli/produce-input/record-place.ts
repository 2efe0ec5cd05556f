/** Where the record of a line was, and what its batch was like: what `export` wrote of it beside the record itself. */
import type { TimestampType } from '../../record/attributes.ts'
import { NO_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE } from '../../record/batch.ts'
import type { PlaceMember, PlaceReader } from './json-line.ts'
import type { JsonScanner } from './json-scanner.ts'

const INT32_MAX = 0x7fff_ffffn
const INT16_MAX = 0x7fffn
const INT64_MAX = 2n ** 63n - 1n
/** A log that ends behind it ends at an offset, too. */
const OFFSET_MAX = INT64_MAX - 1n
const TIMESTAMP_TYPES: readonly string[] = ['create', 'append', 'none']
const TRUE = 0x74
const FALSE = 0x66

export class RecordPlace implements PlaceReader {
  topic = ''
  /** Undefined where the line doesn't tell. */
  offset: bigint | undefined
  timestampType: TimestampType = 'create'
  leaderEpoch = NO_EPOCH
  producerId = NO_PRODUCER_ID
  producerEpoch = NO_EPOCH
  sequence = NO_SEQUENCE
  isTransactional = false
  /** The kind of control record; empty for all others. */
  control = ''

  begin(): void {
    this.topic = ''
    this.offset = undefined
    this.timestampType = 'create'
    this.leaderEpoch = NO_EPOCH
    this.producerId = NO_PRODUCER_ID
    this.producerEpoch = NO_EPOCH
    this.sequence = NO_SEQUENCE
    this.isTransactional = false
    this.control = ''
  }

  member(name: PlaceMember, scanner: JsonScanner): void {
    switch (name) {
      case 'offset':
        this.offset = natural(scanner, OFFSET_MAX, 'an offset')
        return
      case 'leaderEpoch':
        this.leaderEpoch = Number(natural(scanner, INT32_MAX, 'a leader epoch'))
        return
      case 'producerId':
        this.producerId = natural(scanner, INT64_MAX, 'a producer id')
        return
      case 'producerEpoch':
        this.producerEpoch = Number(natural(scanner, INT16_MAX, 'a producer epoch'))
        return
      case 'sequence':
        this.sequence = Number(natural(scanner, INT32_MAX, 'a sequence number'))
        return
      case 'isTransactional':
        this.isTransactional = boolean(scanner)
        return
      default:
        this.#text(name, scanner)
    }
  }

  #text(name: 'topic' | 'timestampType' | 'control', scanner: JsonScanner): void {
    const { position } = scanner
    scanner.string()
    const { stringBytes, stringStart, stringSize } = scanner
    const text = stringBytes.toString('utf8', stringStart, stringStart + stringSize)
    if (name === 'timestampType') {
      if (!TIMESTAMP_TYPES.includes(text)) {
        throw scanner.unexpected('create, append or none', position)
      }
      this.timestampType = text as TimestampType
    } else this[name] = text
  }
}

function natural(scanner: JsonScanner, max: bigint, what: string): bigint {
  const { position } = scanner
  const value = BigInt(scanner.integer(what))
  if (value >= 0n && value <= max) return value
  throw scanner.unexpected(`${what}, 0 to ${max}`, position)
}

function boolean(scanner: JsonScanner): boolean {
  const first = scanner.peek()
  if (first !== TRUE && first !== FALSE) throw scanner.unexpected('true or false')
  scanner.skip()
  return first === TRUE
}
