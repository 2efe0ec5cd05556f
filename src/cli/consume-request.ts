/** From the options of `consume` to what is to be read. */
import { UsageError, type DiskError } from '../base/errors.ts'
import type { OffsetPoint, OffsetRange } from '../inspect/offsets/offset-point.ts'
import type { ConsumeCommandOptions } from './consume-options.ts'
import { parseOffsetRange } from './offset-grammar.ts'
import { tryParseTimeInMs } from './time-grammar.ts'
import { partitionsOfTopic, resolveTargets, type Target, type TargetSources } from './targets.ts'

export interface ConsumeRequest {
  readonly paths: readonly string[]
  readonly options: ConsumeCommandOptions
  /** Undefined for all there is. */
  readonly offsets: OffsetRange | undefined
  readonly isFollowing: boolean
}

/** @throws UsageError */
export function consumeRequest(
  paths: readonly string[],
  options: ConsumeCommandOptions,
  nowMs: number,
): ConsumeRequest {
  const { topic, follow, fromBeginning } = options
  if (topic === undefined && paths.length === 0) {
    throw new UsageError(
      'nothing to consume: say -t TOPIC and --log-dirs DIR[,DIR], or give a path',
    )
  }
  const isFollowing = follow === true
  const asked = askedRange(options.offset ?? [], nowMs)
  const offsets = asked ?? (isFollowing && fromBeginning !== true ? FROM_THE_END : undefined)
  const end = offsets?.to.kind ?? 'latest'
  if (isFollowing && end !== 'latest' && end !== 'offset') {
    throw new UsageError('with --follow a range ends at an offset, or not at all')
  }
  return { paths, options, offsets, isFollowing }
}

/** The topic's partitions before those of the paths. */
export async function consumeTargets(
  { paths, options: { topic } }: ConsumeRequest,
  sources: TargetSources & { readonly onRefusal: (error: DiskError) => void },
): Promise<Target[]> {
  const ofTopic = topic === undefined ? [] : partitionsOfTopic(topic, sources)
  return paths.length === 0 ? ofTopic : [...ofTopic, ...(await resolveTargets(paths, sources))]
}

const LATEST = { kind: 'latest' } as const
const FROM_THE_END = { from: LATEST, to: LATEST } as const

function askedRange(texts: readonly string[], nowMs: number): OffsetRange | undefined {
  const [first] = texts
  if (first === undefined) return undefined
  if (first === 'stored') {
    throw new UsageError(
      '-o stored: no group has stored an offset for a log.dir; say where to begin',
    )
  }
  const begin = texts.find(text => text.startsWith('s@'))
  const end = texts.find(text => text.startsWith('e@'))
  const markCount = Number(begin !== undefined) + Number(end !== undefined)
  if (texts.length === 1 && markCount === 0) return parseOffsetRange(first, nowMs)
  if (texts.length === markCount) return rangeInTime(begin, end, nowMs)
  throw new UsageError(
    `-o can be given twice as -o s@TIME -o e@TIME only, not as ${texts.join(' and ')}`,
  )
}

/** By kcat's marks of a beginning and an end. */
function rangeInTime(
  begin: string | undefined,
  end: string | undefined,
  nowMs: number,
): OffsetRange {
  const from = begin === undefined ? EARLIEST : pointInTime(begin, nowMs)
  const to = end === undefined ? LATEST : pointInTime(end, nowMs)
  if (from.kind === 'time' && to.kind === 'time' && from.timestamp > to.timestamp) {
    throw new UsageError(`-o ${begin} -o ${end}: it ends before it begins`)
  }
  return { from, to }
}

function pointInTime(text: string, nowMs: number): OffsetPoint {
  const timestamp = tryParseTimeInMs(text.slice('s@'.length), nowMs)
  if (timestamp !== undefined) return { kind: 'time', timestamp }
  throw new UsageError(
    `-o ${text}: expected milliseconds since 1970 behind the @, or a time such as ` +
      '2026-03-01, 2026-03-01T12:30:00Z, now or -1h',
  )
}

const EARLIEST = { kind: 'earliest' } as const
