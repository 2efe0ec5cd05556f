/**
 * Opens the log of a partition as a broker does at its start, and puts in order what a crash has left behind.
 *
 * | found                                          | done                                                       |
 * |------------------------------------------------|------------------------------------------------------------|
 * | `.deleted`, `.cleaned`                         | removed                                                    |
 * | `.swap` at or behind the lowest `.cleaned`     | removed: not all of what it belongs to was finished        |
 * | any other `.swap`                              | takes the place of all segments in its range of offsets    |
 * | an index without its log                       | removed                                                    |
 * | a log whose name has not 20 digits             | left alone, as nobody finds it under that name             |
 * | a log without its offset index                 | recovered: read, checked, cut, indexes built               |
 * | a transaction index that contradicts its name  | the same                                                   |
 * | a segment to be recovered whose offsets no index can hold | divided into several that are       |
 * | no time index                                  | an empty one                                               |
 * | any other index                                | believed                                                   |
 * | after an unclean shutdown, segments from the recovery point on | recovered; where one is cut, those behind it are dropped |
 * | the log ends before its start                  | all segments removed, a new one at the start               |
 * | a log that was closed ends before its file, or before the recovery point | taken as it is, and told |
 * | no segment                                     | an empty one at the start                                  |
 * | leader epochs that begin behind the end        | forgotten                                                  |
 * | producer snapshots at no segment, but the last | removed                                                    |
 * | the last snapshot is older than the end        | what is behind it is read                                  |
 * | no snapshot, clean shutdown                    | empty ones are written                                     |
 *
 * Source: org.apache.kafka.storage.internals.log.LogLoader
 */
import { basename, join } from 'node:path'
import { assert, CorruptDataError, RefusedError } from '../base/errors.ts'
import { clearLeftovers } from './clear-leftovers.ts'
import { divideSegment } from './divide-segment.ts'
import { parseSegmentFileName, segmentFileName } from './file-names.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { learnFrom, type Learnt } from './learn-segment.ts'
import type { LoadAction, LoadListener, RecoveredSegment } from './load-action.ts'
import type { LoadedLog } from './loaded-log.ts'
import type { LogConfig } from './log-config.ts'
import { LogSegment } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'
import { PartitionProducers } from './partition-producers.ts'
import type { SegmentFacts, SegmentToRead } from './segment-facts.ts'
import { floorSegment } from './segment.ts'
import { TransactionIndex } from './transaction-index.ts'

export interface LoadOptions {
  readonly config: LogConfig
  /** Whether the log.dir was shut down cleanly. */
  readonly isClean: boolean
  /** What the log.dir's checkpoints say; 0 where they say nothing. */
  readonly recoveryPoint: bigint
  readonly logStartOffset: bigint
  readonly nowMs: number
  /** `producer.id.expiration.ms` */
  readonly producerExpirationMs: number
  /** Draws how much earlier than `segment.ms` a segment is rolled. */
  readonly drawJitterMs?: (config: LogConfig) => number
  readonly onAction?: LoadListener
  /** Told how many bytes a recovery has read since the last call. */
  readonly onProgress?: (bytes: number) => void
}

/** Asked for while a log is loaded: what a segment says. */
export interface FactsRequest {
  readonly segment: SegmentToRead
  /** Those that are likely to be asked for next. */
  readonly following: readonly SegmentToRead[]
}

/** Stops wherever it has to know what a segment says; thrown into it is why that can't be known. */
export type Loading<T> = Generator<FactsRequest, T, SegmentFacts>

/** Segments that are named as the following ones. */
const FOLLOWING_MAX = 8

export class LogLoading {
  readonly #folder: PartitionFolder
  readonly #options: LoadOptions
  readonly #onAction: LoadListener | undefined
  readonly #epochs: LeaderEpochs
  readonly #condemned: string[] = []
  readonly #recovered: LogSegment[] = []
  /** Of the last segment that was recovered. */
  #recovering: PartitionProducers | undefined
  /** What is gone must not come back beside what is appended next. */
  #hasRemoved = false
  /** Base offsets of those that came of a division. */
  readonly #parts = new Set<bigint>()
  #segments: LogSegment[] = []

  constructor(folder: PartitionFolder, options: LoadOptions) {
    this.#folder = folder
    this.#options = { ...options, onAction: action => this.#note(action) }
    this.#onAction = options.onAction
    this.#epochs = LeaderEpochs.load(folder.files.disk, folder.path)
  }

  *load(): Loading<LoadedLog> {
    const { isClean, logStartOffset: startCheckpoint, recoveryPoint } = this.#options
    clearLeftovers(this.#folder, this.#options.onAction)
    yield* this.#loadSegments()
    if (!isClean) yield* this.#recoverFrom(recoveryPoint)
    const endBefore = this.#segments.at(-1)?.nextOffset()
    const isBeforeStart = endBefore !== undefined && endBefore < startCheckpoint
    if (isBeforeStart) this.#dropAll(endBefore)
    if (this.#segments.length === 0) this.#createSegment(startCheckpoint)
    const endOffset = this.#findEnd()
    this.#segments.at(-1)!.preallocateIndexes()
    this.#epochs.truncateFromEnd(endOffset)
    this.#epochs.truncateFromStart(startCheckpoint)
    const { baseOffset } = this.#segments[0]!
    const isHere = this.#options.config.isRemote !== true && startCheckpoint < baseOffset
    const logStartOffset = isHere ? baseOffset : startCheckpoint
    const producers = this.#producers()
    producers.removeStrays(this.#segments.map(({ baseOffset }) => baseOffset))
    producers.rebuild({ segments: this.#segments, logStartOffset, endOffset, isClean })
    if (this.#hasRemoved) this.#folder.files.disk.syncDirectory(this.#folder.path)
    const isTrusted = isClean && endBefore !== undefined && !isBeforeStart
    return {
      segments: this.#segments,
      epochs: this.#epochs,
      producers,
      logStartOffset,
      endOffset,
      recoveryPoint: isTrusted || recoveryPoint > endOffset ? endOffset : recoveryPoint,
      unsynced: this.#recovered.filter(segment => this.#segments.slice(0, -1).includes(segment)),
      condemned: this.#condemned,
    }
  }

  #note(action: LoadAction): void {
    const leaves = ['segment-recovered', 'snapshot-written', 'segment-created', 'end-taken-earlier']
    if (!leaves.includes(action.kind)) this.#hasRemoved = true
    this.#onAction?.(action)
  }

  /** Behind it a broker writes on, whatever else is there. */
  #findEnd(): bigint {
    const last = this.#segments.at(-1)!
    const { nextOffset: logEndOffset, position } = last.end()
    const { recoveryPoint } = this.#options
    const bytes = last.size - position
    const isNotedLater = recoveryPoint > logEndOffset
    if (bytes > 0 || isNotedLater) {
      const noted = isNotedLater ? { notedOffset: recoveryPoint } : {}
      const found = { path: last.logPath, logEndOffset, ...noted, position, bytes }
      this.#options.onAction?.({ kind: 'end-taken-earlier', ...found })
    }
    return logEndOffset
  }

  *#loadSegments(): Loading<void> {
    const { files, path } = this.#folder
    const names = files.disk.list(path).filter(({ kind }) => kind === 'file')
    const isThere = new Set(names.map(({ name }) => name))
    for (const { name } of names) {
      const parsed = parseSegmentFileName(name)
      if (parsed?.state !== 'live' || !parsed.wellFormed || parsed.kind === 'snapshot') continue
      const { kind, baseOffset } = parsed
      if (kind === 'log') yield* this.#loadSegment(baseOffset, isThere)
      else if (!isThere.has(segmentFileName('log', baseOffset))) {
        files.disk.remove(join(path, name))
        this.#options.onAction?.({ kind: 'orphan-index-removed', path: join(path, name) })
      }
    }
    this.#segments.sort(byBaseOffset)
  }

  *#loadSegment(baseOffset: bigint, isThere: ReadonlySet<string>): Loading<void> {
    if (this.#parts.has(baseOffset)) return
    const { files, path } = this.#folder
    const segment = LogSegment.open(this.#folder, baseOffset, this.#segmentOptions())
    const hasIndex = isThere.has(segmentFileName('index', baseOffset))
    if (!isThere.has(segmentFileName('timeindex', baseOffset))) {
      files.create(join(path, segmentFileName('timeindex', baseOffset)))
    }
    if (!hasIndex) {
      files.create(join(path, segmentFileName('index', baseOffset)))
      yield* this.#recoverEarly(segment, 'no-index')
    } else if (this.#hasMisplacedAborts(baseOffset, isThere)) {
      yield* this.#recoverEarly(segment, 'transaction-index')
    } else {
      this.#segments.push(segment)
    }
  }

  /**
   * What a crash has torn in the segments before it is not mended yet. A broker would not start over that; here the
   * segment waits for its turn.
   */
  *#recoverEarly(segment: LogSegment, why: RecoveredSegment['why']): Loading<void> {
    if (!(yield* this.#hasToBeDivided(segment, why))) this.#segments.push(segment)
    else for (const part of this.#divide(segment)) yield* this.#recoverEarly(part, why)
  }

  *#hasToBeDivided(segment: LogSegment, why: RecoveredSegment['why']): Loading<boolean> {
    try {
      return (yield* this.#recover(segment, why)) === undefined
    } catch (error) {
      const { isClean, recoveryPoint } = this.#options
      const hasTurn = !isClean && segment.baseOffset >= recoveryPoint
      const isTorn = error instanceof CorruptDataError || error instanceof RefusedError
      if (!(isTorn && hasTurn)) throw error
      return false
    }
  }

  #hasMisplacedAborts(baseOffset: bigint, isThere: ReadonlySet<string>): boolean {
    const name = segmentFileName('txnindex', baseOffset)
    if (!isThere.has(name)) return false
    const bytes = this.#folder.files.disk.readWhole(join(this.#folder.path, name))
    return new TransactionIndex(bytes).isMisplaced(baseOffset)
  }

  /**
   * The segment that holds the recovery point, and all behind it. A failure of the disk is no reason to give up what it
   * holds: there Kafka empties the segment, here the directory goes offline.
   */
  *#recoverFrom(recoveryPoint: bigint): Loading<void> {
    const floor = floorSegment(this.#segments, recoveryPoint)
    for (let slot = Math.max(0, floor); slot < this.#segments.length; slot++) {
      const segment = this.#segments[slot]!
      const following = this.#segments.slice(slot + 1, slot + 1 + FOLLOWING_MAX)
      const recovered = yield* this.#recover(segment, 'unclean-shutdown', following)
      if (recovered === undefined) this.#replace(slot--, this.#divide(segment))
      if (recovered?.cut === undefined) continue
      this.#drop(this.#segments.splice(slot + 1), 'the segment before it was cut')
      return
    }
  }

  /** One that is left from an earlier division that was interrupted has become one of the parts. */
  #replace(slot: number, parts: readonly LogSegment[]): void {
    const behind = this.#segments.splice(slot).slice(1)
    const kept = behind.filter(({ baseOffset }) => !this.#parts.has(baseOffset))
    this.#segments.push(...parts, ...kept)
    this.#segments.sort(byBaseOffset)
  }

  #divide(segment: LogSegment): readonly LogSegment[] {
    const { parts, condemned } = divideSegment(this.#folder, segment, this.#segmentOptions())
    for (const { baseOffset } of parts) this.#parts.add(baseOffset)
    const into = parts.map(({ logPath }) => basename(logPath))
    const isReplaced = parts[0]!.baseOffset === segment.baseOffset
    const snapshot = isReplaced ? undefined : this.#recovering?.rename(segment.baseOffset)
    this.#condemnWithSnapshot(condemned, snapshot)
    this.#options.onAction?.({ kind: 'segment-divided', path: segment.logPath, into })
    return parts
  }

  /** @returns undefined where it has to be divided first */
  *#recover(
    segment: LogSegment,
    why: RecoveredSegment['why'],
    following: readonly LogSegment[] = [],
  ): Loading<RecoveredSegment | undefined> {
    const { size: bytes, logPath: path } = segment
    const toRead = this.#toRead(segment)
    let facts = yield { segment: toRead, following: following.map(next => this.#toRead(next)) }
    let learnt = this.#learnFrom(facts, segment)
    let { cut } = facts
    if ('refusedAt' in learnt) {
      const { refusedAt: position, reason } = learnt
      cut = { position, bytes: bytes - position, reason }
      facts = yield { segment: { ...toRead, end: position }, following: [] }
      learnt = this.#learnFrom(facts, segment)
      assert(!('refusedAt' in learnt), 'what was refused is read no more')
    } else if (facts.isTooWide) return undefined
    segment.replaceIndexes({ ...facts.indexes, aborted: learnt.aborted })
    if (cut !== undefined) segment.cutAt(cut.position)
    this.#recovering!.takeSnapshot()
    this.#recovered.push(segment)
    const { batches, nextOffset } = facts
    const recovered: RecoveredSegment = {
      kind: 'segment-recovered',
      path,
      why,
      bytes,
      batches,
      nextOffset,
      ...(cut && { cut }),
    }
    this.#options.onAction?.(recovered)
    return recovered
  }

  #toRead({ logPath: path, baseOffset }: LogSegment): SegmentToRead {
    return { path, baseOffset, indexIntervalBytes: this.#options.config.indexIntervalBytes }
  }

  #learnFrom(facts: SegmentFacts, { baseOffset }: LogSegment): Learnt {
    const { logStartOffset } = this.#options
    const producers = this.#recovering?.startAnew() ?? this.#producers()
    this.#recovering = producers
    producers.rebuild({
      segments: this.#segments,
      logStartOffset,
      endOffset: baseOffset,
      isClean: false,
    })
    return learnFrom(facts, { producers, epochs: this.#epochs, logStartOffset })
  }

  #dropAll(endOffset: bigint): void {
    const { logStartOffset } = this.#options
    const why = `the log ends at offset ${endOffset}, before its start at ${logStartOffset}`
    this.#drop(this.#segments.splice(0), why)
    this.#epochs.clear()
    this.#producers().clear(logStartOffset)
  }

  /** From the end on: whenever it is interrupted, what is left has no gap. */
  #drop(segments: readonly LogSegment[], why: string): void {
    const producers = this.#producers()
    for (const segment of [...segments].reverse()) {
      const { logPath: path, size: bytes, baseOffset } = segment
      this.#condemnWithSnapshot(segment.rename(), producers.rename(baseOffset))
      this.#options.onAction?.({ kind: 'segment-dropped', path, bytes, why })
    }
  }

  #condemnWithSnapshot(paths: readonly string[], snapshot: string | undefined): void {
    this.#condemned.push(...paths, ...(snapshot === undefined ? [] : [snapshot]))
  }

  #createSegment(baseOffset: bigint): void {
    const segment = LogSegment.create(this.#folder, baseOffset, this.#segmentOptions())
    this.#segments.push(segment)
    this.#options.onAction?.({ kind: 'segment-created', path: segment.logPath })
  }

  #producers(): PartitionProducers {
    const { nowMs, producerExpirationMs: expirationMs, onAction } = this.#options
    return new PartitionProducers(this.#folder, { nowMs, expirationMs, onAction })
  }

  #segmentOptions() {
    const { config, nowMs, drawJitterMs } = this.#options
    return { config, nowMs, rollJitterMs: drawJitterMs?.(config) ?? 0 }
  }
}

function byBaseOffset(a: LogSegment, b: LogSegment): number {
  return a.baseOffset < b.baseOffset ? -1 : 1
}
