/**
 * A disk that notes what is read of each file, and whether those bytes were in the page cache before anybody read
 * them. The cache is asked when a file is opened for the first time: the reading itself, and what the kernel reads ahead
 * for it, would change the answer.
 */
import { DiskError } from '../../base/errors.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import { residency, type ByteRange, type PageRun } from '../../disk/page-cache.ts'

export interface FileReads {
  readonly path: string
  /** What was read, ascending; what overlaps or touches is one. */
  readonly ranges: readonly ByteRange[]
  /** Bytes in the ranges. */
  readonly touchedBytes: number
  /** Those of them that were in memory before; undefined where nobody can tell. */
  readonly residentBytes: number | undefined
}

export type AskResidency = (path: string) => PageRun[] | undefined

export class ObservedDisk implements Disk {
  readonly #disk: Disk
  readonly #askResidency: AskResidency
  readonly #files = new Map<string, ObservedFile>()

  constructor(disk: Disk, askResidency: AskResidency = residencyIfTold) {
    this.#disk = disk
    this.#askResidency = askResidency
  }

  /** In the order in which the files were opened; those of which nothing was read are left out. */
  reads(): FileReads[] {
    return [...this.#files.values()].map(file => file.reads()).filter(({ ranges }) => ranges.length)
  }

  list(path: string) {
    return this.#disk.list(path)
  }

  status(path: string) {
    return this.#disk.status(path)
  }

  open(path: string): DiskFile {
    const observed = this.#observed(path)
    const file = this.#disk.open(path)
    return {
      path,
      size: () => file.size(),
      read: (buffer, position) => {
        const size = file.read(buffer, position)
        observed.note({ position, size })
        return size
      },
      close: () => file.close(),
    }
  }

  readWhole(path: string, sizeMax?: number): Buffer {
    const observed = this.#observed(path)
    const bytes = this.#disk.readWhole(path, sizeMax)
    observed.note({ position: 0, size: bytes.length })
    return bytes
  }

  space(path: string) {
    return this.#disk.space(path)
  }

  create(path: string) {
    return this.#disk.create(path)
  }

  openForWriting(path: string) {
    return this.#disk.openForWriting(path)
  }

  link(existing: string, added: string): void {
    this.#disk.link(existing, added)
  }

  rename(from: string, to: string): void {
    this.#disk.rename(from, to)
  }

  remove(path: string): void {
    this.#disk.remove(path)
  }

  makeDirectory(path: string): void {
    this.#disk.makeDirectory(path)
  }

  removeDirectory(path: string): void {
    this.#disk.removeDirectory(path)
  }

  syncDirectory(path: string): void {
    this.#disk.syncDirectory(path)
  }

  #observed(path: string): ObservedFile {
    const known = this.#files.get(path)
    if (known !== undefined) return known
    const file = new ObservedFile(path, this.#askResidency(path))
    this.#files.set(path, file)
    return file
  }
}

class ObservedFile {
  readonly #path: string
  readonly #before: readonly PageRun[] | undefined
  readonly #ranges: ByteRange[] = []

  constructor(path: string, before: readonly PageRun[] | undefined) {
    this.#path = path
    this.#before = before
  }

  note(range: ByteRange): void {
    if (range.size > 0) this.#ranges.push(range)
  }

  reads(): FileReads {
    const ranges = united(this.#ranges)
    const before = this.#before
    return {
      path: this.#path,
      ranges,
      touchedBytes: ranges.reduce((sum, { size }) => sum + size, 0),
      residentBytes: before && ranges.reduce((sum, range) => sum + residentIn(before, range), 0),
    }
  }
}

function united(ranges: readonly ByteRange[]): ByteRange[] {
  const result: ByteRange[] = []
  for (const range of [...ranges].sort((a, b) => a.position - b.position)) {
    const last = result.at(-1)
    if (last === undefined || range.position > last.position + last.size) {
      result.push(range)
    } else {
      const end = Math.max(last.position + last.size, range.position + range.size)
      result[result.length - 1] = { position: last.position, size: end - last.position }
    }
  }
  return result
}

function residentIn(runs: readonly PageRun[], { position, size }: ByteRange): number {
  let bytes = 0
  for (const run of runs) {
    if (!run.resident) continue
    const from = Math.max(run.position, position)
    const to = Math.min(run.position + run.size, position + size)
    bytes += Math.max(0, to - from)
  }
  return bytes
}

/** A file that is no file of the operating system's has no pages. */
function residencyIfTold(path: string): PageRun[] | undefined {
  try {
    return residency(path)
  } catch (error) {
    if (error instanceof DiskError) return undefined
    throw error
  }
}
