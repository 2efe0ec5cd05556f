/**
 * What `kafka-dump-log` prints of a record whose meaning it was told, and what it is printed from.
 */
import { CorruptDataError, type Damage } from '../base/errors.ts'

export interface StoredRecord {
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** Absent parts are not printed at all. */
export interface DumpedRecord {
  readonly key?: string
  readonly payload?: string
  /**
   * Apache Kafka's tool ends at this record with a stack trace; the text names its exception's
   * message.
   */
  readonly endsKafkasTool?: true
}

/** Bytes that Apache Kafka refuses as well, with the message of its exception. */
export class RefusedRecordError extends CorruptDataError {
  readonly javaMessage: string

  constructor(damage: Damage, javaMessage: string) {
    super(damage)
    this.javaMessage = javaMessage
  }
}
