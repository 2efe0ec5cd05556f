/**
 * What `compression.type` makes of batches: each is decompressed and, where it has another codec, compressed again, as a
 * broker does with what a producer sends. The records' bytes stay as they are, so that only the codec counts.
 *
 * Left as they lie, as a broker leaves them: batches of the codec asked for, markers, batches that compaction emptied. And
 * those of formats before v2, of which nobody knows how many a broker would make one batch of.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { CodecName } from '../../compression/codec.ts'
import { codecById, codecNamed } from '../../compression/codecs.ts'
import { none } from '../../compression/none.ts'
import { MAGIC_V2 } from '../../record/batch.ts'
import { BATCH_OVERHEAD, BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import { decompressPayload } from '../../record/payload.ts'

/** Plain data, of one log or several. */
export interface CodecFigures {
  /** Of records, decompressed. */
  plainBytes: number
  /** Of the same, as they are stored. */
  storedBytes: number
  /** What a broker takes to compress them anew. */
  compressMs: number
  /** What everybody takes who reads them. */
  decompressMs: number
}

export function emptyCodecFigures(): CodecFigures {
  return { plainBytes: 0, storedBytes: 0, compressMs: 0, decompressMs: 0 }
}

export function mergeCodecFigures(into: CodecFigures, from: CodecFigures): void {
  into.plainBytes += from.plainBytes
  into.storedBytes += from.storedBytes
  into.compressMs += from.compressMs
  into.decompressMs += from.decompressMs
}

/** A codec, or undefined: as the batches lie. */
export type TargetCodec = CodecName | undefined

export interface RecompressionOptions {
  readonly limits: DecodeLimits
  /** Milliseconds of a clock that only goes forward. */
  readonly clockMs: () => number
}

export class Recompression {
  /** By codec; as it lies by undefined. */
  readonly figures: ReadonlyMap<TargetCodec, CodecFigures>
  /** Of formats before v2: left as they lie. */
  legacyBatches = 0
  readonly #options: RecompressionOptions

  /** @param codecs with none of them nothing is decompressed */
  constructor(codecs: Iterable<CodecName>, options: RecompressionOptions) {
    this.#options = options
    const targets = new Set(codecs)
    const all: TargetCodec[] = targets.size === 0 ? [] : [undefined, ...targets]
    this.figures = new Map(all.map(codec => [codec, emptyCodecFigures()]))
    for (const name of targets) warmUp(name)
  }

  /**
   * Bytes of the batch under each codec.
   *
   * @throws CorruptDataError, LimitError
   */
  take(batch: BatchV2 | LegacyMessage): ReadonlyMap<TargetCodec, number> {
    if (this.figures.size === 0) return NO_SIZES
    if (!(batch instanceof BatchV2)) {
      this.legacyBatches++
      return NO_SIZES
    }
    if (batch.isControl || batch.recordCount === 0) return NO_SIZES
    const { payload, codecId } = batch
    const read = this.#timed(() => decompressPayload(batch, payload, this.#options.limits))
    const decompressMs = codecId === none.id ? 0 : read.ms
    const asItLies = { storedBytes: payload.length, compressMs: 0, decompressMs }
    const sizes = new Map<TargetCodec, number>()
    for (const [target, figures] of this.figures) {
      const isKept = target === undefined || codecNamed(target) === codecById(codecId)
      const work = isKept ? asItLies : this.#compressed(read.result, target)
      mergeCodecFigures(figures, { plainBytes: read.result.length, ...work })
      sizes.set(target, BATCH_OVERHEAD + work.storedBytes)
    }
    return sizes
  }

  #compressed(plain: Buffer, target: CodecName): Omit<CodecFigures, 'plainBytes'> {
    const codec = codecNamed(target)
    if (codec === none) return { storedBytes: plain.length, compressMs: 0, decompressMs: 0 }
    const written = this.#timed(() => codec.compress(plain, { magic: MAGIC_V2 }))
    const options = { magic: MAGIC_V2, sizeMax: Math.max(plain.length, 1) }
    const { ms: decompressMs } = this.#timed(() => codec.decompress(written.result, options))
    return { storedBytes: written.result.length, compressMs: written.ms, decompressMs }
  }

  #timed<T>(work: () => T): { readonly result: T; readonly ms: number } {
    const { clockMs } = this.#options
    const startedMs = clockMs()
    const result = work()
    return { result, ms: clockMs() - startedMs }
  }
}

const NO_SIZES: ReadonlyMap<TargetCodec, number> = new Map()

/** A library is loaded when it is first used: that is no batch's time. */
function warmUp(name: CodecName): void {
  const codec = codecNamed(name)
  const compressed = codec.compress(Buffer.from(name), { magic: MAGIC_V2 })
  codec.decompress(compressed, { magic: MAGIC_V2, sizeMax: name.length })
}
