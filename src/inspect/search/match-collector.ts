/** Keeps the batches that hold matches, and where in them, up to a size that may be held and sent about. */
import type { Disk } from '../../disk/disk.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { batchAt, recordsOf } from '../../record/records.ts'
import { MEBIBYTE, type DecodeLimits } from '../../base/limits.ts'
import { keepingLastLog } from './last-log.ts'
import { searchSegment, type MatchSink } from './segment-search.ts'
import type { SegmentResult, SegmentTask } from './segment-task.ts'
import type { Batch } from './visible-batches.ts'

/** Then the task is handed back, to be gone on with when its matches have been taken. */
const BATCHES_SIZE_MAX = MEBIBYTE / 2
/** Room for that, and for the batch that goes beyond it, if it is one of the usual size. */
export const MEMORY_SIZE = MEBIBYTE

/** The result's batches are valid until the next call in this thread. */
export function runSegmentTask(
  task: SegmentTask,
  { disk }: { readonly disk: Disk },
): SegmentResult {
  const collector = new MatchCollector(task)
  const end = searchSegment(keepingLastLog(disk), task, collector)
  return { ...end, ...collector.result() }
}

export interface MatchVisitor {
  /** Before the first match in it. */
  batch(batch: Batch, position: number): void
  record(batch: Batch, record: RecordCursor): void
}

/** The first `countMax` matches of a result, one by one. Views are valid during the call only. */
export function visitMatches(
  matches: Pick<SegmentResult, 'batches' | 'places' | 'positions'>,
  { limits, countMax }: { readonly limits: DecodeLimits; readonly countMax: number },
  visitor: MatchVisitor,
): void {
  const { places, positions } = matches
  const bytes = ownBytes(matches.batches)
  let [at, next, left] = [0, 0, countMax]
  for (const position of positions) {
    if (left <= 0) return
    const batch = batchAt(bytes, at)
    const wanted = places.subarray(next + 1, next + 1 + Math.min(places[next]!, left))
    visitor.batch(batch, position)
    visitBatch(batch, recordsOf(batch, limits), wanted, visitor)
    left -= wanted.length
    next += places[next]! + 1
    at += batch.size
  }
}

/** Native code doesn't take shared memory. */
function ownBytes(batches: Uint8Array): Buffer {
  if (batches.buffer instanceof ArrayBuffer) {
    return Buffer.from(batches.buffer, batches.byteOffset, batches.byteLength)
  }
  if (batches.length > copied.length) copied = Buffer.allocUnsafeSlow(batches.length)
  copied.set(batches)
  return copied
}

let copied: Buffer = Buffer.alloc(0)

function visitBatch(
  batch: Batch,
  records: RecordCursor,
  wanted: Uint32Array,
  visitor: MatchVisitor,
): void {
  let next = 0
  for (let place = 0; next < wanted.length && records.next(); place++) {
    if (place !== wanted[next]) continue
    next++
    visitor.record(batch, records)
  }
}

class MatchCollector implements MatchSink {
  readonly #matchesMax: number
  #memory: Buffer
  readonly #places: number[] = []
  readonly #positions: number[] = []
  #batchPlaces: number[] = []
  #size = 0
  #matchCount = 0

  constructor({ matchesMax, memory }: SegmentTask) {
    this.#matchesMax = matchesMax
    this.#memory = memory === undefined ? (ownMemory ??= newMemory()) : Buffer.from(memory)
  }

  match(_record: RecordCursor, place: number): void {
    this.#batchPlaces.push(place)
  }

  batchDone(batch: Batch, position: number): boolean {
    this.#copy(batch)
    this.#places.push(this.#batchPlaces.length)
    for (const place of this.#batchPlaces) this.#places.push(place)
    this.#matchCount += this.#batchPlaces.length
    this.#batchPlaces = []
    this.#positions.push(position)
    return this.#size < BATCHES_SIZE_MAX && this.#matchCount < this.#matchesMax
  }

  result(): Pick<SegmentResult, 'batches' | 'places' | 'positions' | 'matchCount'> {
    return {
      batches: this.#size === 0 ? NOTHING : this.#memory.subarray(0, this.#size),
      places: Uint32Array.from(this.#places),
      positions: Float64Array.from(this.#positions),
      matchCount: this.#matchCount,
    }
  }

  #copy({ buffer, start, size }: Batch): void {
    const needed = this.#size + size
    if (needed > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#memory.length))
      larger.set(this.#memory.subarray(0, this.#size))
      this.#memory = larger
    }
    this.#memory.set(buffer.subarray(start, start + size), this.#size)
    this.#size = needed
  }
}

function newMemory(): Buffer {
  return Buffer.allocUnsafeSlow(MEMORY_SIZE)
}

/** For tasks without; their results are taken before the next task begins. */
let ownMemory: Buffer | undefined

const NOTHING = Buffer.alloc(0)
