/** From the options of `consume` to what is to be read. */
import { UsageError, type DiskError } from '../base/errors.ts'
import type { OffsetRange } from '../inspect/offsets/offset-point.ts'
import type { ConsumeCommandOptions } from './consume-options.ts'
import { parseOffsetRange } from './offset-grammar.ts'
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

const FROM_THE_END = { from: { kind: 'latest' }, to: { kind: 'latest' } } as const

function askedRange(texts: readonly string[], nowMs: number): OffsetRange | undefined {
  const [first, second] = texts
  if (first === undefined) return undefined
  if (second === undefined) return parseOffsetRange(fromKcat(first), nowMs)
  const [begin, end] = [first, second].sort((a, b) => (a > b ? -1 : 1))
  if (texts.length === 2 && begin?.startsWith('s@') === true && end?.startsWith('e@') === true) {
    return parseOffsetRange(`${begin.slice(1)}:${end.slice(1)}`, nowMs)
  }
  throw new UsageError(
    `-o can be given twice as -o s@TIME -o e@TIME only, not as ${texts.join(' and ')}`,
  )
}

/** Its marks of a beginning and an end in time; all else is the grammar of every command. */
function fromKcat(text: string): string {
  if (text === 'stored') {
    throw new UsageError(
      '-o stored: no group has stored an offset for a log.dir; say where to begin',
    )
  }
  if (text.startsWith('s@')) return text.slice(1)
  return text.startsWith('e@') ? `:${text.slice(1)}` : text
}
