/** What a controller answers to somebody who wants topics changed: records to append, or why not. */
import type { MetadataRecord } from './metadata-records.ts'

/** By the name of Kafka's error code. */
export type TopicRefusalCode =
  | 'INVALID_REQUEST'
  | 'INVALID_TOPIC_EXCEPTION'
  | 'TOPIC_ALREADY_EXISTS'
  | 'INVALID_PARTITIONS'
  | 'INVALID_CONFIG'
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'POLICY_VIOLATION'

export interface TopicRefusal {
  readonly error: TopicRefusalCode
  readonly message: string
}

export interface TopicRecords {
  readonly error?: undefined
  /** For one batch. */
  readonly records: readonly MetadataRecord[]
}

export type TopicDecision = TopicRecords | TopicRefusal

export function refused(error: TopicRefusalCode, message: string): TopicRefusal {
  return { error, message }
}
