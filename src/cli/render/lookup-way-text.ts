/** The way of a lookup, step by step, for those who want to see how an index works. */
import { basename } from 'node:path'
import type { FoundSegment } from '../../inspect/lookup/found-segment.ts'
import type { LookupWay, SegmentStep } from '../../inspect/lookup/lookup-report.ts'
import type { FileReads } from '../../inspect/lookup/observed-disk.ts'
import type { IndexLookup, LogScan } from '../../log/offset-lookup.ts'
import { fillMs } from '../../inspect/offsets/segment-fill.ts'
import { byteCount } from './byte-count.ts'
import { durationText } from './duration-text.ts'
import { timeText } from './time-text.ts'

/** Of the segments that a search by time passes over, the last ones are shown. */
const PASSED_SHOWN_MAX = 5

export function wayLines({ segmentCount, steps, reads }: LookupWay): string[] {
  const passed = steps.filter(({ scan }) => scan === undefined)
  const searched = steps.filter(({ scan }) => scan !== undefined)
  const hidden = Math.max(0, passed.length - PASSED_SHOWN_MAX)
  return [
    '',
    `segments: ${segmentCount}`,
    ...(hidden === 0 ? [] : [`  ${hidden} passed over: their greatest timestamps are earlier`]),
    ...passed.slice(hidden).map(passedLine),
    ...searched.flatMap(step => stepLines(step)),
    ...readLines(reads),
  ]
}

/** What the segment found cost to write and to index, and what its index saved. */
export function segmentLines(segment: FoundSegment): string[] {
  return ['', fillLine(segment), indexLine(segment), scannedLine(segment)]
}

function fillLine({ bytes, isFull, fill }: FoundSegment): string {
  const size = `segment: ${byteCount(bytes)}`
  if (fill === undefined) return `${size}, without timestamps`
  const ms = fillMs(fill)
  const time = durationText(BigInt(ms))
  const took = isFull ? `filled in ${time}` : `not full after ${time}`
  const rate = ms === 0 ? '' : `, ${byteCount(Math.round((bytes * MS_PER_SECOND) / ms))} a second`
  return `${size}, ${took}${rate}: ${timeText(fill.firstTimestamp)} to ${timeText(fill.lastTimestamp)}`
}

function indexLine({ indexes, bytes }: FoundSegment): string {
  if (indexes === undefined) return 'its indexes: none'
  const { offsetEntries, timeEntries, bytes: size, bytesPerEntry } = indexes
  const entries = count(offsetEntries, 'entry', 'entries')
  const share = bytes === 0 ? '' : `, ${((size / bytes) * 100).toPrecision(2)} % of the log`
  const each =
    bytesPerEntry === undefined ? '' : `, an entry each ${byteCount(Math.round(bytesPerEntry))}`
  return `its indexes: ${entries} by offset, ${timeEntries} by time, ${byteCount(size)}${share}${each}`
}

function scannedLine(segment: FoundSegment): string {
  const { scannedBytes, indexIntervalBytes: interval, otherIntervals, indexes } = segment
  const wasLess = (indexes?.bytesPerEntry ?? interval) < interval
  const others = otherIntervals.map(({ indexIntervalBytes, scannedBytes: bytes, isExact }) => {
    return `${indexIntervalBytes} would make it ${isExact ? '' : 'about '}${bytes}`
  })
  return (
    `scanned to the batch: ${count(scannedBytes, 'byte', 'bytes')}; index.interval.bytes is ` +
    `${interval}${wasLess ? ' (was less when this was written)' : ''}` +
    (others.length === 0 ? '' : `; ${others.join(', ')}`)
  )
}

const MS_PER_SECOND = 1000

function passedLine({ baseOffset, largestTimestamp }: SegmentStep): string {
  return `  ${baseOffset} passed over: its greatest timestamp is ${stamp(largestTimestamp ?? -1n)}`
}

function stepLines(step: SegmentStep): string[] {
  const { timeIndex, index, indexDamage, scan, file } = step
  return [
    `  ${step.baseOffset} chosen: ${whyChosen(step)}`,
    ...(timeIndex === undefined ? [] : timeIndexLines(timeIndex)),
    ...(index === undefined
      ? ['offset index: none']
      : indexLines('offset index', index, ({ offset, position }) => `${offset} at ${position}`)),
    ...(indexDamage === undefined
      ? []
      : [`  left aside: ${indexDamage.reason}: found ${indexDamage.found}`]),
    ...(scan === undefined ? [] : scanLines(scan, file)),
  ]
}

function whyChosen({ largestTimestamp, nextBaseOffset }: SegmentStep): string {
  if (largestTimestamp !== undefined) return `its greatest timestamp is ${stamp(largestTimestamp)}`
  if (nextBaseOffset === undefined) return 'it is the last'
  return `the next one begins at ${nextBaseOffset}`
}

function timeIndexLines(lookup: SegmentStep['timeIndex'] & object): string[] {
  return indexLines('time index', lookup, ({ timestamp, offset }) => `${timestamp} at ${offset}`)
}

function indexLines<Entry>(
  name: string,
  { probes, slot, entry }: IndexLookup<Entry>,
  entryText: (entry: Entry) => string,
): string[] {
  return [
    `${name}: ${count(probes.length, 'slot', 'slots')} looked at`,
    ...probes.map(
      ({ slot: probed, section, entry: seen }) =>
        `  slot ${probed} (${section}): ${entryText(seen)}`,
    ),
    slot === -1
      ? '  no entry is so low: from the beginning of the segment'
      : `  found slot ${slot}: ${entryText(entry)}`,
  ]
}

function scanLines({ from, batchCount, bytesRead, stopped, damages }: LogScan, file: string) {
  const ended = stopped === undefined ? '' : `, to the end (${stopped})`
  return [
    `log: ${count(batchCount, 'batch', 'batches')} from byte ${from} on, ${bytesRead} bytes read${ended}`,
    ...damages.map(({ position, reason, found }) => {
      return `  ${basename(file)} at byte ${position}: ${reason}: found ${found}`
    }),
  ]
}

function readLines(reads: readonly FileReads[]): string[] {
  return [
    'page cache:',
    ...reads.map(({ path, touchedBytes, residentBytes }) => {
      const known =
        residentBytes === undefined
          ? 'nobody can tell whether from memory'
          : `${residentBytes} of them from memory`
      return `  ${basename(path)}: ${touchedBytes} bytes read, ${known}`
    }),
  ]
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

function stamp(timestamp: bigint): string {
  return `${timestamp} (${timeText(timestamp)})`
}
