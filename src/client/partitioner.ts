/**
 * Which partition a record goes to, as Apache Kafka's default partitioner decides it:
 *
 * | record has            | partition                                                      |
 * |-----------------------|----------------------------------------------------------------|
 * | a partition           | that one                                                       |
 * | a key (an empty, too) | the key's murmur2, without its sign, modulo the partitions     |
 * | neither               | the same as the one before, until a batch is filled there;     |
 * |                       | then another one at random                                     |
 *
 * Kafka counts bytes for the last row and may leave a record or two behind in a batch of their own (KIP-794). Here the
 * record that finds no room is the one that moves on, so that every batch left is a full one.
 *
 * Source: org.apache.kafka.clients.producer.internals.BuiltInPartitioner
 */
import type { Random } from '../base/random.ts'
import { murmur2Of } from '../binary/murmur2.ts'
import { ANY_PARTITION, type OutgoingRecord } from './outgoing-record.ts'

export class DefaultPartitioner {
  readonly partitionCount: number
  readonly #random: Random
  #sticky: number

  constructor(partitionCount: number, random: Random) {
    this.partitionCount = partitionCount
    this.#random = random
    this.#sticky = random.below(partitionCount)
  }

  /** A partition that the record itself names may be out of range. */
  partitionOf(record: OutgoingRecord): number {
    if (record.partition !== ANY_PARTITION) return record.partition
    const { keySize } = record
    if (keySize < 0) return this.#sticky
    const hash = murmur2Of(record.keyBytes, record.keyStart, keySize)
    return (hash & 0x7fffffff) % this.partitionCount
  }

  /** Whether it was up to chance where the record goes. */
  isFree(record: OutgoingRecord): boolean {
    return record.keySize < 0 && record.partition === ANY_PARTITION
  }

  /** A batch has been filled where records without a key go. */
  moveOn(): number {
    if (this.partitionCount > 1) {
      const step = 1 + this.#random.below(this.partitionCount - 1)
      this.#sticky = (this.#sticky + step) % this.partitionCount
    }
    return this.#sticky
  }
}
