/**
 * A disk for tests that forgets like a real one: bytes are durable once their file is synced, names
 * once their directory is, and `crash` leaves only what is durable.
 *
 * It takes POSIX at its word: a file synced under a name that was never synced is lost, and a
 * rename or a removal is undone. Real file systems are mostly kinder; whoever survives here
 * survives there.
 */
import { posix } from 'node:path'
import type { DirectoryEntry, Disk, DiskFile, FileStatus, WritableDiskFile } from './disk.ts'
import { refusal } from './disk-failure.ts'
import { readWholeFile } from './whole-file.ts'

export class MemoryDisk implements Disk {
  readonly #root: Directory

  constructor(root: Directory = new Directory()) {
    this.#root = root
  }

  /** Sets the scene of a test: the file, with the directories above it, all durable. */
  put(path: string, bytes: Buffer): void {
    let directory = this.#root
    for (const name of namesOf(posix.dirname(path))) {
      const next = directory.entries.get(name) ?? new Directory()
      if (next instanceof Content) throw refusal('create', path, 'ENOTDIR')
      directory.keep(name, next)
      directory = next
    }
    const content = new Content()
    content.append(bytes)
    content.sync()
    directory.keep(posix.basename(path), content)
  }

  /**
   * What a machine that lost its power would find when it is back. This disk goes on as if nothing
   * had happened.
   */
  crash(): MemoryDisk {
    return new MemoryDisk(this.#root.survivor())
  }

  list(path: string): DirectoryEntry[] {
    const entries = [...this.#directory('list', path).entries]
    return entries
      .map(([name, node]): DirectoryEntry => ({ name, kind: node.kind }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  status(path: string): FileStatus | undefined {
    const node = this.#find(path)
    if (node === undefined) return undefined
    const size = node instanceof Content ? node.bytes.length : 0
    return {
      kind: node.kind,
      size,
      allocated: size,
      mtimeMs: 0,
      inode: node.inode,
      device: 0n,
    }
  }

  open(path: string): DiskFile {
    const content = this.#content('open', path)
    return {
      path,
      size: () => content.bytes.length,
      read: (buffer, position) => content.bytes.subarray(position).copy(buffer),
      close: () => undefined,
    }
  }

  readWhole(path: string, sizeMax?: number): Buffer {
    return readWholeFile(this.open(path), sizeMax)
  }

  space(): undefined {
    return undefined
  }

  create(path: string): WritableDiskFile {
    const content = new Content()
    this.#add('create', path, content)
    return {
      path,
      append: bytes => content.append(bytes),
      truncate: size => content.truncate(size),
      sync: () => content.sync(),
      close: () => undefined,
    }
  }

  rename(from: string, to: string): void {
    const node = this.#find(from)
    if (node === undefined) throw refusal('rename', from, 'ENOENT')
    const source = this.#directory('rename', posix.dirname(from))
    const target = this.#directory('rename', posix.dirname(to))
    source.entries.delete(posix.basename(from))
    target.entries.set(posix.basename(to), node)
  }

  remove(path: string): void {
    this.#content('remove', path)
    this.#directory('remove', posix.dirname(path)).entries.delete(posix.basename(path))
  }

  makeDirectory(path: string): void {
    this.#add('make directory', path, new Directory())
  }

  syncDirectory(path: string): void {
    this.#directory('sync directory', path).sync()
  }

  #add(op: string, path: string, node: Node): void {
    const directory = this.#directory(op, posix.dirname(path))
    const name = posix.basename(path)
    if (directory.entries.has(name)) throw refusal(op, path, 'EEXIST', 'the name is taken')
    directory.entries.set(name, node)
  }

  #content(op: string, path: string): Content {
    const node = this.#find(path)
    if (node === undefined) throw refusal(op, path, 'ENOENT')
    if (node instanceof Directory) throw refusal(op, path, 'EISDIR')
    return node
  }

  #directory(op: string, path: string): Directory {
    const node = this.#find(path)
    if (node === undefined) throw refusal(op, path, 'ENOENT')
    if (node instanceof Content) throw refusal(op, path, 'ENOTDIR')
    return node
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root
    for (const name of namesOf(path)) {
      node = node instanceof Directory ? node.entries.get(name) : undefined
    }
    return node
  }
}

type Node = Content | Directory

let inodeNext = 1n

/** The bytes of a file, whatever name leads to them. */
class Content {
  readonly kind = 'file'
  readonly inode = inodeNext++
  #room = Buffer.alloc(0)
  #size = 0
  #durable = Buffer.alloc(0)

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#size)
  }

  append(bytes: Buffer): void {
    const start = this.#size
    this.truncate(start + bytes.length)
    bytes.copy(this.#room, start)
  }

  /** Zeros fill what it grows by. */
  truncate(size: number): void {
    if (size > this.#room.length) {
      const room = Buffer.alloc(Math.max(size, 2 * this.#room.length))
      this.bytes.copy(room)
      this.#room = room
    }
    this.#room.fill(0, size, this.#size)
    this.#size = size
  }

  sync(): void {
    this.#durable = Buffer.from(this.bytes)
  }

  survivor(): Content {
    const survivor = new Content()
    survivor.append(this.#durable)
    survivor.sync()
    return survivor
  }
}

class Directory {
  readonly kind = 'directory'
  readonly inode = inodeNext++
  readonly entries = new Map<string, Node>()
  #durable: ReadonlyMap<string, Node> = new Map()

  /** Adds a name that is durable at once. */
  keep(name: string, node: Node): void {
    this.entries.set(name, node)
    this.#durable = new Map(this.#durable).set(name, node)
  }

  sync(): void {
    this.#durable = new Map(this.entries)
  }

  survivor(): Directory {
    const survivor = new Directory()
    for (const [name, node] of this.#durable) survivor.keep(name, node.survivor())
    return survivor
  }
}

function namesOf(path: string): string[] {
  return posix
    .resolve('/', path)
    .split('/')
    .filter(name => name !== '')
}
