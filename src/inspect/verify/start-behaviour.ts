/**
 * What Apache Kafka 4.3.1 does about findings when it starts. Several texts where it depends on whether it trusts the
 * segment or reads and rebuilds it; reading it for its indexes only leaves later segments alone.
 */

/**
 * How a broker will load a segment.
 *
 * | loading   | a broker                                                                                        |
 * |-----------|-------------------------------------------------------------------------------------------------|
 * | trusted   | takes it as it is                                                                               |
 * | replayed  | walks its batches, without a check, for the producers: there is no snapshot behind it           |
 * | reindexed | reads it for its indexes, as one of them is missing or impossible; later snapshots are deleted  |
 * | recovered | reads and rebuilds it and what follows, as it died with data behind the recovery point          |
 */
export type Loading = 'trusted' | 'replayed' | 'reindexed' | 'recovered'

export type StartBehaviour =
  | string
  | {
      readonly trusted: string
      readonly recovered: string
      readonly reindexed?: string
      readonly replayed?: string
    }

export function behaviourAtStart(behaviour: StartBehaviour, loading: Loading): string {
  if (typeof behaviour === 'string') return behaviour
  if (loading === 'reindexed') return behaviour.reindexed ?? behaviour.recovered
  if (loading === 'replayed') return behaviour.replayed ?? behaviour.trusted
  return behaviour[loading]
}

/** Whether records are lost where a broker reads the segment through. */
export function isCutWhenRead(behaviour: StartBehaviour): boolean {
  return CUTTING.has(behaviour)
}

/** Whether a broker does not start where it walks the batches for the producers. */
export function stopsReplay(behaviour: StartBehaviour): boolean {
  return behaviour === LOST_FRAMING || behaviour === UNREADABLE_MARKER
}

const REINDEXED_TO_HERE =
  'reads the segment to make its indexes, and cuts it here; later segments stay'

export const CUT = {
  trusted: 'does not notice; a consumer that gets there fails (CorruptRecordException)',
  recovered:
    "cuts the log here ('Found invalid messages in log segment') and deletes all later segments",
  reindexed: REINDEXED_TO_HERE,
}
export const LOST_FRAMING = {
  trusted:
    "refuses to start if it lies in the last segment behind the last index entry ('Found record size'), " +
    'else does not notice, and readers fail here',
  recovered: CUT.recovered,
  reindexed: REINDEXED_TO_HERE,
  replayed:
    "refuses to start ('Found record size'): it walks the log from the last producer snapshot on",
}
export const MISLED = {
  trusted:
    'does not notice; consumers may pass records over, and in the last segment the log may seem to end ' +
    'earlier (offsets are given out twice)',
  recovered: 'rebuilds it',
}
export const MISLED_BY_TIME = {
  trusted: 'does not notice; lookups by time may go wrong',
  recovered: 'rebuilds it',
}
export const WHOLE_ENTRIES = { trusted: 'cuts it to whole entries', recovered: 'rebuilds it' }
export const SERVES = 'does not notice; serves it as it is'
export const REFUSES = 'refuses to start'
export const TORN = {
  trusted:
    'does not notice: takes an earlier offset for the end of the log (the beginning of the segment, ' +
    'even), gives offsets out twice, and writes on behind the torn batch',
  recovered: 'cuts the torn batch off and deletes all later segments',
  reindexed: REINDEXED_TO_HERE,
}
export const WRONG_OFFSETS = {
  trusted: SERVES,
  recovered:
    "refuses to start if the offset is beyond the segment's range ('Split operation is only " +
    "permitted'), empties the segment if an index can't take it, else serves it as it is",
}
export const UNREADABLE_MARKER = {
  trusted: 'does not notice; read_committed consumers may fail here',
  recovered:
    "refuses to start ('Error starting LogManager'), at worst after it has cut the log behind it and " +
    'deleted all later segments',
  reindexed:
    "refuses to start ('Error starting LogManager'), after it has cut the segment behind it",
}
export const WRONG_MAX_TIMESTAMP = {
  trusted: 'does not notice; lookups by time may go wrong',
  recovered: 'rebuilds the time index from it; lookups by time may go wrong',
}

const CUTTING: ReadonlySet<StartBehaviour> = new Set([
  CUT,
  LOST_FRAMING,
  TORN,
  WRONG_OFFSETS,
  UNREADABLE_MARKER,
])
