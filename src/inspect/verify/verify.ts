/**
 * Verifies log.dirs, folders of partitions and single files: every file against every other.
 *
 * Findings come in the order of the log.dirs, the root's first, then partition by partition in order of their names,
 * within each by file and position, however the work was spread.
 */
import { assert } from '../../base/errors.ts'
import { MEBIBYTE } from '../../base/limits.ts'
import { logSizes } from '../../log/log-sizes.ts'
import { runTasks } from '../parallel/task-pool.ts'
import { compareFindings, type Finding } from './finding.ts'
import type { FindingClass, Severity } from './finding-facts.ts'
import { FINDING_KINDS } from './finding-kinds.ts'
import { addTally, emptyTally, type Tally } from './tally.ts'
import { TopicIds } from './topic-ids.ts'
import {
  planVerification,
  type VerifyPlanEnvironment,
  type VerifyPlanOptions,
  type VerifyTarget,
} from './verify-plan.ts'

export interface VerifyOptions extends VerifyPlanOptions {
  /** Threads. */
  readonly workers: number
  /** Below so many bytes of logs, however many partitions, the work is done in this thread. */
  readonly threadedBytesMin: number
}

/** A thread takes as long to start as this takes to verify, and memory of its own. */
export const THREADED_BYTES_MIN = 64 * MEBIBYTE

export interface VerifyEnvironment extends VerifyPlanEnvironment {
  readonly onProgress?: (bytes: number, totalBytes: number) => void
  /** Told, before anything is read, the size of the largest log of each partition. */
  readonly onSizes?: (sizes: readonly number[]) => void
}

export interface VerifyTotals {
  /** Files named one by one that are no segment's: only their own format was checked. */
  readonly files: number
  readonly partitions: number
  readonly tally: Readonly<Tally>
  readonly severities: Readonly<Record<Severity, number>>
  /** Of errors and warnings. */
  readonly classes: ReadonlySet<FindingClass>
}

export async function* verify(
  targets: readonly VerifyTarget[],
  options: VerifyOptions,
  environment: VerifyEnvironment,
): AsyncGenerator<Finding, VerifyTotals> {
  const steps = planVerification(targets, options, environment)
  const tasks = steps.flatMap(step => step.tasks)
  const totals = new Totals(steps.filter(step => step.isFile === true).length, tasks.length)
  const { disk, onProgress } = environment
  const sizes = tasks.map(task => logSizes(task.path, disk))
  environment.onSizes?.(sizes.map(each => Math.max(0, ...each)))
  const weights = sizes.map(each => each.reduce((sum, size) => sum + size, 0))
  const totalBytes = weights.reduce((sum, size) => sum + size, 0)
  const results = runTasks('verify-partition', tasks, {
    workers: totalBytes < options.threadedBytesMin ? 1 : options.workers,
    disk,
    weights,
    onProgress: onProgress && (bytes => onProgress(bytes, totalBytes)),
  })
  const topicIds = new TopicIds(disk, options.limits)
  for (const { findings, tasks: own, metadataDir } of steps) {
    yield* totals.count(findings)
    for (const task of own) {
      const answer = await results.next()
      assert(answer.done !== true, 'each task has a result')
      const { findings: found, tally, topicId } = answer.value
      addTally(totals.tally, tally)
      const isStray = task.isStray === true
      const mismatch = isStray ? undefined : topicIds.compare(task.path, topicId, metadataDir)
      yield* totals.count(
        mismatch === undefined ? found : [...found, mismatch].sort(compareFindings),
      )
    }
  }
  await results.return(undefined)
  return totals
}

class Totals implements VerifyTotals {
  readonly files: number
  readonly partitions: number
  readonly tally = emptyTally()
  readonly severities: Record<Severity, number> = { error: 0, warning: 0, notice: 0 }
  readonly classes = new Set<FindingClass>()

  constructor(files: number, partitions: number) {
    this.files = files
    this.partitions = partitions
  }

  count(findings: readonly Finding[]): readonly Finding[] {
    for (const { kind, severity } of findings) {
      this.severities[severity]++
      if (severity !== 'notice') this.classes.add(FINDING_KINDS[kind].class)
    }
    return findings
  }
}
