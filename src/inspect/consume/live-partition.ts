/**
 * A partition that is written to while it is read. Its cursor walks up to what is there; `refresh` looks whether more has
 * come, in the last segment or in new ones.
 */
import { join } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { parseSegmentFileName } from '../../log/file-names.ts'
import { floorSegment, type PartitionFile, type Segment } from '../../log/segment.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { NONE_ABORTED } from '../search/aborted-ranges.ts'
import { partitionView, type ViewOptions } from '../search/partition-view.ts'
import type { SearchRange } from '../search/search-range.ts'
import { CommittedTail } from './committed-tail.ts'
import {
  PartitionCursor,
  type CursorOptions,
  type CursorPlace,
  type CursorPlan,
  type PlannedSegment,
} from './partition-cursor.ts'

export class LivePartition {
  readonly cursor: PartitionCursor
  /** Whether it still has to be looked at: not once its folder is gone, or the end of the range is reached. */
  isAlive = true
  readonly #disk: Disk
  readonly #path: string
  readonly #options: CursorOptions
  readonly #committed: CommittedTail | undefined
  readonly #range: SearchRange
  /** Ascending; those behind the cursor are forgotten. */
  #segments: readonly Segment[]

  /** @throws DiskError where the log can't be read */
  constructor(disk: Disk, log: PartitionLog, view: ViewOptions, options: CursorOptions) {
    this.#disk = disk
    this.#path = log.directory.path
    this.#options = options
    const isCommitted = view.isolation === 'read_committed'
    const isolation = isCommitted ? 'read_uncommitted' : view.isolation
    const { range, notices } = partitionView(disk, log, { ...view, isolation })
    const notice = (message: string) => options.tell({ kind: 'notice', message })
    notices.forEach(notice)
    this.#range = range
    this.#committed = isCommitted ? new CommittedTail(disk, log, notice) : undefined
    this.#committed?.advance(log.segments)
    const first = Math.max(0, floorSegment(log.segments, range.fromOffset))
    this.#segments = log.segments.slice(first)
    this.cursor = new PartitionCursor(disk, this.#plan(range.fromOffset, undefined), options)
  }

  /** Whether there may be more for the cursor, which has to be at its end. */
  refresh(): boolean {
    if (this.cursor.nextOffset >= this.#range.toOffset) this.isAlive = false
    if (!this.isAlive) return false
    try {
      return this.#goOn()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.isAlive = false
      const message = `${error.message}; ${this.#path} is no longer followed`
      this.#options.tell({ kind: 'failure', message })
      return false
    }
  }

  #goOn(): boolean {
    const { nextOffset, place } = this.cursor
    const found = this.#segmentsBehind(this.#segments.at(-1))
    this.#segments = [...this.#segments, ...found]
    this.#dropPassed(nextOffset, place)
    const goOnAt = this.#growing(place)
    if (goOnAt === 'nothing new' && found.length === 0) return false
    this.#committed?.advance(this.#segments)
    this.cursor.goOn(this.#plan(nextOffset, goOnAt === 'nothing new' ? place : goOnAt))
    return true
  }

  /** Bytes behind the cursor's place may be a batch by now, even if they were there before: a log may be preallocated. */
  #growing(place: CursorPlace | undefined): CursorPlace | undefined | 'nothing new' {
    const last = this.#segments.at(-1)
    const size = last && this.#disk.status(last.log.path)?.size
    if (last === undefined || size === undefined) return 'nothing new'
    if (place?.segment.baseOffset !== last.baseOffset) return place
    if (size === place.position) return 'nothing new'
    if (size > place.position) return place
    const message =
      `${last.log.path} was cut to ${size} bytes while it was read: ` +
      `what is written anew is followed from offset ${this.cursor.nextOffset} on`
    this.#options.tell({ kind: 'failure', message })
    return undefined
  }

  #segmentsBehind(last: Segment | undefined): Segment[] {
    const found: Segment[] = []
    for (const { name, kind } of this.#disk.list(this.#path)) {
      const parsed = kind === 'file' ? parseSegmentFileName(name) : undefined
      if (parsed?.kind !== 'log' || parsed.state !== 'live' || !parsed.wellFormed) continue
      if (last !== undefined && parsed.baseOffset <= last.baseOffset) continue
      const log = this.#fileAt(name)
      if (log !== undefined) found.push({ baseOffset: parsed.baseOffset, log })
    }
    return found.sort((a, b) => (a.baseOffset < b.baseOffset ? -1 : 1))
  }

  #fileAt(name: string): PartitionFile | undefined {
    const path = join(this.#path, name)
    const status = this.#disk.status(path)
    if (status === undefined) return undefined
    const { size, allocated, mtimeMs } = status
    return { path, name, size, allocated, mtimeMs }
  }

  /** They may be gone already: retention removes what was rolled. */
  #dropPassed(nextOffset: bigint, place: CursorPlace | undefined): void {
    const left = place?.segment.baseOffset ?? 0n
    const first = floorSegment(this.#segments, nextOffset > left ? nextOffset : left)
    this.#segments = this.#segments.slice(Math.max(0, first))
  }

  /** @param place in one of the segments, or before them */
  #plan(fromOffset: bigint, place: CursorPlace | undefined): CursorPlan {
    const aborted = this.#committed?.abortedFrom(fromOffset) ?? NONE_ABORTED
    const stable = this.#committed?.lastStableOffset
    const { toOffset: end } = this.#range
    const toOffset = stable === undefined || stable > end ? end : stable
    const planned = this.#segments.map((segment, index, { length }): PlannedSegment => {
      const isResumed = segment.baseOffset === place?.segment.baseOffset
      const tail = index === length - 1 ? 'growing' : 'open'
      return { segment, tail, aborted, ...(isResumed && { resumeAt: place.position }) }
    })
    return { segments: planned.values(), range: { ...this.#range, fromOffset, toOffset } }
  }
}
