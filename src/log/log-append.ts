/** What a log is asked when it is appended to, and what it answers. */
import { RefusedError } from '../base/errors.ts'
import type { LogConfig } from './log-config.ts'
import type { BatchMetadata } from './producer.ts'
import type { AppendOrigin } from './producer-state.ts'

export interface AppendOptions {
  /** Of the leader that appends; −1 where offsets are taken as given. */
  readonly leaderEpoch: number
  readonly origin: AppendOrigin
  /** Of the transaction coordinator, for markers. */
  readonly transactionVersion?: number
}

export interface Appended {
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  /** Bytes that it takes in the log; 0 for a duplicate. */
  readonly size: number
  /** The broker's time under LogAppendTime; −1 under CreateTime. */
  readonly appendTimestamp: bigint
  readonly logStartOffset: bigint
  /** Whether the batch was there before, and nothing was appended. */
  readonly isDuplicate: boolean
  /**
   * Where `flush.messages` asks for it: the flush that it is to be acknowledged behind. A failure has reached the log
   * whether anybody waits or not.
   */
  readonly flushed?: Promise<void>
}

/** With the offsets it had. */
export function duplicateOf(known: BatchMetadata, logStartOffset: bigint): Appended {
  const { lastOffset, offsetDelta, timestamp: appendTimestamp } = known
  const firstOffset = lastOffset - BigInt(offsetDelta)
  return { firstOffset, lastOffset, size: 0, appendTimestamp, logStartOffset, isDuplicate: true }
}

export function refuseLargerThanSegment(
  size: number,
  { name, config }: { readonly name: string; readonly config: LogConfig },
): void {
  if (size <= config.segmentBytes) return
  throw new RefusedError(
    'RECORD_LIST_TOO_LARGE',
    `Message batch size is ${size} bytes in append to partition ${name}, which exceeds the ` +
      `maximum configured segment size of ${config.segmentBytes}.`,
  )
}
