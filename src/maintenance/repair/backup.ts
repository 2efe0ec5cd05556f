/**
 * Where a repair keeps what it replaces. A file gets a second name in the backup before its own is given up, so that at no
 * moment the only name of a byte is one that a broker would remove; on another file system it is copied. What was only
 * copied in part when it was interrupted is `NAME.partial`, and the next repair, which goes on in the same backup, clears
 * it away.
 *
 * By default it is a folder within the partition's own: there brokers pass folders over, while over one of a strange name
 * in a log.dir they do not start.
 */
import { basename, dirname, join } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { PARTIAL_SUFFIX } from '../../disk/new-file.ts'
import { replaceFile, TEMPORARY_SUFFIX } from '../../disk/replace-file.ts'
import { copyFile } from '../copy-file.ts'

export const REPAIR_NOTE = 'repair.json'

/** Of a repair that was interrupted, and which a later one has gone on with. */
const EARLIER_NOTE = `earlier-${REPAIR_NOTE}`

/** Of the folders in which backups are. */
export interface BackupPlace {
  readonly parent: string
  /** Of their names. */
  readonly prefix: string
}

export class Backup {
  readonly path: string
  readonly #disk: Disk
  #isThere = false

  /** @param path of a folder that is made when it is first needed, or that an interrupted repair has left */
  constructor(disk: Disk, path: string) {
    this.path = path
    this.#disk = disk
  }

  /** Durable when it returns; the file itself stays. */
  keep(path: string, name = basename(path)): void {
    this.keepAll([{ path, name }])
  }

  keepAll(files: readonly { readonly path: string; readonly name: string }[]): void {
    const there = files.filter(({ path }) => this.#disk.status(path) !== undefined)
    if (there.length === 0) return
    this.#make()
    for (const { path, name } of there) {
      const kept = this.#freeName(path, name)
      if (kept !== undefined) linkOrCopy(this.#disk, path, join(this.path, kept))
    }
    this.#disk.syncDirectory(this.path)
  }

  /** Durable in the backup; that it is gone elsewhere is durable once its folder is synced. */
  move(path: string, name = basename(path)): void {
    this.keep(path, name)
    this.#disk.remove(path)
  }

  /** A folder with all that is in it; durable when it returns. */
  moveFolder(path: string, name = basename(path)): void {
    this.#make()
    const kept = join(this.path, freeName(this.#disk, this.path, name))
    const partial = kept + PARTIAL_SUFFIX
    linkTree(this.#disk, path, partial)
    this.#disk.rename(partial, kept)
    this.#disk.syncDirectory(this.path)
    removeTree(this.#disk, path)
    this.#disk.syncDirectory(dirname(path))
  }

  /** Takes it away again where nothing was put in it, as far as the disk lets that be. */
  discardUnused(): void {
    try {
      if (this.#disk.status(this.path) === undefined || !isUnused(this.#disk, this.path)) return
      removeTree(this.#disk, this.path)
      this.#disk.syncDirectory(dirname(this.path))
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
  }

  /** What an interrupted repair noted of the same partition stays beside what this one will. */
  keepEarlierNote(): void {
    if (this.#disk.status(this.path) === undefined || isUnused(this.#disk, this.path)) return
    this.keep(join(this.path, REPAIR_NOTE), EARLIER_NOTE)
  }

  write(name: string, bytes: Buffer): void {
    this.#make()
    replaceFile(this.#disk, join(this.path, name), bytes)
  }

  /** Undefined where the very file has that name. */
  #freeName(path: string, name: string): string | undefined {
    const file = this.#disk.status(path)!
    for (let free = name, count = 2; ; free = `${name}.${count++}`) {
      const other = this.#disk.status(join(this.path, free))
      if (other === undefined) return free
      if (other.inode === file.inode && other.device === file.device) return undefined
    }
  }

  #make(): void {
    if (this.#isThere) return
    makeDirectories(this.#disk, this.path)
    for (const { name } of this.#disk.list(this.path)) {
      if (name.endsWith(PARTIAL_SUFFIX)) removeTree(this.#disk, join(this.path, name))
    }
    this.#isThere = true
  }
}

/** `repair-20260301T120000Z`, with a number behind it where that is taken. */
export function backupName(disk: Disk, { parent, prefix }: BackupPlace, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  return freeName(disk, parent, `${prefix}${stamp}`, '-')
}

/** One in which an interrupted repair has put nothing yet, not even a note. */
export function unusedBackup(disk: Disk, { parent, prefix }: BackupPlace): string | undefined {
  return disk
    .list(parent)
    .filter(({ name, kind }) => kind === 'directory' && name.startsWith(prefix))
    .map(({ name }) => join(parent, name))
    .filter(path => disk.status(join(path, REPAIR_NOTE)) === undefined)
    .find(path => isUnused(disk, path))
}

/** Whether there is nothing in it but what an interruption leaves, and a note of what was to be done. */
function isUnused(disk: Disk, path: string): boolean {
  return disk.list(path).every(({ name }) => {
    return name.endsWith(PARTIAL_SUFFIX) || NOTES.has(name)
  })
}

const NOTES: ReadonlySet<string> = new Set([REPAIR_NOTE, REPAIR_NOTE + TEMPORARY_SUFFIX])

function freeName(disk: Disk, parent: string, name: string, separator = '.'): string {
  for (let free = name, count = 2; ; free = `${name}${separator}${count++}`) {
    if (disk.status(join(parent, free)) === undefined) return free
  }
}

/** Those above it that are missing as well. */
function makeDirectories(disk: Disk, path: string): void {
  if (disk.status(path) !== undefined) return
  const parent = dirname(path)
  makeDirectories(disk, parent)
  disk.makeDirectory(path)
  disk.syncDirectory(parent)
}

/** All of it durable when it returns. */
function linkTree(disk: Disk, from: string, to: string): void {
  makeDirectories(disk, to)
  for (const { name, kind } of disk.list(from)) {
    if (kind === 'directory') linkTree(disk, join(from, name), join(to, name))
    else linkOrCopy(disk, join(from, name), join(to, name))
  }
  disk.syncDirectory(to)
}

/** A file, or a folder with all that is in it. */
function removeTree(disk: Disk, path: string): void {
  if (disk.status(path)?.kind !== 'directory') {
    disk.remove(path)
    return
  }
  for (const { name } of disk.list(path)) removeTree(disk, join(path, name))
  disk.removeDirectory(path)
}

/** Where a link is not to be had. */
const COPIED: ReadonlySet<string | undefined> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'])

function linkOrCopy(disk: Disk, from: string, to: string): void {
  try {
    disk.link(from, to)
  } catch (error) {
    if (!(error instanceof DiskError) || !COPIED.has(error.errno)) throw error
    const { size } = disk.status(from) ?? { size: 0 }
    copyFile({ disk, path: from, size }, { disk, path: to + PARTIAL_SUFFIX })
    disk.rename(to + PARTIAL_SUFFIX, to)
  }
}
