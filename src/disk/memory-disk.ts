/**
 * A disk for tests that forgets like a real one: bytes are durable once their file is synced, names
 * once their directory is. What was not synced may survive a crash or not, in pieces and in any
 * order, as a `Chance` decides.
 *
 * It takes POSIX at its word: a file synced under a name that was never synced may be lost, and a
 * rename or a removal undone. Real file systems are mostly kinder; whoever survives here survives
 * there.
 */
import { posix } from 'node:path'
import type { DirectoryEntry, Disk, DiskFile, FileStatus, WritableDiskFile } from './disk.ts'
import { refusal } from './disk-failure.ts'
import {
  type Chance,
  Content,
  Directory,
  type MemoryNode,
  NOTHING_UNSYNCED,
} from './memory-node.ts'
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
    content.write(bytes, 0)
    content.sync()
    directory.keep(posix.basename(path), content)
  }

  /**
   * What a machine that lost its power would find when it is back. This disk goes on as if nothing
   * had happened.
   *
   * @param chance what survives of that which was not synced; by default nothing does
   */
  crash(chance: Chance = NOTHING_UNSYNCED): MemoryDisk {
    return new MemoryDisk(this.#root.survivor(chance))
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
    const size = node instanceof Content ? node.size : 0
    return {
      kind: node.kind,
      size,
      allocated: size,
      mtimeMs: node instanceof Content ? node.mtimeMs : 0,
      inode: node.inode,
      device: 0n,
    }
  }

  open(path: string): DiskFile {
    return opened(path, this.#content('open', path))
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
    return opened(path, content)
  }

  openForWriting(path: string): WritableDiskFile {
    return opened(path, this.#content('open', path))
  }

  rename(from: string, to: string): void {
    const node = this.#find(from)
    if (node === undefined) throw refusal('rename', from, 'ENOENT')
    const source = this.#directory('rename', posix.dirname(from))
    const target = this.#directory('rename', posix.dirname(to))
    if (source === target) {
      source.change([
        [posix.basename(from), undefined],
        [posix.basename(to), node],
      ])
    } else {
      target.change([[posix.basename(to), node]])
      source.change([[posix.basename(from), undefined]])
    }
  }

  link(existing: string, added: string): void {
    this.#add('link', added, this.#content('link', existing))
  }

  remove(path: string): void {
    this.#content('remove', path)
    this.#parent('remove', path).change([[posix.basename(path), undefined]])
  }

  makeDirectory(path: string): void {
    this.#add('make directory', path, new Directory())
  }

  removeDirectory(path: string): void {
    const { entries } = this.#directory('remove directory', path)
    if (entries.size > 0) throw refusal('remove directory', path, 'ENOTEMPTY')
    this.#parent('remove directory', path).change([[posix.basename(path), undefined]])
  }

  syncDirectory(path: string): void {
    this.#directory('sync directory', path).sync()
  }

  #add(op: string, path: string, node: MemoryNode): void {
    const directory = this.#parent(op, path)
    const name = posix.basename(path)
    if (directory.entries.has(name)) throw refusal(op, path, 'EEXIST', 'the name is taken')
    directory.change([[name, node]])
  }

  #content(op: string, path: string): Content {
    const node = this.#find(path)
    if (node === undefined) throw refusal(op, path, 'ENOENT')
    if (node instanceof Directory) throw refusal(op, path, 'EISDIR')
    return node
  }

  #parent(op: string, path: string): Directory {
    return this.#directory(op, posix.dirname(path))
  }

  #directory(op: string, path: string): Directory {
    const node = this.#find(path)
    if (node === undefined) throw refusal(op, path, 'ENOENT')
    if (node instanceof Content) throw refusal(op, path, 'ENOTDIR')
    return node
  }

  #find(path: string): MemoryNode | undefined {
    let node: MemoryNode | undefined = this.#root
    for (const name of namesOf(path)) {
      node = node instanceof Directory ? node.entries.get(name) : undefined
    }
    return node
  }
}

function opened(path: string, content: Content): WritableDiskFile {
  return {
    path,
    size: () => content.size,
    read: (buffer, position) => content.read(buffer, position),
    append: bytes => content.write(bytes, content.size),
    write: (bytes, position) => content.write(bytes, position),
    truncate: size => content.truncate(size),
    setModified: mtimeMs => (content.mtimeMs = mtimeMs),
    beginSync: () => undefined,
    finishSync: () => undefined,
    sync: () => content.sync(),
    datasync: () => content.datasync(),
    close: () => undefined,
  }
}

function namesOf(path: string): string[] {
  return posix
    .resolve('/', path)
    .split('/')
    .filter(name => name !== '')
}
