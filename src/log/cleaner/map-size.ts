/** How much memory an offset map is given. A small log needs no large one: no cache holds that, and it is filled first. */
import type { CleanableRange } from './cleanable-range.ts'
import { type OffsetMapOptions, SLOT_SIZE } from './offset-map.ts'

const MAP_BYTES_MIN = 1024 * 1024
/** Room for a key in each 6 bytes; more there are not, but for compression. */
const MAP_BYTES_PER_BYTE = 4
/** More of its slots are not used where there is room for a key at each offset: a key is found in few steps then. */
const USED_PART_MAX = 0.75

/** @param buffer what it may have at most */
export function mapSize(
  range: Pick<CleanableRange, 'cleanableBytes' | 'firstDirtyOffset' | 'firstUncleanableOffset'>,
  buffer: Pick<OffsetMapOptions, 'bytes' | 'loadFactor'>,
): number {
  const { cleanableBytes, firstDirtyOffset, firstUncleanableOffset } = range
  const offsets = Number(firstUncleanableOffset - firstDirtyOffset)
  const bytesPerOffset = SLOT_SIZE / Math.min(buffer.loadFactor, USED_PART_MAX)
  const needed = Math.min(MAP_BYTES_PER_BYTE * cleanableBytes, bytesPerOffset * offsets)
  return Math.min(buffer.bytes, MAP_BYTES_MIN + needed)
}
