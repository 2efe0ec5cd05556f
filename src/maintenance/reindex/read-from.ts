/**
 * From which segment on a log has to be read, so that all that is wrong with what follows from it is built anew. A broker
 * that begins there knows what came before by a producer snapshot and by the leader epochs; where something is wrong with
 * these, it begins earlier.
 */
import { isLiveLog, parseSegmentFileName } from '../../log/file-names.ts'
import { derivedKindOf } from './derived-files.ts'

export interface PartitionNames {
  /** Of all files in its folder. */
  readonly names: readonly string[]
  /** Those that something is wrong with, there or not. */
  readonly wrong: ReadonlySet<string>
  readonly logStartOffset: bigint
}

/** @returns the base offset of a segment; 0 for the whole log */
export function readFrom({ names, wrong, logStartOffset }: PartitionNames): bigint {
  const bases = names.filter(isLiveLog).map(baseOf).sort(ascending)
  const isKnown = (name: string) => derivedKindOf(name) === 'snapshot' && !wrong.has(name)
  const known = new Set(names.filter(isKnown).map(baseOf))
  const needed = [...wrong].map(name => neededFor(name, bases))
  const from = needed.reduce((a, b) => (a < b ? a : b), bases.at(-1) ?? 0n)
  const begins = bases.filter(base => base <= from && base > logStartOffset && known.has(base))
  return begins.at(-1) ?? 0n
}

/** A snapshot tells what the segments before it say. */
function neededFor(name: string, bases: readonly bigint[]): bigint {
  const kind = derivedKindOf(name)
  if (kind === undefined || kind === 'leader-epochs') return 0n
  const offset = baseOf(name)
  if (kind !== 'snapshot') return offset
  return bases.filter(base => base < offset).at(-1) ?? 0n
}

function baseOf(name: string): bigint {
  return parseSegmentFileName(name)?.baseOffset ?? 0n
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : 1
}
