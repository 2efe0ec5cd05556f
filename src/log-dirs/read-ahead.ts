/** Has the segments of a log read by others, some of them before they are asked for. */
import type { FactsRequest } from '../log/log-loading.ts'
import type { SegmentFacts, SegmentToRead } from '../log/segment-facts.ts'

export type ReadSegment = (segment: SegmentToRead) => Promise<SegmentFacts>

export class ReadAhead {
  readonly #read: ReadSegment
  readonly #countMax: number
  /** By path. */
  readonly #begun = new Map<string, Promise<SegmentFacts>>()

  /** @param countMax segments that may be read ahead */
  constructor(read: ReadSegment, countMax: number) {
    this.#read = read
    this.#countMax = countMax
  }

  /** @throws as `readSegmentFacts` */
  facts({ segment, following }: FactsRequest): Promise<SegmentFacts> {
    if (segment.end !== undefined) return this.#read(segment)
    const facts = this.#begin(segment)
    for (const next of following.slice(0, this.#countMax)) void this.#begin(next)
    this.#begun.delete(segment.path)
    return facts
  }

  /** Of files that are no longer what they were. */
  forget(): void {
    this.#begun.clear()
  }

  #begin(segment: SegmentToRead): Promise<SegmentFacts> {
    const begun = this.#begun.get(segment.path)
    if (begun !== undefined) return begun
    const facts = this.#read(segment)
    // Nobody may come to ask for it.
    facts.catch(() => undefined)
    this.#begun.set(segment.path, facts)
    return facts
  }
}
