/**
 * A disk over another that keeps what is written to itself: what a command would change can be seen, and read again,
 * while the disk below is only read. Durable is nothing of it.
 */
import { basename, dirname, resolve } from 'node:path'
import type { DirectoryEntry, Disk, DiskFile, FileStatus, WritableDiskFile } from './disk.ts'
import { refusal } from './disk-failure.ts'
import { readWholeFile } from './whole-file.ts'

type Change = OverlaidFile | 'directory' | 'removed'

export class OverlayDisk implements Disk {
  readonly #below: Disk
  /** By absolute path. */
  readonly #changes = new Map<string, Change>()

  constructor(below: Disk) {
    this.#below = below
  }

  /** Whether a file is no longer what lies below under its name. */
  hasChanged(path: string): boolean {
    return this.#changes.has(resolve(path))
  }

  /** Lets go of what was changed: what lies below shows again. */
  forget(path: string): void {
    this.#changes.delete(resolve(path))
  }

  list(path: string): DirectoryEntry[] {
    const directory = resolve(path)
    const entries = new Map<string, DirectoryEntry>()
    const own = this.#changes.get(directory)
    if (own === 'removed') throw refusal('list', path, 'ENOENT')
    if (own !== 'directory') {
      for (const entry of this.#below.list(path)) entries.set(entry.name, entry)
    }
    for (const [changed, change] of this.#changes) {
      if (dirname(changed) !== directory) continue
      const name = basename(changed)
      if (change === 'removed') entries.delete(name)
      else entries.set(name, { name, kind: change === 'directory' ? 'directory' : 'file' })
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  status(path: string): FileStatus | undefined {
    const change = this.#changes.get(resolve(path))
    if (change === undefined) return this.#below.status(path)
    if (change === 'removed') return undefined
    const size = change === 'directory' ? 0 : change.size()
    const kind = change === 'directory' ? 'directory' : 'file'
    return { kind, size, allocated: size, mtimeMs: 0, inode: 0n, device: 0n }
  }

  open(path: string): DiskFile {
    const change = this.#changes.get(resolve(path))
    if (change === undefined) return this.#below.open(path)
    return this.#file('open', path, change)
  }

  readWhole(path: string, sizeMax?: number): Buffer {
    return readWholeFile(this.open(path), sizeMax)
  }

  space(path: string) {
    return this.#below.space(path)
  }

  create(path: string): WritableDiskFile {
    if (this.status(path) !== undefined) throw refusal('create', path, 'EEXIST')
    if (this.status(dirname(path)) === undefined) throw refusal('create', path, 'ENOENT')
    return this.#put(path, new OverlaidFile(path))
  }

  openForWriting(path: string): WritableDiskFile {
    const change = this.#changes.get(resolve(path))
    if (change !== undefined) return this.#file('open', path, change)
    return this.#put(path, this.#overlaid(path))
  }

  rename(from: string, to: string): void {
    const change = this.#changes.get(resolve(from))
    if (change === 'removed') throw refusal('rename', from, 'ENOENT')
    const moved = change ?? this.#overlaid(from)
    this.#changes.set(resolve(from), 'removed')
    this.#changes.set(resolve(to), moved)
  }

  link(existing: string, added: string): void {
    if (this.status(added) !== undefined) throw refusal('link', added, 'EEXIST')
    const change = this.#changes.get(resolve(existing))
    const linked = change === undefined ? this.#overlaid(existing) : change
    if (linked === 'removed' || linked === 'directory') throw refusal('link', existing, 'ENOENT')
    this.#changes.set(resolve(existing), linked)
    this.#changes.set(resolve(added), linked)
  }

  remove(path: string): void {
    if (this.status(path) === undefined) throw refusal('remove', path, 'ENOENT')
    this.#changes.set(resolve(path), 'removed')
  }

  makeDirectory(path: string): void {
    if (this.status(path) !== undefined) throw refusal('make directory', path, 'EEXIST')
    this.#changes.set(resolve(path), 'directory')
  }

  removeDirectory(path: string): void {
    if (this.list(path).length > 0) throw refusal('remove directory', path, 'ENOTEMPTY')
    this.#changes.set(resolve(path), 'removed')
  }

  syncDirectory(): void {
    // Nothing of it is durable.
  }

  #put(path: string, file: OverlaidFile): OverlaidFile {
    this.#changes.set(resolve(path), file)
    return file
  }

  #overlaid(path: string): OverlaidFile {
    const file = this.#below.open(path)
    const size = file.size()
    file.close()
    return new OverlaidFile(path, { disk: this.#below, path, size })
  }

  #file(op: string, path: string, change: Change): OverlaidFile {
    if (change === 'removed') throw refusal(op, path, 'ENOENT')
    if (change === 'directory') throw refusal(op, path, 'EISDIR')
    return change
  }
}

/** The beginning of a file below, and what was written over it, in order. */
class OverlaidFile implements WritableDiskFile {
  readonly path: string
  readonly #below: FileBelow | undefined
  /** Bytes of the file below that still show. */
  #shown: number
  #size: number
  #writes: { readonly position: number; readonly bytes: Buffer }[] = []

  constructor(path: string, below?: FileBelow) {
    this.path = path
    this.#below = below
    this.#size = this.#shown = below?.size ?? 0
  }

  size(): number {
    return this.#size
  }

  read(buffer: Buffer, position: number): number {
    const count = Math.max(0, Math.min(buffer.length, this.#size - position))
    const target = buffer.subarray(0, count)
    target.fill(0)
    const fromBelow = Math.max(0, Math.min(count, this.#shown - position))
    if (fromBelow > 0) this.#readBelow(target.subarray(0, fromBelow), position)
    for (const write of this.#writes) {
      const from = Math.max(position, write.position)
      const to = Math.min(position + count, write.position + write.bytes.length)
      if (from >= to) continue
      write.bytes.copy(target, from - position, from - write.position, to - write.position)
    }
    return count
  }

  append(bytes: Buffer): void {
    this.write(bytes, this.#size)
  }

  write(bytes: Buffer, position: number): void {
    this.#writes.push({ position, bytes: Buffer.from(bytes) })
    this.#size = Math.max(this.#size, position + bytes.length)
  }

  truncate(size: number): void {
    this.#shown = Math.min(this.#shown, size)
    this.#size = size
    this.#writes = this.#writes
      .filter(({ position }) => position < size)
      .map(({ position, bytes }) => ({ position, bytes: bytes.subarray(0, size - position) }))
  }

  setModified(): void {
    // Nobody asks.
  }

  beginSync(): void {
    // Nothing of it is to become durable.
  }

  finishSync(): void {
    // The same.
  }

  sync(): void {
    // Nothing of it is durable.
  }

  datasync(): Promise<void> {
    return Promise.resolve()
  }

  close(): void {
    // Nothing is held: it may be opened again, and has to be what it was.
  }

  #readBelow(buffer: Buffer, position: number): void {
    const { disk, path } = this.#below!
    const file = disk.open(path)
    try {
      file.read(buffer, position)
    } finally {
      file.close()
    }
  }
}

interface FileBelow {
  readonly disk: Disk
  readonly path: string
  readonly size: number
}
