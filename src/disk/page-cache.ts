/**
 * Which pages of a file the operating system keeps in memory, and how to give them back. Linux,
 * with koffi.
 *
 * Since Linux 5.2 mincore(2) answers only those who own the file or may write to it, and tells
 * everybody else that all of it is resident: so nobody else is given an answer here.
 */
import fs from 'node:fs'
import { attempt } from './disk-failure.ts'
import { type Libc, libc, libcAbsence } from './libc.ts'

/** A path, or the descriptor of a file that is open. */
export type FileHandle = string | number

/** Neighbouring pages that are all resident, or all absent; clipped to what was asked. */
export interface PageRun {
  readonly position: number
  readonly size: number
  readonly resident: boolean
}

export interface ByteRange {
  readonly position: number
  readonly size: number
}

export interface Residency {
  readonly residentBytes: number
  readonly totalBytes: number
}

/**
 * The range as far as the file goes, in order and without gaps; undefined where nobody can or will
 * tell.
 */
export function residency(
  file: FileHandle,
  position = 0,
  size = Number.MAX_SAFE_INTEGER,
): PageRun[] | undefined {
  const library = libc()
  if (library === undefined) return undefined
  return withDescriptor(file, fd => {
    if (!isTold(fd)) return undefined
    const end = Math.min(position + size, fs.fstatSync(fd).size)
    return position < end ? runsOf(library, fd, position, end) : []
  })
}

/** How much of a range is resident, as `lookup --explain` shows it. */
export function isResident(
  file: FileHandle,
  position: number,
  size: number,
): Residency | undefined {
  const runs = residency(file, position, size)
  if (runs === undefined) return undefined
  const resident = runs.filter(run => run.resident)
  return { residentBytes: sizeOf(resident), totalBytes: sizeOf(runs) }
}

/**
 * Drops the clean pages that lie wholly in the ranges, or at the file's end; without koffi, does
 * nothing.
 */
export function evict(file: FileHandle, ranges: readonly ByteRange[]): void {
  const library = libc()
  if (library === undefined || ranges.length === 0) return
  withDescriptor(file, fd => {
    for (const { position, size } of ranges) library.dropPages(fd, position, size)
  })
}

/**
 * Whether pages of the ranges are in memory or being read into it; false where Linux, before 6.5,
 * can't count them.
 */
export function holdsAny(file: FileHandle, ranges: readonly ByteRange[]): boolean {
  const library = libc()
  if (library === undefined) return false
  return withDescriptor(file, fd =>
    ranges.some(({ position, size }) => (library.countPages(fd, position, size)?.held ?? 0) > 0),
  )
}

/** Where Linux can't count pages, one byte in so many is asked for. */
const ASKED_STEP = 64 * 1024

/**
 * Whether a range of an open file can be read without waiting for the disk; as far as anybody can tell, true where nobody
 * can. A page that is still on its way in counts as held, which is why the last one is asked for by reading it.
 */
export function isReadAtOnce(fd: number, position: number, size: number): boolean {
  const library = libc()
  if (library === undefined || size <= 0) return true
  const last = position + size - 1
  if (library.isAtHand(fd, last) === false) return false
  const start = position - (position % library.pageBytes)
  const count = library.countPages(fd, start, last + 1 - start)?.held
  if (count !== undefined) return count === Math.ceil((last + 1 - start) / library.pageBytes)
  for (let at = position; at < last; at += ASKED_STEP) {
    if (library.isAtHand(fd, at) === false) return false
  }
  return true
}

export interface UnwrittenBytes {
  /** Of pages that were changed since they were written. */
  readonly dirtyBytes: number
  /** Of pages that are on their way to the disk. */
  readonly writingBytes: number
}

/**
 * What of a range is in memory alone, in whole pages but no more than the range; undefined where
 * the kernel doesn't tell: see unwrittenNotice.
 */
export function unwritten(
  file: FileHandle,
  position: number,
  size: number,
): UnwrittenBytes | undefined {
  const library = libc()
  if (library === undefined) return undefined
  if (size <= 0) return { dirtyBytes: 0, writingBytes: 0 }
  const { pageBytes } = library
  const counts = withDescriptor(file, fd => library.countPages(fd, position, size))
  if (counts === undefined) return undefined
  const bytes = (pages: number) => Math.min(size, pages * pageBytes)
  return { dirtyBytes: bytes(counts.dirty), writingBytes: bytes(counts.writing) }
}

/** Why `unwritten` has no answer. */
export function unwrittenNotice(): string {
  const absence = libcAbsence()
  const why = absence === '' ? 'only Linux from 6.5 on tells, to who may write to them' : absence
  return `which pages are dirty can't be seen: ${why}`
}

/**
 * Why kbroker can't mind the page cache (of that file, when one is named): a notice to show;
 * undefined when it can.
 */
export function pageCacheNotice(path?: string): string | undefined {
  const absence = libcAbsence()
  if (absence !== '') return `the page cache can be neither seen nor spared: ${absence}`
  if (path === undefined || isTold(path)) return undefined
  return `the page cache can't be seen: Linux tells only who owns or may write to ${path}`
}

function isTold(file: FileHandle): boolean {
  const path = pathOf(file)
  try {
    const user = process.geteuid?.()
    if (user === 0 || fs.statSync(path).uid === user) return true
    fs.accessSync(path, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Most often all is resident or all is absent, which cachestat tells in a hundredth of mincore's
 * time.
 */
function runsOf(library: Libc, fd: number, position: number, end: number): PageRun[] | undefined {
  const { pageBytes } = library
  const start = position - (position % pageBytes)
  const count = library.countPages(fd, start, end - start)?.held
  const isAll = count === Math.ceil((end - start) / pageBytes)
  if (isAll || count === 0) return [{ position, size: end - position, resident: isAll }]
  const pages = library.pagesHeld(fd, start, end - start)
  return pages && runsIn(pages, { start, pageBytes, position, end })
}

/** `start` is the first page's, `position` and `end` what was asked for. */
interface PageRange {
  readonly start: number
  readonly pageBytes: number
  readonly position: number
  readonly end: number
}

/** The lowest bit of a page's byte tells; the others are reserved. */
function runsIn(pages: Buffer, { start, pageBytes, position, end }: PageRange): PageRun[] {
  const runs: PageRun[] = []
  for (let first = 0, next = 1; first < pages.length; first = next++) {
    const held = pages[first]! & 1
    while (next < pages.length && (pages[next]! & 1) === held) next++
    const from = Math.max(start + first * pageBytes, position)
    const to = Math.min(start + next * pageBytes, end)
    runs.push({ position: from, size: to - from, resident: held === 1 })
  }
  return runs
}

function sizeOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, range) => sum + range.size, 0)
}

function withDescriptor<T>(file: FileHandle, act: (fd: number) => T): T {
  return attempt('ask the page cache about', pathOf(file), () => {
    if (typeof file === 'number') return act(file)
    const fd = fs.openSync(file, 'r')
    try {
      return act(fd)
    } finally {
      fs.closeSync(fd)
    }
  })
}

function pathOf(file: FileHandle): string {
  return typeof file === 'string' ? file : `/proc/self/fd/${file}`
}
