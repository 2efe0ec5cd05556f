/**
 * One partition's folder: its segments in order, and all that lies beside them. What can be said only behind the last
 * segment is said in partition-end-check.ts.
 */
import type { Disk } from '../../disk/disk.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { readPartitionDirectory, type PartitionDirectory } from '../../log/partition-directory.ts'
import type { Segment } from '../../log/segment.ts'
import { startOf, type FindingPlace, type SegmentStart } from './finding.ts'
import { FindingLog } from './finding-log.ts'
import { FINDING_KINDS, type FindingKind } from './finding-kinds.ts'
import { checkKraftSnapshot } from './kraft-snapshot-check.ts'
import { LeaderEpochCheck } from './leader-epoch-check.ts'
import { checkPartitionEnd, type FileGaps, type SegmentGap } from './partition-end-check.ts'
import { checkPartitionFiles, type PartitionFilesReport } from './partition-files-check.ts'
import { PartitionState, type ReadSnapshot } from './partition-state.ts'
import type { PartitionReport, PartitionTask } from './partition-task.ts'
import { ProducerTracker } from './producer-tracker.ts'
import { reportReadFailure } from './read-failure.ts'
import { SegmentStarts } from './segment-starts.ts'
import { checkSegment } from './segment-check.ts'
import { readSnapshot } from './snapshot-check.ts'
import { emptyTally } from './tally.ts'

export interface PartitionCheckEnvironment {
  readonly disk: Disk
  readonly onProgress: (bytes: number) => void
}

export function checkPartition(
  task: PartitionTask,
  environment: PartitionCheckEnvironment,
): PartitionReport {
  const findings = new FindingLog()
  try {
    return new PartitionCheck(task, environment, findings).run()
  } catch (error) {
    const isLive = task.dirState === 'live'
    const report = findings.add.bind(findings)
    reportReadFailure(error, { path: task.path, isLive, report })
    return { findings: findings.result(), tally: emptyTally(), topicId: undefined }
  }
}

class PartitionCheck {
  readonly #task: PartitionTask
  readonly #environment: PartitionCheckEnvironment
  readonly #findings: FindingLog
  readonly #directory: PartitionDirectory
  readonly #files: PartitionFilesReport
  readonly #state: PartitionState
  readonly #starts: SegmentStarts
  readonly #segmentGaps: SegmentGap[] = []
  readonly #offsetGaps: FileGaps[] = []
  #lastEpochMismatch = ''
  /** Of those that a broker can use; ascending. */
  #snapshotOffsets: readonly bigint[] = []

  constructor(task: PartitionTask, environment: PartitionCheckEnvironment, findings: FindingLog) {
    this.#task = task
    this.#environment = environment
    this.#findings = findings
    this.#directory = readPartitionDirectory(environment.disk, task.path)
    this.#files = checkPartitionFiles(this.#directory, {
      ...task,
      disk: environment.disk,
      report: (kind, place) => findings.add(kind, place),
    })
    this.#starts = new SegmentStarts(this.#directory, task)
    this.#state = this.#initialState()
  }

  run(): PartitionReport {
    const { segments, checkpoints } = this.#directory
    const { disk } = this.#environment
    const { limits, only } = this.#task
    if (only === undefined) {
      for (const { file } of checkpoints) {
        this.#guard(() =>
          checkKraftSnapshot(file.path, {
            disk,
            limits,
            report: this.#reporter(startOf('trusted')),
          }),
        )
      }
    }
    for (const [index, segment] of segments.entries()) {
      if (only === undefined || segment.baseOffset === only) this.#checkSegment(segment, index)
    }
    if (only === undefined) {
      checkPartitionEnd({
        task: this.#task,
        directory: this.#directory,
        state: this.#state,
        offsetGaps: this.#offsetGaps,
        segmentGaps: this.#segmentGaps,
        report: this.#reporter(startOf('trusted')),
        reportOfLast: this.#reporter(
          this.#starts.at(segments.length - 1),
          this.#isRebuilt(segments.length - 1),
        ),
      })
    }
    this.#starts.settle({
      snapshotOffsets: this.#snapshotOffsets,
      logEndOffset: this.#state.nextOffset ?? 0n,
    })
    const findings = this.#findings.result()
    return { findings, tally: this.#state.tally, topicId: this.#files.topicId }
  }

  #initialState(): PartitionState {
    const { only } = this.#task
    const { segments } = this.#directory
    const firstBase = only ?? segments[0]?.baseOffset ?? 0n
    const snapshots = this.#readSnapshots(firstBase)
    this.#snapshotOffsets = snapshots.map(({ snapshot }) => snapshot.offset)
    const tracker = new ProducerTracker(firstBase === 0n)
    const first = snapshots[0]
    if (first !== undefined && first.snapshot.offset === firstBase) {
      tracker.load(first.entries)
      snapshots.shift()
    }
    const epochs = new LeaderEpochCheck(this.#files.leaderEpochs ?? [], this.#logStart())
    return new PartitionState(tracker, epochs, snapshots)
  }

  /** Only at a clean shutdown is it noted for sure; of the metadata, which begins with a snapshot, never. */
  #logStart(): bigint | undefined {
    const { dirState, noted } = this.#task
    const firstBase = this.#directory.segments[0]?.baseOffset
    if (dirState !== 'clean' || firstBase === undefined) return undefined
    if (this.#directory.topic === METADATA_TOPIC) return undefined
    const logStart = noted?.logStart ?? firstBase
    return logStart > firstBase ? logStart : firstBase
  }

  #readSnapshots(from: bigint): ReadSnapshot[] {
    const { disk } = this.#environment
    const { only } = this.#task
    const isWanted = ({ offset }: { offset: bigint }) =>
      offset >= from && (only === undefined || offset === only)
    const read: ReadSnapshot[] = []
    for (const snapshot of this.#directory.snapshots.filter(isWanted)) {
      this.#guard(() => {
        const entries = readSnapshot(snapshot, { disk, report: this.#reporter(startOf('trusted')) })
        if (entries !== undefined) read.push({ snapshot, entries })
      })
    }
    return read
  }

  #checkSegment(segment: Segment, index: number): void {
    const { segments } = this.#directory
    const { dirState, deep, limits } = this.#task
    const isLast = index === segments.length - 1
    const report = this.#reporter(this.#starts.at(index), this.#isRebuilt(index))
    this.#checkBeginning(segment, report)
    if (segment.index === undefined && this.#wantsIndexes(index)) {
      const file = segment.log.path.replace(/\.log$/, '.index')
      report('index-missing', { file, found: 'no file', expected: 'an offset index' })
    }
    this.#state.isEndKnown = false
    this.#guard(() => {
      const { gaps, hasTimestamps } = checkSegment(segment, {
        disk: this.#environment.disk,
        limits,
        deep,
        state: this.#state,
        isOpenEnded: isLast && (dirState === 'unclean' || dirState === 'unknown'),
        isGrowing: isLast && dirState === 'live',
        report,
        onUnreadable: error => this.#reportReadFailure(error),
        onEpochMismatch: (offset, epoch, noted) => this.#noteEpoch(offset, epoch, noted),
        onProgress: this.#environment.onProgress,
      })
      this.#state.isEndKnown = true
      if (gaps !== undefined) this.#offsetGaps.push({ file: segment.log.path, gaps })
      if (hasTimestamps && !segment.timeIndex && segment.index && this.#wantsIndexes(index)) {
        report('timeindex-missing', {
          file: segment.log.path.replace(/\.log$/, '.timeindex'),
          found: 'no file',
          expected: 'a time index: the log has timestamps',
        })
      }
    })
    this.#state.nextOffset ??= segment.baseOffset
  }

  /** Where the segment begins, after the one before. */
  #checkBeginning(segment: Segment, report: Reporter): void {
    const state = this.#state
    const next = state.nextOffset
    const { baseOffset } = segment
    if (next === undefined || next === baseOffset) return
    state.hasSegmentGaps = true
    if (next < baseOffset) {
      if (!state.hasDamage) this.#segmentGaps.push({ segment, first: next, last: baseOffset - 1n })
    } else {
      report('segment-overlap', {
        file: segment.log.path,
        position: 0,
        firstOffset: baseOffset,
        lastOffset: next - 1n,
        found: `a segment from offset ${baseOffset} on`,
        expected: `offset ${next}: the segment before reaches up to there`,
      })
    }
    state.nextOffset = baseOffset
  }

  #wantsIndexes(index: number): boolean {
    const { dirState, only } = this.#task
    const isLast = index === this.#directory.segments.length - 1
    if (only !== undefined || (dirState === 'live' && isLast)) return false
    return !this.#isRebuilt(index)
  }

  #isRebuilt(index: number): boolean {
    return this.#task.dirState === 'unclean' && this.#starts.isRecovered(index)
  }

  /** Files that a broker will rebuild anyway are no news: one notice for each that is wrong. */
  #reporter(start: SegmentStart, isRebuilt = false): Reporter {
    return (kind, place) => {
      if (!isRebuilt || FINDING_KINDS[kind].class !== 'rebuildable') {
        this.#findings.add(kind, place, start)
      } else if (!this.#findings.has('unclean-index', place.file)) {
        this.#findings.add('unclean-index', place, start)
      }
    }
  }

  #noteEpoch(offset: bigint, epoch: number, noted: number): void {
    const file = this.#directory.leaderEpochs?.path
    if (file === undefined || this.#lastEpochMismatch === `${epoch} ${noted}`) return
    this.#lastEpochMismatch = `${epoch} ${noted}`
    this.#findings.add('epoch-entry', {
      file,
      firstOffset: offset,
      found: `leader epoch ${noted} for offset ${offset}`,
      expected: `${epoch}, as the batch there says`,
    })
  }

  /** A file that can't be read costs that file only. */
  #guard(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#state.hasDamage = true
      this.#reportReadFailure(error)
    }
  }

  /** Rethrows what is no failure to read. */
  #reportReadFailure(error: unknown): void {
    const { path, dirState } = this.#task
    const report = this.#reporter(startOf('trusted'))
    reportReadFailure(error, { path, isLive: dirState === 'live', report })
  }
}

type Reporter = (kind: FindingKind, place: FindingPlace) => void
