/**
 * UTF-8 as Java's `new String(bytes, UTF_8)` reads it: the same as everybody's on valid input, but its own idea of how
 * many bytes one replacement character stands for (a surrogate's three bytes give one, not three; a sequence cut off
 * by the end gives one for all of it). kafka-dump-log prints keys and payloads that way.
 *
 * Source: observed on OpenJDK 17, compared over random bytes in the interop tests.
 */
import { isUtf8 } from 'node:buffer'

const REPLACEMENT = Buffer.from('\ufffd', 'utf8')

/** The bytes themselves where they are valid, else a copy with Java's replacements. */
export function javaUtf8(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : replaceMalformed(bytes)
}

export function javaString(bytes: Buffer): string {
  return javaUtf8(bytes).toString('utf8')
}

function replaceMalformed(bytes: Buffer): Buffer {
  const pieces: Buffer[] = []
  let goodFrom = 0
  for (let at = 0; at < bytes.length;) {
    const length = sequenceAt(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    pieces.push(bytes.subarray(goodFrom, at), REPLACEMENT)
    at -= length
    goodFrom = at
  }
  pieces.push(bytes.subarray(goodFrom))
  return Buffer.concat(pieces)
}

/** Length of the valid sequence at `at`; negated, of the malformed one that one replacement stands for. */
function sequenceAt(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  if (first >= 0xc2 && first <= 0xdf) return twoBytes(bytes, at)
  if (first >= 0xe0 && first <= 0xef) return threeBytes(bytes, at, first)
  if (first >= 0xf0 && first <= 0xf7) return fourBytes(bytes, at, first)
  return -1
}

function twoBytes(bytes: Buffer, at: number): number {
  return isContinuation(bytes[at + 1]) ? 2 : -1
}

function threeBytes(bytes: Buffer, at: number, first: number): number {
  const second = bytes[at + 1]
  if (second === undefined) return -1
  if (!isContinuation(second) || (first === 0xe0 && second < 0xa0)) return -1
  if (at + 2 >= bytes.length) return -2
  if (!isContinuation(bytes[at + 2])) return -2
  return first === 0xed && second >= 0xa0 ? -3 : 3
}

function fourBytes(bytes: Buffer, at: number, first: number): number {
  const second = bytes[at + 1]
  if (first > 0xf4) return -1
  if (second === undefined) return -1
  const tooLow = first === 0xf0 && second < 0x90
  const tooHigh = first === 0xf4 && second > 0x8f
  if (!isContinuation(second) || tooLow || tooHigh) return -1
  if (at + 2 >= bytes.length) return -2
  if (!isContinuation(bytes[at + 2])) return -2
  if (at + 3 >= bytes.length) return -3
  return isContinuation(bytes[at + 3]) ? 4 : -3
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
