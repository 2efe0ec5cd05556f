/**
 * Loads the log of one partition, and closes it: what a broker's start and its orderly end do to it. From plain values to
 * a plain value, so that a thread of its own can do it.
 */
import type { Disk } from '../disk/disk.ts'
import { OpenFiles } from '../disk/open-files.ts'
import { OverlayDisk } from '../disk/overlay-disk.ts'
import type { LoadAction } from '../log/load-action.ts'
import type { LogConfig } from '../log/log-config.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { type LogNote, noteOf } from './log-note.ts'
import { plainFailure, type PlainFailure } from './plain-failure.ts'

export interface RecoverTask {
  /** Of its folder, which is there. */
  readonly path: string
  readonly topic: string
  readonly partition: number
  readonly config: LogConfig
  readonly isClean: boolean
  /** What the checkpoints say; 0 where they say nothing. */
  readonly recoveryPoint: bigint
  readonly logStartOffset: bigint
  readonly highWatermark: bigint
  readonly nowMs: number
  readonly producerExpirationMs: number
  readonly openFilesMax: number
  /** Whether nothing is to be changed on the disk. */
  readonly isPreview: boolean
}

export interface RecoverOutcome {
  /** What was changed, whatever came of it. */
  readonly actions: readonly LoadAction[]
  /** Of the log, once everything is on disk. */
  readonly note?: LogNote
  readonly failure?: PlainFailure
}

export interface RecoverEnvironment {
  readonly disk: Disk
  /** Told how many bytes were read since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

export async function recoverLog(
  task: RecoverTask,
  { disk, onProgress }: RecoverEnvironment,
): Promise<RecoverOutcome> {
  const { path, topic, partition, openFilesMax, isPreview, highWatermark, nowMs } = task
  const files = new OpenFiles(isPreview ? new OverlayDisk(disk) : disk, openFilesMax)
  const actions: LoadAction[] = []
  try {
    const log = new PartitionLog(
      { path, topic, partition, files },
      {
        ...task,
        clock: { nowMs: () => nowMs },
        onAction: action => actions.push(action),
        ...(onProgress && { onProgress }),
      },
    )
    log.raiseHighWatermark(highWatermark)
    await log.close()
    return { actions, note: noteOf(log) }
  } catch (error) {
    return { actions, failure: plainFailure(error) }
  } finally {
    files.closeAll()
  }
}
