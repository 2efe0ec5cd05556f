/**
 * The codecs that a batch's attributes can name. A new one is a file beside these, and a line here.
 */
import { assert } from '../base/errors.ts'
import type { Codec, CodecName } from './codec.ts'
import { gzip } from './gzip.ts'
import { lz4 } from './lz4.ts'
import { none } from './none.ts'
import { snappy } from './snappy.ts'
import { zstd } from './zstd.ts'

/** By id. */
export const CODECS: readonly Codec[] = [none, gzip, snappy, lz4, zstd]

export function codecById(id: number): Codec | undefined {
  return CODECS[id]
}

export function codecNamed(name: CodecName): Codec {
  const codec = CODECS.find(candidate => candidate.name === name)
  assert(codec !== undefined, 'every name is that of a codec')
  return codec
}
