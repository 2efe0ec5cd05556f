/** What takes the batches of a topic: a log on disk, later a broker. */
import type { TopicConfig } from './topic-rules.ts'

export interface BatchSink {
  readonly partitionCount: number
  /** Absent where the sink doesn't know it, and refuses what is against it batch by batch. */
  readonly topicConfig?: TopicConfig
  /**
   * Resolves when the batch is as durable as was asked for; the order of calls per partition is the order in the log.
   * The bytes belong to the sink from now on.
   */
  append(partition: number, batch: Buffer): Promise<AppendedBatch>
  /** How many times something was made durable; absent where the sink doesn't count that. */
  readonly syncCount?: number
}

/** Where it is. */
export interface AppendedBatch {
  /** Bytes it takes there: others than were sent where the topic has a codec of its own. */
  readonly storedSize: number
  readonly firstOffset: bigint
  readonly lastOffset: bigint
}
