/**
 * What Apache Kafka 4.3.1 does about findings when it starts. Two texts where it depends on whether it trusts the segment
 * or reads and rebuilds it.
 */
export type StartBehaviour = string | { readonly trusted: string; readonly recovered: string }

export const CUT = {
  trusted: 'does not notice; a consumer that gets there fails (CorruptRecordException)',
  recovered:
    "cuts the log here ('Found invalid messages in log segment') and deletes all later segments",
}
export const LOST_FRAMING = {
  trusted:
    "refuses to start if it lies in the last segment behind the last index entry ('Found record size'), " +
    'else does not notice, and readers fail here',
  recovered: CUT.recovered,
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
}
export const WRONG_MAX_TIMESTAMP = {
  trusted: 'does not notice; lookups by time may go wrong',
  recovered: 'rebuilds the time index from it; lookups by time may go wrong',
}
