/** What a memory disk is made of: files and directories that know which of their changes are durable. */

/** Decides what a crash leaves of changes that were not synced. */
export interface Chance {
  /** How many of `count` changes that have to survive in their order do so. */
  prefix(count: number): number
  /** Whether one piece of a write, or a change of the length, reached the disk. */
  survives(): boolean
}

/** The worst that may happen, most of the time. */
export const NOTHING_UNSYNCED: Chance = { prefix: () => 0, survives: () => false }

export type MemoryNode = Content | Directory

/** What a disk writes in one piece. */
const SECTOR_SIZE = 512

let inodeNext = 1n

type Change =
  { readonly position: number; readonly bytes: Buffer } | { readonly truncatedTo: number }

/** The bytes of a file, whatever name leads to them. */
export class Content {
  readonly kind = 'file'
  readonly inode = inodeNext++
  /** Only as it was set; durable at once. */
  mtimeMs = 0
  readonly #now = new Extent()
  readonly #durable = new Extent()
  /** Since the durable bytes were those of the file. */
  #unsynced: Change[] = []

  get size(): number {
    return this.#now.size
  }

  read(buffer: Buffer, position: number): number {
    return this.#now.bytes.subarray(position).copy(buffer)
  }

  write(bytes: Buffer, position: number): void {
    this.#change({ position, bytes: Buffer.from(bytes) })
  }

  truncate(size: number): void {
    this.#change({ truncatedTo: size })
  }

  sync(): void {
    this.#settle(this.#unsynced.length)
  }

  /** Durable is what was written before the call, once the promise has resolved. */
  async datasync(): Promise<void> {
    const changes = [...this.#unsynced]
    await Promise.resolve()
    let count = 0
    while (count < changes.length && this.#unsynced[count] === changes[count]) count++
    this.#settle(count)
  }

  survivor(chance: Chance): Content {
    const survivor = new Content()
    survivor.mtimeMs = this.mtimeMs
    const left = new Extent()
    left.apply({ position: 0, bytes: this.#durable.bytes })
    for (const change of this.#unsynced) {
      if ('truncatedTo' in change) {
        if (chance.survives()) left.apply(change)
      } else {
        for (const sector of sectorsOf(change)) if (chance.survives()) left.apply(sector)
      }
    }
    survivor.write(left.bytes, 0)
    survivor.sync()
    return survivor
  }

  #change(change: Change): void {
    this.#now.apply(change)
    this.#unsynced.push(change)
  }

  #settle(count: number): void {
    for (const change of this.#unsynced.splice(0, count)) this.#durable.apply(change)
  }
}

export class Directory {
  readonly kind = 'directory'
  readonly inode = inodeNext++
  readonly entries = new Map<string, MemoryNode>()
  #durable = new Map<string, MemoryNode>()
  #unsynced: NameChange[] = []

  /** Adds a name that is durable at once. */
  keep(name: string, node: MemoryNode): void {
    this.entries.set(name, node)
    this.#durable.set(name, node)
  }

  /** In one step. */
  change(change: NameChange): void {
    applyNames(this.entries, change)
    this.#unsynced.push(change)
  }

  sync(): void {
    for (const change of this.#unsynced) applyNames(this.#durable, change)
    this.#unsynced = []
  }

  survivor(chance: Chance): Directory {
    const names = new Map(this.#durable)
    const count = chance.prefix(this.#unsynced.length)
    for (const change of this.#unsynced.slice(0, count)) applyNames(names, change)
    const survivor = new Directory()
    for (const [name, node] of names) survivor.keep(name, node.survivor(chance))
    return survivor
  }
}

/** Undefined: the name is taken away. */
export type NameChange = readonly (readonly [name: string, node: MemoryNode | undefined])[]

function applyNames(names: Map<string, MemoryNode>, change: NameChange): void {
  for (const [name, node] of change) {
    if (node === undefined) names.delete(name)
    else names.set(name, node)
  }
}

function* sectorsOf({ position, bytes }: { position: number; bytes: Buffer }): Generator<Change> {
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(at + SECTOR_SIZE - ((position + at) % SECTOR_SIZE), bytes.length)
    yield { position: position + at, bytes: bytes.subarray(at, end) }
    at = end
  }
}

/** Bytes that grow. */
class Extent {
  #room = Buffer.alloc(0)
  size = 0

  get bytes(): Buffer {
    return this.#room.subarray(0, this.size)
  }

  apply(change: Change): void {
    if ('truncatedTo' in change) return this.#resize(change.truncatedTo)
    const { position, bytes } = change
    if (position + bytes.length > this.size) this.#resize(position + bytes.length)
    bytes.copy(this.#room, position)
  }

  /** Zeros fill what it grows by. */
  #resize(size: number): void {
    if (size > this.#room.length) {
      const room = Buffer.alloc(Math.max(size, 2 * this.#room.length))
      this.bytes.copy(room)
      this.#room = room
    }
    if (size < this.size) this.#room.fill(0, size, this.size)
    this.size = size
  }
}
