/**
 * The producer state of a partition with its snapshots on disk: from which it is found again, without reading the whole
 * log.
 *
 * Source: org.apache.kafka.storage.internals.log.ProducerStateManager, UnifiedLog#rebuildProducerState
 */
import { join } from 'node:path'
import { CorruptDataError } from '../base/errors.ts'
import { BatchV2 } from '../record/batch-v2.ts'
import { BatchScanner } from './batch-scanner.ts'
import { DELETED_SUFFIX, parseSegmentFileName, segmentFileName } from './file-names.ts'
import type { LoadListener } from './load-action.ts'
import type { LogSegment } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'
import { encodeProducerSnapshot, readProducerSnapshot } from './producer-snapshot.ts'
import { ProducerState } from './producer-state.ts'
import { floorSegment } from './segment.ts'

export interface ProducerOptions {
  /** Milliseconds since 1970: who was not heard of since long ago is forgotten. */
  readonly nowMs: number
  /** `producer.id.expiration.ms` */
  readonly expirationMs: number
  readonly onAction?: LoadListener | undefined
}

export interface RebuildRange {
  readonly segments: readonly LogSegment[]
  readonly logStartOffset: bigint
  readonly endOffset: bigint
  /** Whether the log was closed in order: then the lack of any snapshot means that there are no producers. */
  readonly isClean: boolean
}

export class PartitionProducers {
  readonly state = new ProducerState()
  readonly #folder: PartitionFolder
  readonly #options: ProducerOptions
  /** Offsets, ascending. */
  #snapshots: bigint[]
  #lastSnapshot = 0n

  /** @param snapshots in the folder, where they are known */
  constructor(folder: PartitionFolder, options: ProducerOptions, snapshots?: readonly bigint[]) {
    this.#folder = folder
    this.#options = options
    this.#snapshots = [...(snapshots ?? this.#list())]
  }

  /** With the same snapshots, and as yet without producers. */
  startAnew(): PartitionProducers {
    return new PartitionProducers(this.#folder, this.#options, this.#snapshots)
  }

  get latestSnapshot(): bigint | undefined {
    return this.#snapshots.at(-1)
  }

  /**
   * Writes the state down, unless there is nothing new since the last time.
   *
   * @returns the file's path, where there is a new one; neither its bytes nor its name are durable yet
   */
  takeSnapshot(): string | undefined {
    const { endOffset } = this.state
    if (endOffset <= this.#lastSnapshot) return undefined
    const path = this.#pathOf(endOffset)
    const { disk } = this.#folder.files
    if (disk.status(path) !== undefined) disk.remove(path)
    const file = disk.create(path)
    file.write(encodeProducerSnapshot(this.state.stored()), 0)
    file.close()
    this.#snapshots = [...this.#snapshots.filter(offset => offset !== endOffset), endOffset].sort(
      ascending,
    )
    this.#lastSnapshot = endOffset
    this.#tell(path, 'written')
    return path
  }

  /** From the newest snapshot that is not beyond the end, and the records behind it. */
  rebuild({ segments, logStartOffset, endOffset, isClean }: RebuildRange): void {
    const bases = segments.slice(-2).map(({ baseOffset }) => baseOffset)
    if (this.latestSnapshot === undefined && isClean) {
      for (const offset of [...bases, endOffset]) {
        this.state.endOffset = offset
        this.takeSnapshot()
      }
      return
    }
    const knewNobody = this.state.isEmpty && this.state.endOffset >= endOffset
    this.#truncateAndReload(logStartOffset, endOffset)
    if (endOffset > this.state.endOffset && !knewNobody) {
      this.#readFrom(segments, logStartOffset, endOffset, new Set(bases))
    }
    this.state.endOffset = endOffset
    this.takeSnapshot()
  }

  /** Of a log that begins anew. */
  clear(endOffset: bigint): void {
    this.state.clear(endOffset)
    for (const offset of this.#snapshots) this.#remove(offset, 'of a log that begins anew')
    this.#snapshots = []
    this.#lastSnapshot = 0n
  }

  /** Keeps those at the beginning of a segment, and one behind all of them. */
  removeStrays(baseOffsets: readonly bigint[]): void {
    this.#snapshots = this.#list()
    const bases = new Set(baseOffsets)
    const strays = this.#snapshots.filter(offset => !bases.has(offset))
    const newest = strays.at(-1)
    const lastBase = baseOffsets.at(-1)
    for (const offset of strays) {
      if (offset === newest && (lastBase === undefined || offset >= lastBase)) continue
      this.#remove(offset, 'at no segment')
    }
  }

  /** Gives the snapshot another name, as its segment; @returns that */
  rename(offset: bigint): string | undefined {
    this.#snapshots = this.#snapshots.filter(other => other !== offset)
    const path = this.#pathOf(offset)
    const { disk } = this.#folder.files
    if (disk.status(path) === undefined) return undefined
    disk.rename(path, path + DELETED_SUFFIX)
    return path + DELETED_SUFFIX
  }

  logStartMoved(logStartOffset: bigint): void {
    this.state.highWatermarkMoved(logStartOffset)
    if (this.state.endOffset < logStartOffset) this.state.endOffset = logStartOffset
    this.#lastSnapshot = this.latestSnapshot ?? logStartOffset
  }

  #truncateAndReload(logStartOffset: bigint, endOffset: bigint): void {
    for (const offset of this.#snapshots) {
      if (offset > endOffset) this.#remove(offset, `later than offset ${endOffset}`)
      else if (offset <= logStartOffset) this.#remove(offset, 'before the start of the log')
    }
    if (endOffset === this.state.endOffset) this.logStartMoved(logStartOffset)
    else this.#loadNewest(logStartOffset)
  }

  #loadNewest(logStartOffset: bigint): void {
    for (let offset = this.latestSnapshot; offset !== undefined; offset = this.latestSnapshot) {
      const path = this.#pathOf(offset)
      try {
        const producers = readProducerSnapshot(this.#folder.files.disk.readWhole(path))
        this.state.load(producers, offset)
        this.state.expire(this.#options.nowMs, this.#options.expirationMs)
        this.#lastSnapshot = offset
        return
      } catch (error) {
        if (!(error instanceof CorruptDataError)) throw error
        this.#remove(offset, error.damage.reason)
      }
    }
    this.state.clear(logStartOffset)
    this.#lastSnapshot = logStartOffset
  }

  /** Believes the records: their checksums are not looked at. */
  #readFrom(
    segments: readonly LogSegment[],
    logStartOffset: bigint,
    endOffset: bigint,
    snapshotsAt: ReadonlySet<bigint>,
  ): void {
    const { state } = this
    const first = floorSegment(segments, state.endOffset)
    for (const segment of segments.slice(Math.max(0, first))) {
      const { baseOffset } = segment
      if (baseOffset >= endOffset) break
      const from = greatest(baseOffset, state.endOffset, logStartOffset)
      state.endOffset = from
      if (snapshotsAt.has(baseOffset)) this.takeSnapshot()
      const start = segment.find(from)?.position
      if (start === undefined) continue
      const end = segment.find(endOffset)?.position ?? segment.size
      const scanner = new BatchScanner(segment.log, { from: start, end })
      for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
        if (!(batch instanceof BatchV2) || batch.producerId < 0n) continue
        const append = state.begin('replication')
        append.add(batch.isControl ? (scanner.body() as BatchV2) : batch)
        for (const completed of state.commit(append)) state.complete(completed)
      }
      if (scanner.damage !== undefined) throw scanner.damage
    }
  }

  #list(): bigint[] {
    const { files, path } = this.#folder
    const offsets: bigint[] = []
    for (const { name, kind } of files.disk.list(path)) {
      const parsed = kind === 'file' ? parseSegmentFileName(name) : undefined
      if (parsed?.kind === 'snapshot' && parsed.state === 'live') offsets.push(parsed.baseOffset)
    }
    return offsets.sort(ascending)
  }

  #remove(offset: bigint, why: string): void {
    this.#snapshots = this.#snapshots.filter(other => other !== offset)
    const path = this.#pathOf(offset)
    this.#folder.files.disk.remove(path)
    this.#tell(path, why)
  }

  #tell(path: string, what: string): void {
    const { onAction } = this.#options
    if (what === 'written') onAction?.({ kind: 'snapshot-written', path })
    else onAction?.({ kind: 'snapshot-removed', path, why: what })
  }

  #pathOf(offset: bigint): string {
    return join(this.#folder.path, segmentFileName('snapshot', offset))
  }
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : 1
}

function greatest(...offsets: readonly bigint[]): bigint {
  return offsets.reduce((a, b) => (a > b ? a : b))
}
