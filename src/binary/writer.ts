/**
 * Writes big-endian primitives one after another into bytes that grow as needed; the counterpart of
 * `ByteReader`.
 *
 * Source: org.apache.kafka.common.protocol.ByteBufferAccessor,
 * org.apache.kafka.common.utils.ByteUtils
 */
/** Bytes that are not copied to where they are written, as a region of a file. */
export interface BytesElsewhere {
  readonly size: number
}

export class ByteWriter {
  #buffer: Buffer
  #position = 0
  /** In ascending order of where they stand among the bytes written here. */
  #elsewhere: { readonly at: number; readonly bytes: BytesElsewhere }[] = []

  constructor(sizeHint = 64) {
    this.#buffer = Buffer.allocUnsafe(sizeHint)
  }

  get size(): number {
    return this.#position
  }

  int8(value: number): void {
    const at = this.#claim(1)
    this.#buffer.writeInt8(value, at)
  }

  int16(value: number): void {
    const at = this.#claim(2)
    this.#buffer.writeInt16BE(value, at)
  }

  uint16(value: number): void {
    const at = this.#claim(2)
    this.#buffer.writeUInt16BE(value, at)
  }

  int32(value: number): void {
    const at = this.#claim(4)
    this.#buffer.writeInt32BE(value, at)
  }

  uint32(value: number): void {
    const at = this.#claim(4)
    this.#buffer.writeUInt32BE(value, at)
  }

  int64(value: bigint): void {
    const at = this.#claim(8)
    this.#buffer.writeBigInt64BE(value, at)
  }

  float64(value: number): void {
    const at = this.#claim(8)
    this.#buffer.writeDoubleBE(value, at)
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#claim(bytes.length)
    this.#buffer.set(bytes, at)
  }

  /** They take their place in `parts`, and count nothing in `size` and `written`. */
  elsewhere(bytes: BytesElsewhere): void {
    this.#elsewhere.push({ at: this.#position, bytes })
  }

  /** Unsigned LEB128 of at most 32 bits (KIP-482). */
  unsignedVarint(value: number): void {
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.#byte(rest)
  }

  /** Zig-zag varint of 32 bits, as in records. */
  varint(value: number): void {
    this.unsignedVarint((value << 1) ^ (value >> 31))
  }

  /** Zig-zag varint of 64 bits, as in records. */
  varlong(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.#byte(Number(rest))
  }

  /** Begins anew, in the bytes it has. */
  clear(): void {
    this.#position = 0
    this.#elsewhere = []
  }

  /** What was written so far, in order with what lies elsewhere: views, valid until the next write. */
  parts(): (Buffer | BytesElsewhere)[] {
    const parts: (Buffer | BytesElsewhere)[] = []
    let from = 0
    for (const { at, bytes } of this.#elsewhere) {
      if (at > from) parts.push(this.#buffer.subarray(from, at))
      parts.push(bytes)
      from = at
    }
    if (this.#position > from) parts.push(this.#buffer.subarray(from, this.#position))
    return parts
  }

  /** What was written so far: a view, valid until the next write. */
  written(): Buffer {
    return this.#buffer.subarray(0, this.#position)
  }

  #byte(value: number): void {
    const at = this.#claim(1)
    this.#buffer[at] = value
  }

  /**
   * Where the next `size` bytes go. It may replace the buffer: name the buffer only after this
   * call.
   */
  #claim(size: number): number {
    const start = this.#position
    this.#position = start + size
    if (this.#position > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#position, this.#buffer.length * 2))
      this.#buffer.copy(grown, 0, 0, start)
      this.#buffer = grown
    }
    return start
  }
}
