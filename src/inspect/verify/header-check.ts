/** What no broker writes into the header of a batch, although its checksum holds (or does not cover it). */
import { unusedBitsIn } from '../../record/attributes.ts'
import { MAGIC_V2 } from '../../record/batch.ts'
import { BATCH_HEADER, BatchV2 } from '../../record/batch-v2.ts'
import type { Batch } from '../dump/dump-sink.ts'

export interface HeaderFlaw {
  readonly found: string
  readonly expected: string
}

const AT = BATCH_HEADER.offsetOf
const CODEC_MAX = 4
const LEGACY_CODEC_MAX = 3
const INT32_MAX = 0x7fffffff

export function headerFlaw(batch: Batch): HeaderFlaw | undefined {
  return batch instanceof BatchV2 ? v2Flaw(batch) : legacyFlaw(batch)
}

function v2Flaw(batch: BatchV2): HeaderFlaw | undefined {
  const { magic, lastOffsetDelta, recordCount, attributes, codecId, buffer, start } = batch
  if (magic !== MAGIC_V2) return { found: `magic ${magic}`, expected: `${MAGIC_V2} or less` }
  if (buffer[start + AT.baseOffset]! >= 0x80) {
    return { found: `base offset ${batch.baseOffset}`, expected: '0 or more' }
  }
  if (lastOffsetDelta < 0) {
    return { found: `last offset delta ${lastOffsetDelta}`, expected: '0 or more' }
  }
  if (recordCount < 0 || recordCount - 1 > lastOffsetDelta) {
    const expected = `0 to ${Math.min(lastOffsetDelta + 1, INT32_MAX)}, one for each offset`
    return { found: `${recordCount} records`, expected }
  }
  const unused = unusedBitsIn(attributes)
  if (unused !== 0) return { found: `attributes ${attributes}`, expected: 'known bits' }
  if (codecId > CODEC_MAX) return { found: `codec ${codecId}`, expected: `at most ${CODEC_MAX}` }
  const isImpossible = buffer[start + AT.producerId]! >= 0x80 && batch.producerId !== -1n
  if (!isImpossible) return undefined
  return { found: `producer id ${batch.producerId}`, expected: '-1 or more' }
}

function legacyFlaw(batch: Batch): HeaderFlaw | undefined {
  const { magic, lastOffset, codecId } = batch
  if (magic < 0) return { found: `magic ${magic}`, expected: '0 to 2' }
  if (lastOffset < 0n) return { found: `offset ${lastOffset}`, expected: '0 or more' }
  if (codecId <= LEGACY_CODEC_MAX) return undefined
  return { found: `codec ${codecId}`, expected: `at most ${LEGACY_CODEC_MAX} in that format` }
}
