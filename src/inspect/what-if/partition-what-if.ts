/** What other configs would make of one log: a worker's task, plain data in and out. */
import { CorruptDataError, LimitError } from '../../base/errors.ts'
import type { LogConfig } from '../../log/log-config.ts'
import type { OpenSegment } from '../../log/open-segment.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import {
  checksumDamage,
  readBatches,
  type BatchReader,
  type LogReading,
  type ReadingEnvironment,
  type ReadingTask,
} from '../stats/log-reading.ts'
import { LogModel, type LogFigures, type SegmentOrigin } from './log-model.ts'
import { Recompression, type CodecFigures, type TargetCodec } from './recompression.ts'

export interface ModelledLog {
  readonly config: LogConfig
  /** What batches are compressed with; undefined: left as they lie. */
  readonly codec: TargetCodec
  readonly segments: SegmentOrigin
}

export interface WhatIfTask extends ReadingTask {
  readonly logs: readonly ModelledLog[]
}

export interface WhatIfFigures {
  readonly log: LogFigures
  /** Undefined where no codec was asked for. */
  readonly codec: CodecFigures | undefined
  /** Larger than a segment, or recompressed than `max.message.bytes`: a broker refuses them. They count all the same. */
  readonly refusedBatches: number
}

export interface PartitionWhatIf extends LogReading {
  /** One for each log. */
  readonly figures: readonly WhatIfFigures[]
  readonly batches: number
  readonly records: number
  /** Of formats before v2, which no codec was tried on. */
  readonly legacyBatches: number
}

export interface WhatIfEnvironment extends ReadingEnvironment {
  /** Milliseconds of a clock that only goes forward. */
  readonly clockMs: () => number
}

export function partitionWhatIf(task: WhatIfTask, environment: WhatIfEnvironment): PartitionWhatIf {
  const reader = new WhatIfReader(task, environment.clockMs)
  const reading = readBatches(task, reader, environment)
  return { ...reading, ...reader.result() }
}

interface Row {
  readonly log: ModelledLog
  readonly model: LogModel
  refusedBatches: number
}

class WhatIfReader implements BatchReader {
  readonly #rows: readonly Row[]
  readonly #recompression: Recompression
  readonly #isSample: boolean
  #batches = 0
  #records = 0

  constructor({ logs, limits, places }: WhatIfTask, clockMs: () => number) {
    this.#isSample = places !== undefined
    this.#rows = logs.map(log => {
      const origin = this.#isSample ? 'told' : log.segments
      return { log, model: new LogModel(log.config, origin), refusedBatches: 0 }
    })
    const codecs = logs.flatMap(({ codec }) => (codec === undefined ? [] : [codec]))
    this.#recompression = new Recompression(codecs, { limits, clockMs })
  }

  /** The places of a sample are taken together for one segment. */
  enter(segment: OpenSegment): void {
    if (this.#isSample) return
    for (const { log, model } of this.#rows) {
      if (log.segments === 'told') model.begin(segment.baseOffset, segment)
    }
  }

  startAnew(): void {
    // Nothing is compared with what came before.
  }

  take(
    batch: BatchV2 | LegacyMessage,
    _path: string,
    position: number,
  ): CorruptDataError | LimitError | undefined {
    if (!batch.isValid()) return checksumDamage(batch)
    try {
      this.#takeValid(batch, position)
      return undefined
    } catch (error) {
      if (!(error instanceof CorruptDataError) && !(error instanceof LimitError)) throw error
      return error
    }
  }

  refuse(error: LimitError): LimitError {
    return error
  }

  result(): Pick<PartitionWhatIf, 'figures' | 'batches' | 'records' | 'legacyBatches'> {
    const { figures, legacyBatches } = this.#recompression
    return {
      figures: this.#rows.map(({ log, model, refusedBatches }) => ({
        log: model.finish(),
        codec: figures.get(log.codec),
        refusedBatches,
      })),
      batches: this.#batches,
      records: this.#records,
      legacyBatches,
    }
  }

  /** How many records a message of old wraps only decompression tells: it counts for one. */
  #takeValid(batch: BatchV2 | LegacyMessage, position: number): void {
    const sizes = this.#recompression.take(batch)
    const { baseOffset, lastOffset, maxTimestamp } = batch
    const records = batch instanceof BatchV2 ? Math.max(0, batch.recordCount) : 1
    this.#batches++
    this.#records += records
    for (const row of this.#rows) {
      const { config, codec } = row.log
      const size = sizes.get(codec) ?? batch.size
      const isTooLarge = size !== batch.size && size > config.maxMessageBytes
      if (isTooLarge || size > config.segmentBytes) row.refusedBatches++
      row.model.add({ baseOffset, lastOffset, maxTimestamp, size, records }, position)
    }
  }
}
