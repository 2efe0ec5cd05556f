/** What `produce` tells at its end: a line, and with -v a table of partitions. */
import type { ProducedPartition, ProducedShare } from '../../client/produce-counts.ts'
import type { Colour } from '../colour.ts'
import { byteCount } from './byte-count.ts'
import { tableLines } from './table.ts'

export interface ProduceSummary {
  readonly total: Readonly<ProducedShare>
  readonly partitions: readonly ProducedPartition[]
  /** Absent where nobody counts. */
  readonly syncCount: number | undefined
  readonly elapsedMs: number
}

const MS_PER_SECOND = 1000

export function produceSummaryLines(
  { total, partitions, syncCount, elapsedMs }: ProduceSummary,
  { isVerbose, colour }: { readonly isVerbose: boolean; readonly colour: Colour },
): string[] {
  const seconds = Math.max(1, elapsedMs) / MS_PER_SECOND
  const parts = [
    `produced ${count(total.records, 'record')}`,
    `${byteCount(total.storedBytes)} in ${count(total.batches, 'batch', 'es')}` +
      (total.batches === 0 ? '' : ` (${fillText(total)} full)`),
    ...(total.batches === 0 ? [] : [`compression ratio ${ratioText(total)}`]),
    ...(syncCount === undefined ? [] : [count(syncCount, 'fsync')]),
    `${seconds.toFixed(1)} s`,
    `${Math.round(total.records / seconds)} records/s`,
    `${byteCount(Math.round(total.plainBytes / seconds))}/s`,
  ]
  const line = parts.join(', ')
  return isVerbose ? [line, ...partitionLines(partitions, colour)] : [line]
}

function partitionLines(partitions: readonly ProducedPartition[], colour: Colour): string[] {
  if (partitions.length === 0) return []
  return tableLines<ProducedPartition>(
    [
      { name: 'PARTITION', align: 'right', cell: ({ partition }) => partition },
      { name: 'RECORDS', align: 'right', cell: ({ records }) => records },
      { name: 'BATCHES', align: 'right', cell: ({ batches }) => batches },
      { name: 'STORED', align: 'right', cell: ({ storedBytes }) => byteCount(storedBytes) },
      { name: 'FILL', align: 'right', cell: fillText },
      { name: 'RATIO', align: 'right', cell: ratioText },
    ],
    partitions,
    colour,
  )
}

/** Of the batches as they were sent, on average. */
function fillText({ fullness, batches }: Readonly<ProducedShare>): string {
  return `${Math.round((fullness / batches) * 100)} %`
}

/** Batches as they would be without compression, to what they are. */
function ratioText({ plainBytes, storedBytes }: Readonly<ProducedShare>): string {
  return (plainBytes / storedBytes).toFixed(2)
}

function count(number: number, noun: string, plural = 's'): string {
  return `${number} ${noun}${number === 1 ? '' : plural}`
}
