/** Loads the log of one partition, and closes it: what a broker's start and its orderly end do to it. */
import type { Disk } from '../disk/disk.ts'
import { OpenFiles } from '../disk/open-files.ts'
import { OverlayDisk } from '../disk/overlay-disk.ts'
import type { LoadAction } from '../log/load-action.ts'
import type { LogConfig } from '../log/log-config.ts'
import { type OpenOptions, PartitionLog } from '../log/partition-log.ts'
import { readSegmentFacts } from '../log/segment-facts.ts'
import { type LogNote, noteOf } from './log-note.ts'
import { asFailure, type FailureError } from './plain-failure.ts'
import { ReadAhead, type ReadSegment } from './read-ahead.ts'

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
}

export interface RecoverOutcome {
  /** What was changed, whatever came of it. */
  readonly actions: readonly LoadAction[]
  /** Of the log, once everything is on disk. */
  readonly note?: LogNote
  readonly failure?: FailureError
}

export interface RecoverEnvironment {
  readonly disk: Disk
  readonly openFilesMax: number
  /** Whether nothing is to be changed on the disk. */
  readonly isPreview: boolean
  /** Who reads segments; by default they are read here, one after the other. */
  readonly readers?: SegmentReaders | undefined
  /** Told how many bytes were read here since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

export interface SegmentReaders {
  /** Reads what lies on the disk itself. */
  readonly read: ReadSegment
  /** Segments that are worth being read ahead. */
  readonly aheadMax: number
}

export async function recoverLog(
  task: RecoverTask,
  environment: RecoverEnvironment,
): Promise<RecoverOutcome> {
  const { path, topic, partition, highWatermark, nowMs } = task
  const { isPreview, openFilesMax, readers, onProgress } = environment
  const disk = isPreview ? new OverlayDisk(environment.disk) : environment.disk
  const files = new OpenFiles(disk, openFilesMax)
  const folder = { path, topic, partition, files }
  const ahead = readers && readAhead(readers, disk, onProgress)
  const actions: LoadAction[] = []
  const options: OpenOptions = {
    ...task,
    clock: { nowMs: () => nowMs },
    onAction: action => {
      actions.push(action)
      if (action.kind === 'segment-divided') ahead?.forget()
    },
    ...(onProgress && { onProgress }),
  }
  try {
    const log =
      ahead === undefined
        ? new PartitionLog(folder, options)
        : await PartitionLog.load(folder, options, request => ahead.facts(request))
    log.raiseHighWatermark(highWatermark)
    await log.close()
    return { actions, note: noteOf(log) }
  } catch (error) {
    return { actions, failure: asFailure(error) }
  } finally {
    files.closeAll()
  }
}

/** Of what a preview has changed, nobody else knows. */
function readAhead(
  { read, aheadMax }: SegmentReaders,
  disk: Disk,
  onProgress: RecoverEnvironment['onProgress'],
): ReadAhead {
  const isOurs = (path: string) => disk instanceof OverlayDisk && disk.hasChanged(path)
  const readHere: ReadSegment = segment =>
    new Promise(resolve => resolve(readSegmentFacts(segment, disk, onProgress)))
  return new ReadAhead(
    segment => (isOurs(segment.path) ? readHere(segment) : read(segment)),
    aheadMax,
  )
}
