/** The records of partitions into one file, a line each, or to standard output. */
import { NewFile } from '../disk/new-file.ts'
import { isShrunken, shrunkenFile } from '../disk/shrunken-file.ts'
import { consume } from '../inspect/consume/consume.ts'
import type { OffsetRange } from '../inspect/offsets/offset-point.ts'
import type { Isolation } from '../inspect/search/partition-view.ts'
import type { SearchProblem } from '../inspect/search/segment-task.ts'
import { ByteOutput } from './byte-output.ts'
import type { CommandContext } from './command-context.ts'
import { limitsOf, noticesTo, type LimitOption, type QuietOption } from './common-options.ts'
import { codecOfName, CompressedOutput } from './compressed-output.ts'
import { EXIT } from './exit-code.ts'
import { onceEach } from './left-out.ts'
import { ExportedJson } from './render/exported-json.ts'
import type { ScannedPartition } from './scanned-partitions.ts'

export interface RecordsToExport {
  readonly partitions: readonly ScannedPartition[]
  readonly offsets: OffsetRange | undefined
  readonly isolation: Exclude<Isolation, 'none'>
  /** Control records, too, and what batches say. */
  readonly isFull: boolean
}

export interface ExportedRecords {
  readonly topic: string
  readonly partition: number
  readonly count: number
  readonly firstOffset: bigint
  readonly lastOffset: bigint
}

/**
 * What is damaged, or can't be read, is told and passed over.
 *
 * @param path undefined for standard output
 * @throws CorruptDataError where a log shrinks meanwhile: then it is somebody else's, and no file is left
 * @throws DiskError where the file can't be written
 */
export function exportRecords(
  wanted: RecordsToExport,
  path: string | undefined,
  options: LimitOption & QuietOption,
  context: CommandContext,
): ExportedRecords[] {
  if (path === undefined) return writeRecords(wanted, context.stdout, options, context)
  const file = new NewFile(context.writableDisk, path)
  try {
    const compressed = new CompressedOutput(codecOfName(path), bytes => file.write(bytes))
    const out = new ByteOutput(bytes => compressed.write(bytes))
    const exported = writeRecords(wanted, out, options, context)
    out.flush()
    compressed.end()
    file.finish()
    return exported
  } catch (error) {
    file.discard()
    throw error
  }
}

interface Counts {
  count: number
  readonly firstOffset: bigint
  lastOffset: bigint
}

function writeRecords(
  { partitions, offsets, isolation, isFull }: RecordsToExport,
  out: ByteOutput,
  options: LimitOption & QuietOption,
  context: CommandContext,
): ExportedRecords[] {
  const notice = onceEach(noticesTo(options, context))
  const json = new ExportedJson(out, { isFull })
  const found = new Map<string, Counts & { readonly topic: string; readonly partition: number }>()
  const how = {
    offsets,
    isolation,
    showsControl: isFull,
    order: 'by partition' as const,
    limits: limitsOf(options),
    tell({ kind, message, error }: SearchProblem) {
      if (kind === 'notice') return notice(`kbroker: ${message}`)
      if (isShrunken(error)) throw error
      context.stderr(`kbroker: ${message}`)
      context.endWith(EXIT.itemFailed)
    },
  }
  consume(context.disk, partitions, how, cursor => {
    json.write(cursor)
    const { topic, partition, record } = cursor
    const key = `${topic}-${partition}`
    const counts = found.get(key)
    const { offset } = record
    if (counts === undefined) {
      found.set(key, { topic, partition, count: 1, firstOffset: offset, lastOffset: offset })
    } else {
      counts.count++
      counts.lastOffset = offset
    }
    return true
  })
  refuseShrunken(partitions, context)
  return [...found.values()]
}

/** Of one that was shorter when it was opened than when it was listed, the end looks torn, and no more. */
function refuseShrunken(
  partitions: readonly ScannedPartition[],
  { disk }: Pick<CommandContext, 'disk'>,
): void {
  for (const { log } of partitions.flatMap(({ segments }) => segments)) {
    const { path: file, size: sizeBefore } = log
    const size = disk.status(file)?.size ?? sizeBefore
    if (size < sizeBefore) throw shrunkenFile({ file, position: size, size, sizeBefore })
  }
}
