/**
 * Where a repair keeps what it replaces. A file gets a second name in the backup before its own is given up, so that at no
 * moment the only name of a byte is one that a broker would remove; on another file system it is copied.
 *
 * By default it is a folder within the partition's own: there brokers pass folders over, while over one of a strange name
 * in a log.dir they do not start.
 */
import { basename, dirname, join } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { copyFile } from '../copy-file.ts'

export const REPAIR_NOTE = 'repair.json'

export class Backup {
  readonly path: string
  readonly #disk: Disk
  #isThere = false

  /** @param path of a folder that is not there yet; it is made when it is first needed */
  constructor(disk: Disk, path: string) {
    this.path = path
    this.#disk = disk
  }

  get isUsed(): boolean {
    return this.#isThere
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
    moveTree(this.#disk, path, join(this.path, name))
    this.#disk.syncDirectory(this.path)
    this.#disk.removeDirectory(path)
    this.#disk.syncDirectory(dirname(path))
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
    this.#isThere = true
  }
}

/** `repair-20260301T120000Z`, with a number behind it where that is taken. */
export function backupName(disk: Disk, parent: string, prefix: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const isTaken = (name: string) => disk.status(join(parent, name)) !== undefined
  const first = `${prefix}${stamp}`
  for (let name = first, count = 2; ; name = `${first}-${count++}`) if (!isTaken(name)) return name
}

/** Those above it that are missing as well. */
function makeDirectories(disk: Disk, path: string): void {
  if (disk.status(path) !== undefined) return
  const parent = dirname(path)
  makeDirectories(disk, parent)
  disk.makeDirectory(path)
  disk.syncDirectory(parent)
}

function moveTree(disk: Disk, from: string, to: string): void {
  makeDirectories(disk, to)
  const entries = disk.list(from)
  for (const { name, kind } of entries) {
    if (kind === 'directory') moveTree(disk, join(from, name), join(to, name))
    else linkOrCopy(disk, join(from, name), join(to, name))
  }
  disk.syncDirectory(to)
  for (const { name, kind } of entries) {
    if (kind === 'directory') disk.removeDirectory(join(from, name))
    else disk.remove(join(from, name))
  }
}

/** Where a link is not to be had. */
const COPIED: ReadonlySet<string | undefined> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'])

function linkOrCopy(disk: Disk, from: string, to: string): void {
  try {
    disk.link(from, to)
  } catch (error) {
    if (!(error instanceof DiskError) || !COPIED.has(error.errno)) throw error
    const { size } = disk.status(from) ?? { size: 0 }
    copyFile({ disk, path: from, size }, { disk, path: to })
  }
}
