/**
 * What logs would be like under other configs, measured on their own batches: each log is read once by a task of its own,
 * whatever is asked, and their figures are added up, for all of them together, topic by topic, or not at all.
 */
import { MEBIBYTE, type DecodeLimits } from '../../base/limits.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { runTasks } from '../parallel/task-pool.ts'
import {
  bytesOf,
  CountedScope,
  readingTasks,
  sampleSizeOf,
  type CountedFacts,
  type CountedPartition,
  type StatsScope,
} from '../stats/counted-logs.ts'
import type { ReadingProblem } from '../stats/log-reading.ts'
import { emptyLogFigures, mergeLogFigures } from './log-model.ts'
import type { ModelledLog, PartitionWhatIf, WhatIfFigures } from './partition-what-if.ts'
import { emptyCodecFigures, mergeCodecFigures } from './recompression.ts'

export interface WhatIfOptions {
  readonly by: StatsScope
  /** The first is what others are compared with; as many for each topic. */
  readonly logsOf: (topic: string) => readonly ModelledLog[]
  /** Bytes of log to read, all in all; undefined for all of them. */
  readonly sampleSize: number | undefined
  readonly limits: DecodeLimits
  readonly workers: number
  readonly onProgress: (totalBytes: number) => void
}

export interface WhatIfReport extends CountedFacts {
  readonly batches: number
  readonly records: number
  readonly legacyBatches: number
  /** Of a sample nothing is known of segments. */
  readonly rows: readonly WhatIfRow[]
}

export interface WhatIfRow extends WhatIfFigures {
  /** Undefined where it is not the same for all topics. */
  readonly config: LogConfig | undefined
}

export type WhatIfEvent =
  | { readonly kind: 'problem'; readonly problem: ReadingProblem }
  | { readonly kind: 'report'; readonly report: WhatIfReport }

/** Threads take as long to start as this takes to read; a codec takes longer. */
const THREADED_BYTES_MIN = 16 * MEBIBYTE
/** Each takes some 15 MB. */
const THREADS_MAX = 3

export async function* whatIf(
  disk: Disk,
  partitions: readonly CountedPartition[],
  asked: WhatIfOptions,
): AsyncGenerator<WhatIfEvent> {
  const sampleSize = sampleSizeOf(partitions, asked.sampleSize)
  const options = { ...asked, sampleSize }
  const tasks = readingTasks(partitions, options).map((task, index) => ({
    ...task,
    logs: options.logsOf(partitions[index]!.topic),
  }))
  const isSmall = (sampleSize ?? bytesOf(partitions)) < THREADED_BYTES_MIN
  const results = runTasks('partition-what-if', tasks, {
    workers: isSmall ? 1 : Math.min(options.workers, THREADS_MAX),
    disk: considerate(disk),
    onProgress: options.onProgress,
  })
  let scope: Scope | undefined
  let index = 0
  for await (const result of results) {
    const { logs } = tasks[index]!
    const partition = partitions[index++]!
    for (const problem of result.problems) yield { kind: 'problem', problem }
    if (scope !== undefined && !scope.counted.holds(partition)) {
      yield { kind: 'report', report: scope.report() }
      scope = undefined
    }
    scope ??= new Scope(options)
    scope.add(partition, logs, result)
  }
  if (scope !== undefined) yield { kind: 'report', report: scope.report() }
}

class Scope {
  readonly counted: CountedScope
  #batches = 0
  #records = 0
  #legacyBatches = 0
  #rows: readonly WhatIfRow[] | undefined

  constructor({ by, sampleSize }: WhatIfOptions) {
    this.counted = new CountedScope(by, sampleSize)
  }

  add(partition: CountedPartition, logs: readonly ModelledLog[], result: PartitionWhatIf): void {
    this.counted.add(partition, result)
    this.#batches += result.batches
    this.#records += result.records
    this.#legacyBatches += result.legacyBatches
    const before = this.#rows
    this.#rows = logs.map(({ config }, index) => {
      return added(before?.[index], result.figures[index]!, config)
    })
  }

  report(): WhatIfReport {
    return {
      ...this.counted.facts(),
      batches: this.#batches,
      records: this.#records,
      legacyBatches: this.#legacyBatches,
      rows: this.#rows ?? [],
    }
  }
}

function added(row: WhatIfRow | undefined, from: WhatIfFigures, config: LogConfig): WhatIfRow {
  const { log = emptyLogFigures(), codec = emptyCodecFigures(), refusedBatches = 0 } = row ?? {}
  mergeLogFigures(log, from.log)
  if (from.codec !== undefined) mergeCodecFigures(codec, from.codec)
  const isSame = row === undefined || (row.config !== undefined && isAlike(row.config, config))
  return {
    log,
    codec: from.codec && codec,
    refusedBatches: refusedBatches + from.refusedBatches,
    config: isSame ? config : undefined,
  }
}

function isAlike(a: LogConfig, b: LogConfig): boolean {
  return (
    a.indexIntervalBytes === b.indexIntervalBytes &&
    a.segmentBytes === b.segmentBytes &&
    a.segmentMs === b.segmentMs &&
    a.compressionType === b.compressionType
  )
}
