/** What a partition was told, and what it promised: plain, to hold the log against. */
import { BatchV2 } from '../../src/record/batch-v2.ts'

export interface AppendedBatch {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  /** As it should lie in the log. */
  readonly bytes: Buffer
}

export class PartitionModel {
  /** The batches that are in the log now. */
  current: AppendedBatch[] = []
  /** Whose append failed: it may be there, at the end. */
  failed: AppendedBatch | undefined
  /** Before a truncation that is under way. */
  before: AppendedBatch[] = []
  /** Nothing below may be lost. */
  promised = 0n
  /** The greatest that the log's start was told. */
  logStart = 0n

  append(bytes: Buffer): void {
    this.current.push(asBatch(bytes))
  }

  appendFailed(bytes: Buffer): void {
    this.failed ??= asBatch(bytes)
  }

  /** @param act truncates the log; what it does not come back from may have happened or not */
  truncateTo(offset: bigint, act: () => void): void {
    if (this.before.length === 0) this.before = this.current
    this.current = this.current.filter(({ lastOffset }) => lastOffset < offset)
    if (this.promised > offset) this.promised = offset
    act()
    this.before = []
  }

  /** After a crash: what is left is what is. */
  goOnWith(found: readonly AppendedBatch[]): void {
    this.current = [...found]
    this.before = []
    this.failed = undefined
    this.promised = 0n
  }
}

function asBatch(bytes: Buffer): AppendedBatch {
  const { baseOffset, lastOffset } = new BatchV2(bytes)
  return { baseOffset, lastOffset, bytes: Buffer.from(bytes) }
}
