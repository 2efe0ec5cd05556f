/**
 * Opens the log of a partition as a broker does at its start; what that means, LogLoading says. Segments that have to be
 * read again are read here, or by whoever does that faster.
 */
import type { LoadedLog } from './loaded-log.ts'
import { type FactsRequest, type LoadOptions, LogLoading } from './log-loading.ts'
import type { PartitionFolder } from './partition-folder.ts'
import { readSegmentFacts, type SegmentFacts } from './segment-facts.ts'

/**
 * The segments are read here, one after the other.
 *
 * @throws DiskError
 * @throws CorruptDataError where a broker would not start
 */
export function loadLog(folder: PartitionFolder, options: LoadOptions): LoadedLog {
  const { disk } = folder.files
  const loading = new LogLoading(folder, options).load()
  let step = loading.next()
  while (step.done !== true) {
    let facts: SegmentFacts
    try {
      facts = readSegmentFacts(step.value.segment, disk, options.onProgress)
    } catch (error) {
      step = loading.throw(error)
      continue
    }
    step = loading.next(facts)
  }
  return step.value
}

/**
 * The same, with segments that others read.
 *
 * @param read throws as `readSegmentFacts`
 */
export async function loadLogWith(
  folder: PartitionFolder,
  options: LoadOptions,
  read: (request: FactsRequest) => Promise<SegmentFacts>,
): Promise<LoadedLog> {
  const loading = new LogLoading(folder, options).load()
  let step = loading.next()
  while (step.done !== true) {
    let facts: SegmentFacts
    try {
      facts = await read(step.value)
    } catch (error) {
      step = loading.throw(error)
      continue
    }
    step = loading.next(facts)
  }
  return step.value
}
