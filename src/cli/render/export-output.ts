/** What was exported, a line for each partition, as text or JSON. */
import type { ExportManifest } from '../../maintenance/export/manifest.ts'
import type { ExportedRecords } from '../export-records.ts'
import { jsonText } from '../json-text.ts'
import { byteCount } from './byte-count.ts'

export function exportedRecordsLines(
  partitions: readonly ExportedRecords[],
  to: string,
  isJson: boolean,
): string[] {
  if (isJson) return partitions.map(each => jsonText({ ...each, to }))
  if (partitions.length === 0) return [`no records, in ${to}`]
  return partitions.map(({ topic, partition, count, firstOffset, lastOffset }) => {
    const records = count === 1 ? '1 record' : `${count} records`
    return `${topic}-${partition}: ${records}, offsets ${firstOffset} to ${lastOffset}, in ${to}`
  })
}

export function exportedFolderLines(
  { topic, partitions }: ExportManifest,
  to: string,
  isJson: boolean,
): string[] {
  return partitions.map(({ partition, folder, logStartOffset, logEndOffset, files }) => {
    const bytes = files.reduce((sum, { size }) => sum + size, 0)
    if (isJson) {
      const offsets = { logStartOffset, logEndOffset }
      return jsonText({ topic: topic.name, partition, ...offsets, files: files.length, bytes, to })
    }
    const range = `offsets ${logStartOffset} to ${logEndOffset} (exclusive)`
    return `${folder}: ${range}, ${files.length} files (${byteCount(bytes)}), in ${to}`
  })
}
