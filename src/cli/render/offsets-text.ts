/** The offsets of partitions: as kafka-get-offsets prints them, as JSON, as a table. */
import type { OffsetsOfPartition } from '../../inspect/offsets/offsets-report.ts'
import type { Colour } from '../colour.ts'
import { jsonText } from '../json-text.ts'
import { tableLines, type Column } from './table.ts'

/** `topic:partition:offset`. */
export function offsetsLine({ topic, partition, answer }: OffsetsOfPartition): string {
  return `${topic}:${partition}:${answer?.offset ?? ''}`
}

export function offsetsJson({ topic, partition, answer, offsets, path }: OffsetsOfPartition) {
  return jsonText({
    topic,
    partition,
    offset: answer?.offset ?? null,
    timestamp: answer?.timestamp ?? null,
    logStartOffset: offsets?.logStartOffset ?? null,
    localLogStartOffset: offsets?.localLogStartOffset ?? null,
    highWatermark: offsets?.highWatermark ?? null,
    lastStableOffset: offsets?.lastStableOffset ?? null,
    logEndOffset: offsets?.logEndOffset ?? null,
    recoveryPoint: offsets?.recoveryPoint ?? null,
    maxTimestamp: offsets?.maxTimestamp?.timestamp ?? null,
    maxTimestampOffset: offsets?.maxTimestamp?.offset ?? null,
    path,
  })
}

const COLUMNS: readonly Column<OffsetsOfPartition>[] = [
  { name: 'TOPIC', cell: row => row.topic },
  { name: 'PARTITION', align: 'right', cell: row => row.partition },
  { name: 'START', align: 'right', cell: row => row.offsets?.logStartOffset },
  { name: 'HIGH-WATERMARK', align: 'right', cell: row => row.offsets?.highWatermark },
  { name: 'LAST-STABLE', align: 'right', cell: row => row.offsets?.lastStableOffset },
  { name: 'END', align: 'right', cell: row => row.offsets?.logEndOffset },
  { name: 'RECOVERY-POINT', align: 'right', cell: row => row.offsets?.recoveryPoint },
  { name: 'MAX-TIMESTAMP', align: 'right', cell: row => row.offsets?.maxTimestamp?.timestamp },
  { name: 'AT', align: 'right', cell: row => row.offsets?.maxTimestamp?.offset },
]

const PATH: Column<OffsetsOfPartition> = { name: 'PATH', cell: row => row.path }
const ANSWER: Column<OffsetsOfPartition> = {
  name: 'ANSWER',
  align: 'right',
  cell: row => row.answer?.offset,
}

/** @param withAnswer where what was asked for is none of the columns */
export function offsetsTable(
  rows: readonly OffsetsOfPartition[],
  { withAnswer, colour }: { readonly withAnswer: boolean; readonly colour: Colour },
): string[] {
  return tableLines(withAnswer ? [...COLUMNS, ANSWER, PATH] : [...COLUMNS, PATH], rows, colour)
}
