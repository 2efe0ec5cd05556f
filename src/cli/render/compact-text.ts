/** What `compact` found in a log, or did to it. */
import { isUtf8 } from 'node:buffer'
import { quotedText } from '../../base/quoted-text.ts'
import type { CleanableRange } from '../../log/cleaner/cleanable-range.ts'
import {
  type Cleaned,
  type CompactedLog,
  DROP_REASONS,
  type DropReason,
} from '../../maintenance/compact/compact-log.ts'
import type { WastedKey } from '../../maintenance/compact/key-waste.ts'
import type { KeyDecoder } from '../key-decoder.ts'
import { byteCount } from './byte-count.ts'
import { timeText } from './time-text.ts'

export interface ShownCompaction {
  readonly isPreview: boolean
  /** Undefined where a topic's keys are shown as they are. */
  readonly decodeKey: KeyDecoder | undefined
}

export function compactText(log: CompactedLog, shown: ShownCompaction): string[] {
  const { topic, partition, cleaned } = log
  return [
    `${topic}-${partition}: ${dirtText(log)}`,
    ...(cleaned === undefined ? [] : cleanedLines(cleaned, shown)),
    ...(log.leftBytes > 0 ? [`  left alone: ${byteCount(log.leftBytes)} ${boundText(log)}`] : []),
  ]
}

function dirtText({ range, cleaned }: CompactedLog): string {
  const { cleanableBytes, cleanBytes, dirtyRatio, firstDirtyOffset } = range
  if (cleanableBytes === 0) return 'nothing to clean'
  const total = byteCount(cleanBytes + cleanableBytes)
  const percent = Math.round(dirtyRatio * 100)
  const dirty = `${byteCount(cleanableBytes)} of ${total} dirty (${percent} %), from offset ${firstDirtyOffset} on`
  const wrong = range.isCheckpointWrong ? '; what its checkpoint said, can not be' : ''
  const skipped = cleaned === undefined ? '; left alone' : ''
  return `${dirty}; ${dueText(range)}${wrong}${skipped}`
}

function dueText({ due }: CleanableRange): string {
  if (due === undefined) return 'a broker would not clean it yet'
  const why = due === 'dirty-ratio' ? 'so dirty is it' : 'so old is it'
  return `a broker would clean it, ${why}`
}

function cleanedLines(cleaned: Cleaned, { isPreview, decodeKey }: ShownCompaction): string[] {
  const { before, after, dropped, tombstones, markers, nextHorizonMs, passes } = cleaned
  const lines = [`  before: ${amountText(before)}`, `  after:  ${amountText(after)}`]
  for (const reason of DROP_REASONS) {
    const { records, bytes } = dropped[reason]
    if (records === 0) continue
    lines.push(
      `  ${isPreview ? 'to drop' : 'dropped'}: ${records} ${WHY[reason]} (${byteCount(bytes)})`,
    )
  }
  if (tombstones + markers > 0) {
    const next =
      nextHorizonMs === undefined
        ? ''
        : `; from ${timeText(BigInt(nextHorizonMs))} on a cleaning may drop the first of them`
    lines.push(
      `  kept for a while: ${tombstones} tombstones, ${markers} transaction markers${next}`,
    )
  }
  if (passes > 1) lines.push(`  passes: ${passes}, as not all keys fit into the buffer at once`)
  if (cleaned.nextPassFrom !== undefined) {
    lines.push(
      `  this is the first pass: not all keys fit into the buffer; the next goes on at offset ${cleaned.nextPassFrom}`,
    )
  }
  return [...lines, ...wasteLines(cleaned, decodeKey)]
}

const WHY: Readonly<Record<DropReason, string>> = {
  superseded: 'with a newer one of their key',
  aborted: 'of aborted transactions',
  expired: 'tombstones whose time has come',
  keyless: 'without a key',
}

function amountText({ records, batches, bytes, segments }: Cleaned['before']): string {
  return `${records} records in ${batches} ${batches === 1 ? 'batch' : 'batches'}, ${byteCount(bytes)}, ${segments} ${segments === 1 ? 'segment' : 'segments'}`
}

function wasteLines(
  { wastedKeys, uncertainBytes }: Cleaned,
  decodeKey: KeyDecoder | undefined,
): string[] {
  if (wastedKeys.length === 0) return []
  const exact = uncertainBytes === 0 ? '' : `, each up to ${byteCount(uncertainBytes)} more`
  return [
    `  keys that waste most${exact}:`,
    ...wastedKeys.map(
      waste =>
        `    ${byteCount(waste.bytes)} in ${waste.records} records: ${keyText(waste, decodeKey)}`,
    ),
  ]
}

/** What is not plain text is quoted, and what is none at all in base64: different keys look different. */
export function keyText(
  { key, isCut }: Pick<WastedKey, 'key' | 'isCut'>,
  decodeKey?: KeyDecoder,
): string {
  const decoded = isCut ? undefined : decodeKey?.(key)
  if (decoded !== undefined) {
    const fields = decoded.fields.map(([name, value]) => `${name}=${fieldText(String(value))}`)
    return [decoded.type, ...fields].join(' ')
  }
  const shown = isUtf8(key) ? plainText(key.toString('utf8')) : `base64 ${key.toString('base64')}`
  return `${shown}${isCut ? '…' : ''}`
}

/** One word, so that it is plain where the next field begins. */
function fieldText(text: string): string {
  return /\s/.test(text) ? quotedText(text) : plainText(text)
}

function plainText(text: string): string {
  const isPlain = !/^$|^["\s]|\s$|\p{Cc}/u.test(text)
  return isPlain ? text : quotedText(text)
}

function boundText({ range }: CompactedLog): string {
  const { boundedBy, firstUncleanableOffset } = range
  const from = `from offset ${firstUncleanableOffset} on`
  switch (boundedBy) {
    case 'active-segment':
      return `${from}, the active segment`
    case 'last-stable-offset':
      return `${from}: not replicated, or in an open transaction`
    case 'min-compaction-lag':
      return `${from}: younger than min.compaction.lag.ms`
  }
}
