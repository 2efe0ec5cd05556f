/** What of partitions is in the page cache, as tables. */
import { basename } from 'node:path'
import type { ResidencyChange } from '../../inspect/page-cache/change-residency.ts'
import type { PartitionResidency } from '../../inspect/page-cache/partition-residency.ts'
import type { SegmentResidency } from '../../inspect/page-cache/segment-residency.ts'
import type { Colour } from '../colour.ts'
import { byteCount } from './byte-count.ts'
import { durationText } from './duration-text.ts'
import { sparkline } from './sparkline.ts'
import { tableLines } from './table.ts'

export interface ResidencyRow {
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly path: string
  readonly residency: PartitionResidency
  /** What was brought in, or given up, just before. */
  readonly change?: ResidencyChange | undefined
}

export function segmentLines(rows: readonly ResidencyRow[], colour: Colour): string[] {
  const segments = rows.flatMap(({ name, residency }) =>
    residency.segments.map(segment => ({ name, segment })),
  )
  return tableLines<{ readonly name: string; readonly segment: SegmentResidency }>(
    [
      { name: 'PARTITION', cell: ({ name }) => name },
      { name: 'SEGMENT', cell: ({ segment }) => basename(segment.path) },
      { name: 'SIZE', align: 'right', cell: ({ segment }) => byteCount(segment.size) },
      { name: 'RESIDENT', align: 'right', cell: ({ segment }) => byteCount(segment.residentBytes) },
      {
        name: 'SHARE',
        align: 'right',
        cell: ({ segment: { size, residentBytes } }) => shareText(residentBytes, size),
      },
      { name: 'WHERE', cell: ({ segment: { parts } }) => mapText(parts) },
    ],
    segments,
    colour,
  )
}

/** Blocks as high as the share of each part; a dot where nothing is. */
function mapText(parts: readonly number[]): string {
  return sparkline([1, ...parts])
    .slice(1)
    .replaceAll(' ', '·')
}

export function partitionLines(rows: readonly ResidencyRow[], colour: Colour): string[] {
  return tableLines<ResidencyRow>(
    [
      { name: 'PARTITION', cell: ({ name }) => name },
      { name: 'SIZE', align: 'right', cell: ({ residency }) => byteCount(residency.bytes) },
      {
        name: 'RESIDENT',
        align: 'right',
        cell: ({ residency }) => byteCount(residency.residentBytes),
      },
      {
        name: 'SHARE',
        align: 'right',
        cell: ({ residency: { bytes, residentBytes } }) => shareText(residentBytes, bytes),
      },
      {
        name: 'DIRTY',
        align: 'right',
        cell: ({ residency: { dirtyBytes } }) =>
          dirtyBytes === undefined ? undefined : byteCount(dirtyBytes),
      },
      { name: 'IN MEMORY FROM', align: 'right', cell: ({ residency }) => residency.served.offset },
      {
        name: 'LAG',
        align: 'right',
        cell: ({ residency: { served } }) => served.logEndOffset - served.offset,
      },
      { name: 'BYTES', align: 'right', cell: ({ residency }) => byteCount(residency.served.bytes) },
      {
        name: 'TIME',
        align: 'right',
        cell: ({ residency: { served } }) =>
          served.spanMs === undefined ? undefined : durationText(served.spanMs),
      },
    ],
    rows,
    colour,
  )
}

function shareText(part: number, whole: number): string | undefined {
  if (whole === 0) return undefined
  const percent = (part * 100) / whole
  const rounded = part === whole ? 100 : Math.min(99.9, Math.round(percent * 10) / 10)
  return `${rounded} %`
}
