/**
 * Puts mended logs in the place of those they were made from, as the cleaner of a broker does: `.cleaned` while they are
 * written, `.swap` once they are whole, then their own names. Between any two steps a broker's start, or that of `recover`,
 * either takes it back or brings it to its end, and the segments that were there before have names in the backup by then.
 *
 * | step                                       | interrupted behind it, a start           |
 * |--------------------------------------------|------------------------------------------|
 * | files `.cleaned`, durable                  | removes them                             |
 * | the old segments linked into the backup    | removes them                             |
 * | `.cleaned` → `.swap`, the last log first   | removes them while one is `.cleaned`, else puts them in place |
 * | the old segments but the first removed     | removes the rest of them                 |
 * | log by log, `.log.swap` → `.log`, durable  | puts its indexes and the other logs in place |
 * | its indexes likewise                       | puts the other logs in place             |
 */
import { join } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk, DiskFile, WritableDiskFile } from '../../disk/disk.ts'
import { shrunkenFile } from '../../disk/shrunken-file.ts'
import { EarlySync } from '../../disk/early-sync.ts'
import { segmentFileName } from '../../log/file-names.ts'
import type { Segment } from '../../log/segment.ts'
import { COPY_WINDOW_SIZE } from '../copy-file.ts'
import type { Backup } from './backup.ts'
import type { Piece } from './piece.ts'
import type { MendedLog, SegmentOutcome } from './segment-outcome.ts'

/** The log first: while `.log.swap` is there, a start removes what lies in its range under other names. */
const KINDS = ['log', 'index', 'timeindex', 'txnindex'] as const
type Kind = (typeof KINDS)[number]

interface NewLog {
  readonly log: MendedLog
  readonly kinds: readonly Kind[]
  readonly path: (kind: Kind) => string
}

export function swapSegment(
  disk: Disk,
  folder: string,
  { outcome, backup }: { readonly outcome: SegmentOutcome; readonly backup: Backup },
): void {
  const { segment, joined } = outcome
  const logs = outcome.logs.map(log => newLog(folder, log, segment))
  const replaced = [segment, ...joined].map(({ baseOffset }) => {
    return KINDS.map(kind => segmentFileName(kind, baseOffset))
  })
  try {
    for (const log of logs) writeCleaned(disk, log)
    disk.syncDirectory(folder)
    backup.keepAll(replaced.flat().map(name => ({ path: join(folder, name), name })))
  } catch (error) {
    for (const { kinds, path } of logs) {
      for (const kind of kinds) removeLeft(disk, `${path(kind)}.cleaned`)
    }
    throw error
  }
  for (const { kinds, path } of [...logs].reverse()) {
    for (const kind of kinds) disk.rename(`${path(kind)}.cleaned`, `${path(kind)}.swap`)
    disk.syncDirectory(folder)
  }
  for (const name of replaced.slice(1).flat()) {
    if (disk.status(join(folder, name)) !== undefined) disk.remove(join(folder, name))
  }
  disk.syncDirectory(folder)
  for (const { kinds, path } of logs) {
    disk.rename(`${path('log')}.swap`, path('log'))
    disk.syncDirectory(folder)
    for (const kind of kinds) if (kind !== 'log') disk.rename(`${path(kind)}.swap`, path(kind))
    disk.syncDirectory(folder)
  }
}

/** Without an index of transactions, unless there are aborted ones, or one has to be replaced. */
function newLog(folder: string, log: MendedLog, { baseOffset, txnIndex }: Segment): NewLog {
  const isReplaced = log.baseOffset === baseOffset && txnIndex !== undefined
  const hasAborts = log.indexes.aborted.length > 0 || isReplaced
  const kinds = KINDS.filter(kind => kind !== 'txnindex' || hasAborts)
  return { log, kinds, path: kind => join(folder, segmentFileName(kind, log.baseOffset)) }
}

function writeCleaned(disk: Disk, { log, kinds, path }: NewLog): void {
  const { offsets, times, aborted } = log.indexes
  const bytes = { index: offsets, timeindex: times, txnindex: aborted }
  for (const kind of kinds) {
    writeNew(disk, `${path(kind)}.cleaned`, file => {
      if (kind === 'log') writePieces(disk, file, log.pieces)
      else file.write(bytes[kind], 0)
    })
  }
}

/** On a disk that fails or is full, as far as it lets that be. */
function removeLeft(disk: Disk, path: string): void {
  try {
    if (disk.status(path) !== undefined) disk.remove(path)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

/** Durable when it returns, but for its name. What an earlier attempt has left is taken away. */
function writeNew(disk: Disk, path: string, write: (file: WritableDiskFile) => void): void {
  if (disk.status(path) !== undefined) disk.remove(path)
  const file = disk.create(path)
  try {
    write(file)
    file.sync()
  } finally {
    file.close()
  }
}

function writePieces(disk: Disk, target: WritableDiskFile, pieces: readonly Piece[]): void {
  const sources = new Map<string, DiskFile>()
  const window = Buffer.allocUnsafe(COPY_WINDOW_SIZE)
  let filled = 0
  let size = 0
  const early = new EarlySync(target)
  const flush = () => {
    target.write(window.subarray(0, filled), size)
    size += filled
    filled = 0
    early.written(size)
  }
  const sourceAt = (path: string) => {
    const known = sources.get(path)
    if (known !== undefined) return known
    const opened = disk.open(path)
    sources.set(path, opened)
    return opened
  }
  try {
    for (const { path, from, to, head } of pieces) {
      for (let at = from; at < to;) {
        if (filled === window.length) flush()
        const inHead = head === undefined ? undefined : head.subarray(at - from)
        const room = window.subarray(filled, Math.min(window.length, filled + to - at))
        const count =
          inHead !== undefined && inHead.length > 0
            ? inHead.copy(room)
            : readFully(sourceAt(path!), room, at)
        filled += count
        at += count
      }
    }
    flush()
  } finally {
    for (const file of sources.values()) file.close()
  }
}

function readFully(file: DiskFile, room: Buffer, position: number): number {
  const size = file.read(room, position)
  if (size === room.length) return size
  const sizeBefore = position + room.length
  throw shrunkenFile({ file: file.path, position, size: position + size, sizeBefore })
}
