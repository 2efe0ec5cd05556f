/** What a partition was told, and what it promised: plain, to hold the log against. */
import { BatchV2 } from '../../src/record/batch-v2.ts'

export interface AppendedBatch {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  /** As it should lie in the log. */
  readonly bytes: Buffer
}

export class PartitionModel {
  /** Every batch that was ever appended. */
  readonly ever: AppendedBatch[] = []
  /** Those that are in the log now. */
  current: AppendedBatch[] = []
  /** Nothing below may be lost. */
  promised = 0n
  /** The greatest that the log's start was told. */
  logStart = 0n

  append(bytes: Buffer): void {
    const batch = asBatch(bytes)
    this.ever.push(batch)
    this.current.push(batch)
  }

  truncateTo(offset: bigint): void {
    this.current = this.current.filter(({ lastOffset }) => lastOffset < offset)
    if (this.promised > offset) this.promised = offset
  }

  /** After a crash: what is left is what is. */
  goOnWith(found: readonly AppendedBatch[]): void {
    this.current = [...found]
    this.promised = 0n
  }
}

export function asBatch(bytes: Buffer): AppendedBatch {
  const { baseOffset, lastOffset } = new BatchV2(bytes)
  return { baseOffset, lastOffset, bytes: Buffer.from(bytes) }
}
