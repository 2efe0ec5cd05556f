/**
 * The keys whose superseded records take most bytes, in memory that does not grow with their number (Misra and Gries):
 * where there are too many, what the one in the middle has is taken off all, and those with nothing left are forgotten.
 * So each may have had more than is known of it, by no more than `uncertainBytes`; who has more than that is among them.
 */
export interface WastedKey {
  readonly key: Buffer
  /** Of its first bytes, where it is longer than is remembered. */
  readonly isCut: boolean
  /** At least. */
  readonly bytes: number
  /** At least. */
  readonly records: number
}

const KEYS_MAX = 4096
/** Of a key. */
const BYTES_MAX = 256

interface Waste {
  bytes: number
  records: number
  readonly isCut: boolean
}

export class KeyWaste {
  /** What may have been taken off one that is known. */
  uncertainBytes = 0
  readonly #keysMax: number
  #keys = new Map<string, Waste>()

  constructor(keysMax = KEYS_MAX) {
    this.#keysMax = keysMax
  }

  add(bytes: Buffer, start: number, size: number, wastedBytes: number): void {
    const key = bytes.toString('latin1', start, start + Math.min(size, BYTES_MAX))
    const known = this.#keys.get(key)
    if (known === undefined) {
      this.#keys.set(key, { bytes: wastedBytes, records: 1, isCut: size > BYTES_MAX })
      if (this.#keys.size >= 2 * this.#keysMax) this.#forget()
    } else {
      known.bytes += wastedBytes
      known.records++
    }
  }

  /** The most wasteful first. */
  top(count: number): WastedKey[] {
    return [...this.#keys]
      .sort(([, a], [, b]) => b.bytes - a.bytes)
      .slice(0, count)
      .map(([key, waste]) => ({ key: Buffer.from(key, 'latin1'), ...waste }))
  }

  /** Half of them. */
  #forget(): void {
    const sizes = Float64Array.from(this.#keys.values(), ({ bytes }) => bytes).sort()
    const taken = sizes[this.#keysMax - 1]!
    this.uncertainBytes += taken
    const left = new Map<string, Waste>()
    for (const [key, waste] of this.#keys) {
      waste.bytes -= taken
      if (waste.bytes > 0) left.set(key, waste)
    }
    this.#keys = left
  }
}
