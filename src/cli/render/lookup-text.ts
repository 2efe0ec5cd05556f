/** What a lookup found, for people: where the record is, and what it is. */
import { isUtf8 } from 'node:buffer'
import { assertNever, CorruptDataError, type Damage } from '../../base/errors.ts'
import { quotedText } from '../../base/quoted-text.ts'
import { codecById } from '../../compression/codecs.ts'
import type { FoundRecord, LookupQuery, LookupReport } from '../../inspect/lookup/lookup-report.ts'
import { dumpControlRecord } from '../../protocol/control-record.ts'
import { MAGIC_V2 } from '../../record/batch.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import { keyOf, valueOf, type RecordCursor } from '../../record/record-cursor.ts'
import { timeText } from './time-text.ts'

export interface LookedUpPartition {
  readonly topic: string
  readonly partition: number
  /** Of its folder. */
  readonly path: string
}

/** More of a key or a value is cut: `--json` has the whole. */
const SHOWN_BYTES_MAX = 200

/** Why there is no record: a notice, no data. */
export function missingRecordText(report: LookupReport, partition: LookedUpPartition): string {
  return `no record: ${missingText(report, nameOf(partition))}`
}

/** Where another record than the one asked for was found, or may have been; undefined otherwise. */
export function otherRecordText({ outcome, query, found, damages }: LookupReport) {
  if (query.kind !== 'offset' && damages.length > 0) {
    return `the log is damaged on the way to ${queryText(query)}: the record may be lost there`
  }
  if (outcome !== 'next' || query.kind !== 'offset') return undefined
  const offset = found?.record?.offset
  const why =
    damages.length > 0
      ? 'the log is damaged on the way'
      : 'no record between is there, as after compaction'
  return `asked for offset ${query.offset}, found ${offset}: ${why}`
}

export function damageText(damage: Damage): string {
  return new CorruptDataError(damage).message
}

export function lookupLines({ found }: LookupReport): string[] {
  if (found === undefined) return []
  return [
    line('file', found.file),
    line('batch', batchText(found)),
    ...(found.batch instanceof BatchV2 ? [line('', producerText(found.batch))] : []),
    ...recordLines(found),
  ]
}

export function queryText(query: LookupQuery): string {
  switch (query.kind) {
    case 'offset':
      return `offset ${query.offset}`
    case 'timestamp':
      return `time ${query.timestamp} (${timeText(query.timestamp)})`
    case 'max-timestamp':
      return 'the greatest timestamp'
    default:
      return assertNever(query)
  }
}

function missingText({ outcome, query, range, damages }: LookupReport, name: string): string {
  const bounds = range === undefined ? '' : `${range.logStartOffset} to ${range.logEndOffset}`
  switch (outcome) {
    case 'at-end':
      return `${queryText(query)} is the end of ${name}: the next record will get it`
    case 'out-of-range':
      return `${queryText(query)} is out of range: ${name} has the offsets from ${bounds}, exclusive`
    case 'none':
    case 'found':
    case 'next':
      return (
        `none of ${name} ` +
        (query.kind === 'timestamp' ? `is at ${queryText(query)} or later` : 'has a timestamp') +
        (damages.length > 0 ? ', as far as it can be read' : ' (a broker answers -1)')
      )
    default:
      return assertNever(outcome)
  }
}

function nameOf({ topic, partition, path }: LookedUpPartition): string {
  return topic === '' ? path : `${topic}-${partition}`
}

function line(name: string, text: string): string {
  return `${name.padEnd(NAME_WIDTH)}${text}`
}

const NAME_WIDTH = 9

function batchText({ batch, position, isValid }: FoundRecord): string {
  const { size, codecId, recordCount } = batch
  const codec = codecById(codecId)?.name ?? `codec ${codecId}`
  const parts = [
    offsetsText(batch),
    `bytes ${position} to ${position + size - 1} (${size})`,
    ...(recordCount === undefined ? [] : [`${recordCount} record${recordCount === 1 ? '' : 's'}`]),
    codec === 'none' ? 'not compressed' : codec,
    isValid ? 'checksum holds' : 'CHECKSUM DOES NOT HOLD',
    `format v${batch.magic}`,
  ]
  return parts.join(', ')
}

/** Of a v0/v1 wrapper the header knows the last offset alone. */
function offsetsText({ baseOffset, lastOffset, magic, codecId }: FoundRecord['batch']): string {
  if (magic < MAGIC_V2 && codecId !== 0) return `offsets up to ${lastOffset}`
  return baseOffset === lastOffset
    ? `offset ${baseOffset}`
    : `offsets ${baseOffset} to ${lastOffset}`
}

function producerText(batch: BatchV2): string {
  const { producerId, producerEpoch, baseSequence, partitionLeaderEpoch } = batch
  const parts = [`leader epoch ${partitionLeaderEpoch}`]
  if (producerId >= 0n) {
    parts.push(`producer ${producerId} epoch ${producerEpoch}, sequence from ${baseSequence}`)
  }
  if (batch.isTransactional) parts.push('transactional')
  if (batch.isControl) parts.push('control')
  return parts.join(', ')
}

function recordLines({ record, damage, batch }: FoundRecord): string[] {
  if (record === undefined) return [line('record', damage?.message ?? 'none left in the batch')]
  const { offset, timestamp, headerCount } = record
  const time =
    timestamp < 0n
      ? 'no timestamp'
      : `${TIMESTAMP_NAMES[batch.timestampType]} ${timestamp} (${timeText(timestamp)})`
  if (batch.isControl) {
    const { text } = dumpControlRecord(keyOf(record), valueOf(record))
    return [line('record', `offset ${offset}, ${time}`), line('control', text.trim())]
  }
  return [
    line('record', `offset ${offset}, ${time}`),
    line('key', bytesText(keyOf(record))),
    line('value', bytesText(valueOf(record))),
    ...(headerCount === 0 ? [] : headerLines(record)),
  ]
}

const TIMESTAMP_NAMES = { none: '', create: 'CreateTime', append: 'LogAppendTime' } as const

function headerLines(record: RecordCursor): string[] {
  return record
    .headers()
    .map(({ key, value }, i) =>
      line(i === 0 ? 'headers' : '', `${bytesText(key)}: ${bytesText(value)}`),
    )
}

/** Text in quotes, escaped as in JSON; other bytes in hexadecimal. */
function bytesText(bytes: Buffer | null): string {
  if (bytes === null) return 'null'
  const isCut = bytes.length > SHOWN_BYTES_MAX
  const shown = bytes.subarray(0, SHOWN_BYTES_MAX)
  const text = isUtf8(bytes) ? quotedText(shown.toString('utf8')) : `0x${shown.toString('hex')}`
  return isCut ? `${text}… (${bytes.length} bytes)` : text
}
