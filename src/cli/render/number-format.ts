/** Numbers as formats spell them: cut to the size that is asked for, negative ones as their 64 bits. */
import type { ByteOutput } from '../byte-output.ts'
import type { NumberFormat } from '../record-format.ts'

export function numberWriter(
  format: NumberFormat,
  out: ByteOutput,
): (value: number | bigint) => void {
  if (format === 'ascii' || format === 'number') {
    return value => {
      if (typeof value === 'number') out.integer(value)
      else out.bigint(value)
    }
  }
  if (format === 'bool') return value => out.text(BigInt(value) === 0n ? 'false' : 'true')
  const [, kind = '', digits = ''] = /^([a-z]+)(\d*)$/.exec(format) ?? []
  const bits = digits === '' ? undefined : Number(digits)
  if (kind === 'hex') return hexWriter(bits, out)
  const bytes = Buffer.alloc(INT64_SIZE)
  const size = (bits ?? BYTE_BITS) / BYTE_BITS
  return value => {
    const wide = BigInt.asUintN(INT64_BITS, BigInt(value))
    if (kind === 'little') bytes.writeBigUInt64LE(wide)
    else bytes.writeBigUInt64BE(wide)
    out.bytes(kind === 'little' ? bytes.subarray(0, size) : bytes.subarray(INT64_SIZE - size))
  }
}

const INT64_SIZE = 8
const INT64_BITS = 64
const BYTE_BITS = 8
const DIGIT_BITS = 4

/** @param bits as many digits as they take; undefined for no more than the number takes */
function hexWriter(bits: number | undefined, out: ByteOutput): (value: number | bigint) => void {
  return value => {
    const text = BigInt.asUintN(bits ?? INT64_BITS, BigInt(value)).toString(16)
    out.text(bits === undefined ? text : text.padStart(bits / DIGIT_BITS, '0'))
  }
}
