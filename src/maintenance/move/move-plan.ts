/**
 * Which partitions go from which log.dir to which other: pure.
 *
 * | plan    | moves                                                                                          |
 * |---------|------------------------------------------------------------------------------------------------|
 * | named   | those that were asked for                                                                      |
 * | balance | that which evens out most, again and again, until none is worth its while; none of them twice  |
 * | drain   | all of a log.dir, the biggest first, each to where most is free                                |
 *
 * What leaves a log.dir frees nothing there yet: a broker deletes it once it runs again.
 */
import { RefusedError } from '../../base/errors.ts'

export interface MovablePartition {
  readonly topic: string
  readonly partition: number
  /** Of its folder. */
  readonly name: string
  readonly topicId: string
  readonly logDir: string
  /** That all files in its folder take on disk: holes take none. */
  readonly bytes: number
  /** Of all of them, holes and all: what is read. */
  readonly size: number
}

export interface MoveDirectory {
  readonly path: string
  /** Directories on one file system share what is free there. */
  readonly fileSystem: string
  /** Infinity where nobody can tell. */
  readonly freeBytes: number
  /** Of all partitions in it, movable or not. */
  readonly bytes: number
  /** False for one that is cordoned: nothing new is to go there. */
  readonly takesNew: boolean
}

export interface PlannedMove extends MovablePartition {
  readonly to: string
  /** On the file system of `to`, when this one and all before it are done. */
  readonly freeAfter: number
}

export interface WantedMove {
  readonly partition: MovablePartition
  readonly to: string
  /** Whether the copy is there already, and takes no more room. */
  readonly isCopied: boolean
}

/** What the log.dirs hold while moves are planned, one behind the other. */
export class MoveLedger {
  readonly directories: readonly MoveDirectory[]
  readonly moves: PlannedMove[] = []
  readonly #bytes: Map<string, number>
  readonly #free: Map<string, number>

  constructor(directories: readonly MoveDirectory[]) {
    this.directories = directories
    this.#bytes = new Map(directories.map(({ path, bytes }) => [path, bytes]))
    this.#free = new Map(directories.map(({ fileSystem, freeBytes }) => [fileSystem, freeBytes]))
  }

  bytesIn(path: string): number {
    return this.#bytes.get(path) ?? 0
  }

  freeIn({ fileSystem }: Pick<MoveDirectory, 'fileSystem'>): number {
    return this.#free.get(fileSystem)!
  }

  hasMoved({ name }: MovablePartition): boolean {
    return this.moves.some(move => move.name === name)
  }

  /** @throws RefusedError where there is no room */
  move({ partition, to, isCopied }: WantedMove): void {
    const { bytes, name, logDir } = partition
    const directory = this.directories.find(({ path }) => path === to)!
    const free = this.freeIn(directory)
    const freeAfter = isCopied ? free : free - bytes
    if (freeAfter < 0) {
      throw refused(`${to} has no room for ${name}: it takes ${bytes} bytes, ${free} are free`)
    }
    this.#free.set(directory.fileSystem, freeAfter)
    this.#bytes.set(logDir, this.bytesIn(logDir) - bytes)
    this.#bytes.set(to, this.bytesIn(to) + bytes)
    this.moves.push({ ...partition, to, freeAfter })
  }
}

/** A move that evens out less, measured by what a log.dir holds on average, is not worth its while. */
const WORTHWHILE_SHARE = 0.02

export function planBalance(ledger: MoveLedger, partitions: readonly MovablePartition[]): void {
  const moved = new Set(ledger.moves.map(({ name }) => name))
  const candidates = new Set(partitions.filter(({ name }) => !moved.has(name)))
  for (;;) {
    const best = bestMove(ledger, candidates)
    if (best === undefined) return
    ledger.move({ ...best, isCopied: false })
    candidates.delete(best.partition)
  }
}

interface Candidate {
  readonly partition: MovablePartition
  readonly to: string
}

/** That which lowers the sum of the squares of what the log.dirs hold most; of several the smallest. */
function bestMove(
  ledger: MoveLedger,
  partitions: Iterable<MovablePartition>,
): Candidate | undefined {
  const total = ledger.directories.reduce((sum, { path }) => sum + ledger.bytesIn(path), 0)
  const worthwhile = Math.max(1, (total / ledger.directories.length) * WORTHWHILE_SHARE)
  const targets = ledger.directories
    .filter(({ takesNew }) => takesNew)
    .map(directory => ({
      path: directory.path,
      bytes: ledger.bytesIn(directory.path),
      free: ledger.freeIn(directory),
    }))
  let best: (Candidate & { readonly gain: number }) | undefined
  for (const partition of partitions) {
    const { bytes, logDir } = partition
    const held = ledger.bytesIn(logDir)
    for (const { path, bytes: there, free } of targets) {
      const evened = Math.min(bytes, held - there - bytes)
      if (path === logDir || bytes > free || evened < worthwhile) continue
      const gain = bytes * (held - there - bytes)
      const isBetter =
        best === undefined ||
        gain > best.gain ||
        (gain === best.gain && bytes < best.partition.bytes)
      if (isBetter) best = { partition, to: path, gain }
    }
  }
  return best
}

/** @throws RefusedError where not all of them find room */
export function planDrain(
  ledger: MoveLedger,
  partitions: readonly MovablePartition[],
  drained: string,
): void {
  const targets = ledger.directories.filter(({ path, takesNew }) => takesNew && path !== drained)
  const leaving = partitions
    .filter(partition => partition.logDir === drained && !ledger.hasMoved(partition))
    .sort((a, b) => b.bytes - a.bytes)
  for (const partition of leaving) {
    const [roomiest] = targets.toSorted(
      (a, b) =>
        difference(ledger.freeIn(b), ledger.freeIn(a)) ||
        ledger.bytesIn(a.path) - ledger.bytesIn(b.path),
    )
    if (roomiest === undefined) throw refused(`no other log.dir takes what is in ${drained}`)
    ledger.move({ partition, to: roomiest.path, isCopied: false })
  }
}

/** Nobody knows may stand on both sides. */
function difference(a: number, b: number): number {
  return a === b ? 0 : a - b
}

function refused(why: string): RefusedError {
  return new RefusedError('KAFKA_STORAGE_ERROR', why)
}
