/** What of a partition is in the page cache, as a JSON object. */
import { jsonText } from '../json-text.ts'
import type { ResidencyRow } from './page-cache-text.ts'

/** @param timestamp of one look of many, which leave the segments out */
export function residencyJson(row: ResidencyRow, timestamp?: number): string {
  const { topic, partition, path, residency, change } = row
  const { served } = residency
  return jsonText({
    timestamp,
    topic: topic === '' ? null : topic,
    partition: partition === -1 ? null : partition,
    path,
    bytes: residency.bytes,
    residentBytes: residency.residentBytes,
    dirtyBytes: residency.dirtyBytes ?? null,
    servedFromMemory: {
      offset: served.offset,
      logEndOffset: served.logEndOffset,
      lag: served.logEndOffset - served.offset,
      bytes: served.bytes,
      ms: served.spanMs ?? null,
    },
    change: change && {
      bytes: change.bytes,
      residentBefore: change.residentBefore,
      residentAfter: change.residentAfter,
    },
    segments:
      timestamp !== undefined
        ? undefined
        : residency.segments.map(segment => ({
            baseOffset: segment.baseOffset,
            file: segment.path,
            bytes: segment.size,
            residentBytes: segment.residentBytes,
          })),
  })
}
