/**
 * Collects the findings of one partition. An index full of garbage has a million wrong entries: of each kind in each
 * file the first are kept, the rest are counted.
 */
import {
  compareFindings,
  toFinding,
  type Finding,
  type FindingPlace,
  type Loading,
} from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'

const KEPT_MAX = 100

export class FindingLog {
  readonly #findings: Finding[] = []
  readonly #counts = new Map<string, number>()
  readonly #last = new Map<string, Finding>()

  add(kind: FindingKind, place: FindingPlace, loading: Loading = 'trusted'): void {
    const key = `${kind} ${place.file}`
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    const finding = toFinding(kind, place, loading)
    if (count <= KEPT_MAX) this.#findings.push(finding)
    else this.#last.set(key, finding)
  }

  has(kind: FindingKind, file: string): boolean {
    return this.#counts.has(`${kind} ${file}`)
  }

  /** In order; where more were found than are kept, the last of them stands for the rest. */
  result(): Finding[] {
    const rest = [...this.#last].map(([key, finding]): Finding => {
      const more = (this.#counts.get(key) ?? 0) - KEPT_MAX
      const found = more === 1 ? finding.found : `${finding.found} (the last of ${more} more)`
      return { ...finding, found }
    })
    return [...this.#findings, ...rest].sort(compareFindings)
  }
}
