/** The reading of a segment as a task: from plain values to a plain value, so that a thread of its own can do it. */
import type { Disk } from '../disk/disk.ts'
import { readSegmentFacts, type SegmentFacts, type SegmentToRead } from '../log/segment-facts.ts'
import { errorOf, plainFailure, type PlainFailure } from './plain-failure.ts'

export type SegmentReading = { readonly facts: SegmentFacts } | { readonly failure: PlainFailure }

export interface ReadEnvironment {
  readonly disk: Disk
  /** Told how many bytes were read since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

export function readSegment(
  segment: SegmentToRead,
  { disk, onProgress }: ReadEnvironment,
): SegmentReading {
  try {
    return { facts: readSegmentFacts(segment, disk, onProgress) }
  } catch (error) {
    return { failure: plainFailure(error) }
  }
}

/** @throws as `readSegmentFacts` */
export function factsOf(reading: SegmentReading): SegmentFacts {
  if ('failure' in reading) throw errorOf(reading.failure)
  // Of a buffer, threads hand on the bytes alone.
  const { indexes, trail, ...rest } = reading.facts
  const { offsets, times, greatest } = indexes
  return {
    ...rest,
    indexes: { offsets: asBuffer(offsets), times: asBuffer(times), greatest },
    trail: asBuffer(trail),
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
