/** The machine's own disk, through node:fs. */
import fs from 'node:fs'
import { join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type {
  DirectoryEntry,
  Disk,
  DiskFile,
  DiskSpace,
  EntryKind,
  FileStatus,
  WritableDiskFile,
} from './disk.ts'
import { attempt, refusal } from './disk-failure.ts'
import { libc } from './libc.ts'
import { readWholeFile } from './whole-file.ts'

/** POSIX counts the blocks of a file in this unit, whatever the file system's own is. */
const STATUS_BLOCK_BYTES = 512

/** One read(2) moves at most 2 GiB less a page, and Node refuses to ask for more. */
const READ_BYTES_MAX = 1024 * 1024 * 1024

export const nodeDisk: Disk = {
  list(path) {
    const entries = attempt('list', path, () => fs.readdirSync(path, { withFileTypes: true }))
    return entries.map(entry => toDirectoryEntry(path, entry)).sort(byName)
  },

  status(path) {
    try {
      return toFileStatus(fs.statSync(path, { bigint: true }))
    } catch (cause) {
      const error = new DiskError('stat', path, cause)
      if (error.errno === 'ENOENT' || error.errno === 'ENOTDIR') return undefined
      throw error
    }
  },

  open(path) {
    return NodeFile.open(path)
  },

  readWhole(path, sizeMax) {
    return readWholeFile(NodeFile.open(path), sizeMax)
  },

  space(path): DiskSpace {
    const { bsize, blocks, bfree, bavail } = attempt('statfs', path, () =>
      fs.statfsSync(path, { bigint: true }),
    )
    return { totalBytes: blocks * bsize, freeBytes: bfree * bsize, usableBytes: bavail * bsize }
  },

  create(path) {
    return NodeWritableFile.create(path)
  },

  openForWriting(path) {
    return NodeWritableFile.open(path)
  },

  link(existing, added) {
    attempt('link', existing, () => fs.linkSync(existing, added))
  },

  rename(from, to) {
    attempt('rename', from, () => fs.renameSync(from, to))
  },

  remove(path) {
    attempt('remove', path, () => fs.unlinkSync(path))
  },

  makeDirectory(path) {
    attempt('make directory', path, () => fs.mkdirSync(path))
  },

  removeDirectory(path) {
    attempt('remove directory', path, () => fs.rmdirSync(path))
  },

  /**
   * Windows can't sync a directory, and renames durably enough without (Kafka's Utils.flushDir does
   * the same).
   */
  syncDirectory(path) {
    if (process.platform === 'win32') return
    attempt('sync directory', path, () => {
      const fd = fs.openSync(path, 'r')
      try {
        fs.fsyncSync(fd)
      } finally {
        fs.closeSync(fd)
      }
    })
  },
}

/**
 * Exported for its descriptor, which the page cache is asked with, and sockets are sent from; everyone else knows a
 * DiskFile.
 */
export class NodeFile implements DiskFile {
  readonly path: string
  readonly fd: number

  protected constructor(path: string, fd: number) {
    this.path = path
    this.fd = fd
  }

  static open(path: string): NodeFile {
    return new NodeFile(path, openRegular(path, fs.constants.O_RDONLY))
  }

  size(): number {
    return attempt('stat', this.path, () => fs.fstatSync(this.fd).size)
  }

  read(buffer: Buffer, position: number): number {
    let count = 0
    while (count < buffer.length) {
      const wanted = Math.min(buffer.length - count, READ_BYTES_MAX)
      const got = this.#readOnce(buffer, count, wanted, position + count)
      if (got === 0) break
      count += got
    }
    return count
  }

  close(): void {
    attempt('close', this.path, () => fs.closeSync(this.fd))
  }

  #readOnce(buffer: Buffer, start: number, size: number, position: number): number {
    return attempt('read', this.path, () => fs.readSync(this.fd, buffer, start, size, position))
  }
}

class NodeWritableFile extends NodeFile implements WritableDiskFile {
  static create(path: string): NodeWritableFile {
    const fd = attempt('create', path, () => fs.openSync(path, 'wx+'))
    return new NodeWritableFile(path, fd)
  }

  static override open(path: string): NodeWritableFile {
    return new NodeWritableFile(path, openRegular(path, fs.constants.O_RDWR))
  }

  append(bytes: Buffer): void {
    this.write(bytes, this.size())
  }

  write(bytes: Buffer, position: number): void {
    const { length } = bytes
    attempt('write', this.path, () => {
      for (let at = 0; at < length;) {
        at += fs.writeSync(this.fd, bytes, at, length - at, position + at)
      }
    })
  }

  truncate(size: number): void {
    attempt('truncate', this.path, () => fs.ftruncateSync(this.fd, size))
  }

  setModified(mtimeMs: number): void {
    attempt('set the time of', this.path, () => {
      fs.futimesSync(this.fd, mtimeMs / 1000, mtimeMs / 1000)
    })
  }

  beginSync(position: number, size: number): void {
    libc()?.beginWriting(this.fd, position, size)
  }

  finishSync(position: number, size: number): void {
    attempt('sync', this.path, () => {
      libc()?.finishWriting(this.fd, position, size)
      libc()?.dropPages(this.fd, position, size)
    })
  }

  sync(): void {
    attempt('sync', this.path, () => fs.fsyncSync(this.fd))
  }

  datasync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.fd, cause => {
        if (cause === null) resolve()
        else reject(new DiskError('sync', this.path, cause))
      })
    })
  }
}

/**
 * Regular files only. O_NONBLOCK, as opening a named pipe would wait for a writer that may never
 * come.
 */
function openRegular(path: string, access: number): number {
  const fd = attempt('open', path, () => fs.openSync(path, access | fs.constants.O_NONBLOCK))
  const stats = attempt('stat', path, () => fs.fstatSync(fd))
  if (stats.isFile()) return fd
  fs.closeSync(fd)
  if (stats.isDirectory()) throw refusal('open', path, 'EISDIR')
  throw refusal('open', path, 'EINVAL', 'it is not a regular file')
}

interface TypedEntry {
  isFile(): boolean
  isDirectory(): boolean
  isFIFO(): boolean
  isSocket(): boolean
}

function toDirectoryEntry(directory: string, entry: fs.Dirent): DirectoryEntry {
  const { name } = entry
  if (!entry.isSymbolicLink()) return { name, ...typeOf(entry) }
  const path = join(directory, name)
  try {
    return { name, ...typeOf(fs.statSync(path)) }
  } catch (cause) {
    const { errno } = new DiskError('stat', path, cause)
    return { name, kind: 'other', what: DEAD_LINKS[errno ?? ''] ?? 'a link that leads nowhere' }
  }
}

function toFileStatus(stats: fs.BigIntStats): FileStatus {
  return {
    ...typeOf(stats),
    size: Number(stats.size),
    allocated: Number(stats.blocks) * STATUS_BLOCK_BYTES,
    mtimeMs: Number(stats.mtimeMs),
    inode: stats.ino,
    device: stats.dev,
  }
}

const DEAD_LINKS: Readonly<Record<string, string>> = {
  ELOOP: 'a link that leads in a circle',
  EACCES: 'a link that leads where nobody may look',
}

function typeOf(entry: TypedEntry): { readonly kind: EntryKind; readonly what?: string } {
  if (entry.isFile()) return { kind: 'file' }
  if (entry.isDirectory()) return { kind: 'directory' }
  const what = entry.isFIFO() ? 'a named pipe' : entry.isSocket() ? 'a socket' : 'a device'
  return { kind: 'other', what }
}

function byName(a: DirectoryEntry, b: DirectoryEntry): number {
  return a.name < b.name ? -1 : 1
}
