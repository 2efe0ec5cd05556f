/** A segment opened for reading: its log, and its indexes once somebody asks for them. */
import type { Disk, DiskFile } from '../disk/disk.ts'
import { openIndex } from './index-pages.ts'
import { OffsetIndex } from './offset-index.ts'
import type { Segment } from './segment.ts'
import { TimeIndex } from './time-index.ts'

export class OpenSegment {
  readonly segment: Segment
  readonly log: DiskFile
  readonly #disk: Disk
  readonly #indexFiles: DiskFile[] = []
  #offsetIndex: OffsetIndex | undefined
  #timeIndex: TimeIndex | undefined

  /** @throws DiskError */
  constructor(disk: Disk, segment: Segment) {
    this.#disk = disk
    this.segment = segment
    this.log = disk.open(segment.log.path)
  }

  get baseOffset(): bigint {
    return this.segment.baseOffset
  }

  /** Undefined where the segment has none. */
  get offsetIndex(): OffsetIndex | undefined {
    const { index, baseOffset } = this.segment
    if (index === undefined) return undefined
    return (this.#offsetIndex ??= new OffsetIndex(this.#openIndex(index.path), baseOffset))
  }

  /** Undefined where the segment has none. */
  get timeIndex(): TimeIndex | undefined {
    const { timeIndex, baseOffset } = this.segment
    if (timeIndex === undefined) return undefined
    return (this.#timeIndex ??= new TimeIndex(this.#openIndex(timeIndex.path), baseOffset))
  }

  close(): void {
    for (const file of [this.log, ...this.#indexFiles]) file.close()
  }

  #openIndex(path: string): DiskFile {
    const file = openIndex(this.#disk, path)
    this.#indexFiles.push(file)
    return file
  }
}

/** Opens, uses, and closes whatever happens. */
export function withSegment<T>(disk: Disk, segment: Segment, use: (open: OpenSegment) => T): T {
  const open = new OpenSegment(disk, segment)
  try {
    return use(open)
  } finally {
    open.close()
  }
}
