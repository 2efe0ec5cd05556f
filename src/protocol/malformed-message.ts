/**
 * How the bytes of a message can contradict its schema, told twice: in our words, and in those of
 * the exception that Apache Kafka throws for the same bytes, which its tools print.
 *
 * Source: the `read` methods of Kafka's generated messages,
 * org.apache.kafka.common.protocol.ByteBufferAccessor
 */
import { assertNever, CorruptDataError } from '../base/errors.ts'
import type { ByteReader } from '../binary/reader.ts'

export type Fault =
  | { readonly kind: 'null'; readonly field: string }
  | { readonly kind: 'string-too-long'; readonly field: string; readonly length: number }
  | { readonly kind: 'bytes-missing'; readonly size: number; readonly remaining: number }
  | { readonly kind: 'elements-missing'; readonly count: number; readonly remaining: number }
  | { readonly kind: 'negative-size'; readonly size: number }
  | { readonly kind: 'tag-not-in-version'; readonly tag: number; readonly version: number }
  | {
      readonly kind: 'tag-size'
      readonly tag: number
      readonly stated: number
      readonly taken: number
    }
  | { readonly kind: 'future-structure'; readonly version: number }
  | { readonly kind: 'trailing-bytes'; readonly size: number }

export class MalformedMessageError extends CorruptDataError {
  readonly fault: Fault

  constructor(fault: Fault, position: number) {
    super({ position, ...ourWords(fault) })
    this.fault = fault
  }
}

export function malformed(reader: ByteReader, fault: Fault): MalformedMessageError {
  return new MalformedMessageError(fault, reader.position)
}

interface Words {
  readonly reason: string
  readonly found: string
  readonly expected: string
}

function ourWords(fault: Fault): Words {
  switch (fault.kind) {
    case 'null':
      return { reason: `${fault.field} may not be null`, found: 'null', expected: 'a value' }
    case 'string-too-long':
      return words(`${fault.field} is too long`, `${fault.length} bytes`, 'at most 32767')
    case 'bytes-missing':
      return words('bytes do not fit', `${fault.remaining} bytes left`, `${fault.size} bytes`)
    case 'elements-missing':
      return words('array does not fit', `${fault.remaining} bytes left`, `${fault.count} elements`)
    case 'negative-size':
      return words('size of a tagged field', String(fault.size), '0 or more')
    case 'tag-not-in-version':
      return words('tagged field', `tag ${fault.tag}`, `a tag of version ${fault.version}`)
    case 'tag-size':
      return words(`size of tag ${fault.tag}`, String(fault.stated), `${fault.taken}, by its value`)
    case 'future-structure':
      return words('structure', `version ${fault.version}`, 'a version of its schema')
    case 'trailing-bytes':
      return words('bytes after the message', `${fault.size} bytes`, 'none')
    default:
      return assertNever(fault)
  }
}

function words(reason: string, found: string, expected: string): Words {
  return { reason, found, expected }
}

/**
 * The message of Java's exception, as `getMessage()` gives it: null, as text, where a buffer ran
 * out.
 *
 * @param bytes what the decoder was handed.
 */
export function javaMessage(error: CorruptDataError, bytes: Buffer): string {
  if (error instanceof MalformedMessageError) return javaMessageOf(error.fault)
  if (error.damage.reason === 'malformed unsigned varint') {
    const value = fiveByteVarint(bytes.subarray(error.damage.position - 5, error.damage.position))
    const where = 'the most significant bit in the 5th byte is set'
    return `Varint is too long, ${where}, converted value: ${value.toString(16)}`
  }
  return 'null'
}

function javaMessageOf(fault: Fault): string {
  switch (fault.kind) {
    case 'null':
      return `non-nullable field ${fault.field} was serialized as null`
    case 'string-too-long':
      return `string field ${fault.field} had invalid length ${fault.length}`
    case 'bytes-missing':
      return (
        `Error reading byte array of ${fault.size} byte(s): ` +
        `only ${fault.remaining} byte(s) available`
      )
    case 'elements-missing':
      return (
        `Tried to allocate a collection of size ${fault.count}, ` +
        `but there are only ${fault.remaining} bytes remaining.`
      )
    case 'negative-size':
      return String(fault.size)
    case 'tag-not-in-version':
      return `Tag ${fault.tag} is not valid for version ${fault.version}`
    case 'tag-size':
    case 'future-structure':
    case 'trailing-bytes': {
      const { reason, found, expected } = ourWords(fault)
      return `${reason}: found ${found}, expected ${expected}`
    }
    default:
      return assertNever(fault)
  }
}

function fiveByteVarint(bytes: Buffer): number {
  let value = 0
  for (const [index, byte] of bytes.entries())
    value |= (index < 4 ? byte & 0x7f : byte) << (7 * index)
  return value >>> 0
}
