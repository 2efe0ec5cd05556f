/**
 * Learns the newest offset of each key from the dirty part of a log, until the map is full or the part ends.
 *
 * Source: org.apache.kafka.storage.internals.log.Cleaner#buildOffsetMap
 */
import { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import { recordsOf } from '../../record/records.ts'
import { V2Cursor } from '../../record/v2-cursor.ts'
import type { LogSegment } from '../log-segment.ts'
import type { AbortedTransactions } from './aborted-transactions.ts'
import { segmentsBetween } from './cleanable-range.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { walkBatches, type WalkOptions } from './dirty-batches.ts'
import type { KeyOffsets } from './key-offsets.ts'

export interface IndexOptions extends Omit<WalkOptions, 'from'> {
  readonly segments: readonly LogSegment[]
  readonly aborted: AbortedTransactions
  /** Exclusive. */
  readonly firstUncleanableOffset: bigint
}

/** @param keys of the first dirty offset on */
export async function indexKeys(keys: KeyOffsets, options: IndexOptions): Promise<void> {
  const { segments, aborted, firstUncleanableOffset: end } = options
  const from = keys.firstDirtyOffset
  const dirty = segmentsBetween(segments, from, end)
  const indexer = new KeyIndexer(keys, options)
  indexer.transactions.add(aborted.between(from, end))
  for (const [slot, segment] of dirty.entries()) {
    const position = segment.offsetIndex?.floor(from).position ?? 0
    const walk = { ...options, from: position }
    if (!(await walkBatches(segment, walk, batch => indexer.take(batch)))) return
    const nextOffset = dirty[slot + 1]?.baseOffset ?? end
    keys.latest = keys.relative(nextOffset) - 1
  }
}

class KeyIndexer {
  readonly transactions = new CleanedTransactions()
  readonly #keys: KeyOffsets
  readonly #limits: WalkOptions['limits']

  constructor(keys: KeyOffsets, { limits }: IndexOptions) {
    this.#keys = keys
    this.#limits = limits
  }

  /** @returns whether there was room for all of its keys */
  take(batch: BatchV2 | LegacyMessage): boolean {
    const isV2 = batch instanceof BatchV2
    if (isV2 && batch.isControl) this.transactions.passMarker(batch)
    else if (!(isV2 && this.transactions.passRecords(batch)) && !this.#learn(batch)) return false
    const last = this.#keys.relative(batch.lastOffset)
    if (last >= 0) this.#keys.latest = last
    return true
  }

  #learn(batch: BatchV2 | LegacyMessage): boolean {
    const offsets = this.#keys
    const { keys } = offsets.map
    const cursor = recordsOf(batch, this.#limits)
    const v2 = cursor instanceof V2Cursor ? cursor : undefined
    const base = offsets.relative(batch.baseOffset)
    while (cursor.next()) {
      if (cursor.keySize < 0) continue
      const offset = v2 === undefined ? offsets.relative(cursor.offset) : base + v2.offsetDelta
      if (offset < 0) continue
      keys.add(cursor.bytes, cursor.keyStart, cursor.keySize, offset)
      if (keys.isFull && !this.#put()) return false
    }
    return this.#put()
  }

  /** Those that were gathered, as long as there is room. */
  #put(): boolean {
    const { map } = this.#keys
    const { keys } = map
    const { count } = keys
    map.fetch()
    let place = 0
    for (; place < count && !map.isFull; place++) {
      map.put(place)
      this.#keys.latest = keys.offsets[place]!
    }
    keys.clear()
    return place === count
  }
}
