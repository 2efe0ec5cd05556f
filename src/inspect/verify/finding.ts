/** One thing that is wrong, or worth knowing, at one place of a log.dir. */
import { KEEP_INDEX, REBUILD_INDEXES, REPLICATE_FIRST, type Severity } from './finding-facts.ts'
import { FINDING_KINDS, type FindingKind } from './finding-kinds.ts'
import { behaviourAtStart, type Loading } from './start-behaviour.ts'

export interface Finding {
  readonly severity: Severity
  readonly kind: FindingKind
  readonly file: string
  /** Byte in the file where the structure begins that is wrong. */
  readonly position: number | undefined
  /** Offsets that are touched, both inclusive. */
  readonly firstOffset: bigint | undefined
  readonly lastOffset: bigint | undefined
  readonly found: string
  readonly expected: string
  /** What Apache Kafka does about it when it starts on this directory as it is. */
  readonly atStart: string
  readonly fix: string
}

/** Where, and what; the rest follows from the kind. */
export interface FindingPlace {
  readonly file: string
  readonly position?: number | undefined
  readonly firstOffset?: bigint | undefined
  readonly lastOffset?: bigint | undefined
  readonly found: string
  readonly expected: string
}

/** What a start means to a segment. Known only when the partition was checked: until then it is filled in. */
export interface SegmentStart {
  loading: Loading
  /** Whether a broker that reads the segment through loses records of it. */
  isCutWhenRead: boolean
  /** Whether a broker ends that walks its batches. */
  stopsReplay: boolean
  /** Whether reading the segment through would do harm, to it or to those behind it. */
  isUnsafeToRead: boolean
}

export function startOf(loading: Loading): SegmentStart {
  return { loading, isCutWhenRead: false, stopsReplay: false, isUnsafeToRead: false }
}

export function toFinding(kind: FindingKind, place: FindingPlace, start: SegmentStart): Finding {
  const { severity, atStart, fix } = FINDING_KINDS[kind]
  return {
    severity,
    kind,
    file: place.file,
    position: place.position,
    firstOffset: place.firstOffset,
    lastOffset: place.lastOffset,
    found: place.found,
    expected: place.expected,
    atStart: behaviourAtStart(atStart, start.loading),
    fix: start.isUnsafeToRead ? harmlessFix(kind, fix) : fix,
  }
}

/** What helps otherwise by having a broker read the segment. */
function harmlessFix(kind: FindingKind, fix: string): string {
  if (fix === REBUILD_INDEXES) return KEEP_INDEX
  return READ_AT_START.has(kind) ? REPLICATE_FIRST : fix
}

const READ_AT_START: ReadonlySet<FindingKind> = new Set([
  'index-missing',
  'txnindex-earlier',
  'unclean-index',
])

/** By file, and within a file by where it is; findings about a whole file come first. */
export function compareFindings(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  const byPosition = (a.position ?? -1) - (b.position ?? -1)
  if (byPosition !== 0) return byPosition
  const [offsetA, offsetB] = [a.firstOffset ?? -1n, b.firstOffset ?? -1n]
  if (offsetA !== offsetB) return offsetA < offsetB ? -1 : 1
  if (a.kind === b.kind) return 0
  return a.kind < b.kind ? -1 : 1
}
