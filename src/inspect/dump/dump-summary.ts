/** What a dump found not to fit together, told after all files: by absolute path, as kafka-dump-log does. */
import { OffsetPairs } from './offset-pairs.ts'

export class DumpSummary {
  /** Index entries whose batch ends at another offset: indexed offset → the batch's last offset. */
  readonly indexMismatches = new Map<string, OffsetPairs>()
  readonly timestampMismatches = new Map<string, TimestampPair[]>()
  readonly outOfOrderTimestamps = new Map<string, TimestampPair[]>()
  readonly offsetsNotFound = new Map<string, OffsetNotFound[]>()
  /** Records whose offset is not the one behind their predecessor's. */
  readonly gaps = new Map<string, OffsetPairs>()

  /** Collects for one file; it is listed only if something was collected. */
  pairsOf(map: Map<string, OffsetPairs>, path: string): OffsetPairs {
    const known = map.get(path)
    if (known !== undefined) return known
    const pairs = new OffsetPairs()
    map.set(path, pairs)
    return pairs
  }

  listOf<T>(map: Map<string, T[]>, path: string): T[] {
    const known = map.get(path)
    if (known !== undefined) return known
    const list: T[] = []
    map.set(path, list)
    return list
  }
}

export interface TimestampPair {
  readonly indexed: bigint
  /** The greatest of the batch's records, or the entry before. */
  readonly other: bigint
}

export interface OffsetNotFound {
  readonly indexed: bigint
  /** −1 where the log ends before it. */
  readonly found: bigint
}
