/** Records of one partition, with the offsets they are to have, written into a staged log of their own. */
import type { Codec } from '../../compression/codec.ts'
import type { OpenFiles } from '../../disk/open-files.ts'
import type { LogClock } from '../../log/active-segments.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { PartitionLog } from '../../log/partition-log.ts'
import type { RecordSlices } from '../../record/record-slices.ts'
import { RestoredBatch, type BatchTraits } from './restored-batch.ts'
import { makeStagingFolder, type PartitionPlace, type StagedPartition } from './staged-partition.ts'

export interface StageOptions {
  readonly files: OpenFiles
  readonly config: LogConfig
  readonly clock: LogClock
  readonly codec: Codec
  /** Bytes of a batch before compression. */
  readonly batchSize: number
  readonly topicId: string
}

export class RecordStager {
  readonly #place: PartitionPlace
  readonly #how: StagedPartition['how']
  readonly #log: PartitionLog
  readonly #batch: RestoredBatch
  readonly #startOffset: bigint

  /** @param startOffset of the first record, where its segment begins */
  constructor(
    place: PartitionPlace,
    { startOffset, how }: Pick<StagedPartition, 'startOffset' | 'how'>,
    { files, config, clock, codec, batchSize, topicId }: StageOptions,
  ) {
    const path = makeStagingFolder(files.disk, place)
    this.#place = place
    this.#how = how
    this.#startOffset = startOffset
    this.#batch = new RestoredBatch(codec, batchSize)
    this.#log = new PartitionLog(
      { path, topic: place.topic, partition: place.partition, files },
      {
        config,
        clock,
        isClean: true,
        recoveryPoint: startOffset,
        logStartOffset: startOffset,
        producerExpirationMs: Infinity,
      },
    )
    this.#log.writeTopicId(topicId)
  }

  /**
   * @param offset above that of the record before
   * @throws RefusedError where the log can't take it; DiskError
   */
  add(record: RecordSlices, traits: BatchTraits, offset: bigint, sequence: number): void {
    if (this.#batch.tryAdd(record, traits, offset, sequence)) return
    this.#append()
    this.#batch.tryAdd(record, traits, offset, sequence)
  }

  /** Durable when it returns. */
  async finish(): Promise<StagedPartition> {
    if (!this.#batch.isEmpty) this.#append()
    const { endOffset } = this.#log
    await this.#log.close()
    const startOffset = this.#startOffset
    return { ...this.#place, how: this.#how, logStartOffset: startOffset, startOffset, endOffset }
  }

  /** What was staged is left to whoever removes it. */
  giveUp(): void {
    this.#log.closeFiles()
  }

  #append(): void {
    this.#log.append(this.#batch.build(), { leaderEpoch: -1, origin: 'replication' })
  }
}
