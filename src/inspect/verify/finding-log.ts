/**
 * Collects the findings of one partition. An index full of garbage has a million wrong entries: of each kind in each
 * file the first are kept, the rest are counted.
 */
import {
  compareFindings,
  startOf,
  toFinding,
  type Finding,
  type FindingPlace,
  type SegmentStart,
} from './finding.ts'
import { FINDING_KINDS, type FindingKind } from './finding-kinds.ts'
import { isCutWhenRead, stopsReplay } from './start-behaviour.ts'

const KEPT_MAX = 100

/** What makes a broker read a segment that it would have trusted. */
const REINDEXING: ReadonlySet<FindingKind> = new Set(['index-missing', 'txnindex-earlier'])

interface Entry {
  readonly kind: FindingKind
  readonly place: FindingPlace
  readonly start: SegmentStart
}

export class FindingLog {
  readonly #entries: Entry[] = []
  readonly #counts = new Map<string, number>()
  readonly #last = new Map<string, Entry>()

  /** @param start of the segment that the finding is about */
  add(kind: FindingKind, place: FindingPlace, start = startOf('trusted')): void {
    const key = `${kind} ${place.file}`
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    const { atStart } = FINDING_KINDS[kind]
    if (isCutWhenRead(atStart)) start.isCutWhenRead = true
    if (stopsReplay(atStart)) start.stopsReplay = true
    if (REINDEXING.has(kind) && start.loading === 'trusted') start.loading = 'reindexed'
    const entry = { kind, place, start }
    if (count <= KEPT_MAX) this.#entries.push(entry)
    else this.#last.set(key, entry)
  }

  has(kind: FindingKind, file: string): boolean {
    return this.#counts.has(`${kind} ${file}`)
  }

  /** In order; where more were found than are kept, the last of them stands for the rest. */
  result(): Finding[] {
    const kept = this.#entries.map(({ kind, place, start }) => toFinding(kind, place, start))
    const rest = [...this.#last].map(([key, { kind, place, start }]): Finding => {
      const finding = toFinding(kind, place, start)
      const more = (this.#counts.get(key) ?? 0) - KEPT_MAX
      const found = more === 1 ? finding.found : `${finding.found} (the last of ${more} more)`
      return { ...finding, found }
    })
    return [...kept, ...rest].sort(compareFindings)
  }
}
