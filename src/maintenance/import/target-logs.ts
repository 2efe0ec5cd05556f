/**
 * The logs that lie where an import goes: noted once it is staged, and looked at again before anything is put in place.
 * A broker that was started meanwhile may have taken records, and those are not to be replaced, or mixed with others.
 */
import type { Disk } from '../../disk/disk.ts'
import { segmentFileName } from '../../log/file-names.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import { partitionPath, stagingPath, type StagedPartition } from './staged-partition.ts'

export interface LogFile {
  readonly name: string
  readonly size: number
}

export interface NotedPartition extends StagedPartition {
  /** What is staged, in order. */
  readonly logs: readonly LogFile[]
  /** What was in its place, in order; none where nothing was. */
  readonly before: readonly LogFile[]
}

export function noted(disk: Disk, staged: StagedPartition): NotedPartition {
  const logs = logsIn(disk, stagingPath(staged)) ?? []
  return { ...staged, logs, before: logsIn(disk, partitionPath(staged)) ?? [] }
}

/** What is there that was not, and is not of the import, in words; undefined where nothing is. */
export function changeSince(disk: Disk, partition: NotedPartition): string | undefined {
  const { how, before, logs } = partition
  const found = logsIn(disk, partitionPath(partition))
  if (found === undefined) return how === 'folder' ? undefined : told([], before)
  const ofImport = how === 'segments' ? logs : []
  const areKnown = found.every(each => has(before, each) || has(ofImport, each) || isNew(each))
  const isMissing = ({ name }: LogFile) => !found.some(each => each.name === name)
  if (areKnown && !before.some(isMissing)) return undefined
  return told(found, before)
}

/** Whether its place has it, or begins with it where a broker has gone on since. */
export function isInPlace(disk: Disk, partition: NotedPartition): boolean {
  const [first] = partition.logs
  const found = logsIn(disk, partitionPath(partition)) ?? []
  return found.some(({ name, size }) => name === first?.name && size >= first.size)
}

function logsIn(disk: Disk, path: string): LogFile[] | undefined {
  if (disk.status(path) === undefined) return undefined
  return readPartitionDirectory(disk, path).segments.map(({ log: { name, size } }) => {
    return { name, size }
  })
}

function has(logs: readonly LogFile[], { name, size }: LogFile): boolean {
  return logs.some(each => each.name === name && each.size === size)
}

/** As a broker makes the log of a partition that it has nothing of. */
function isNew({ name, size }: LogFile): boolean {
  return name === FIRST_LOG && size === 0
}

const FIRST_LOG = segmentFileName('log', 0n)

function told(found: readonly LogFile[], before: readonly LogFile[]): string {
  return `found ${inWords(found)}, expected ${inWords(before)}`
}

function inWords(logs: readonly LogFile[]): string {
  const last = logs.at(-1)
  if (last === undefined) return 'no log'
  const bytes = logs.reduce((sum, { size }) => sum + size, 0)
  return `${bytes} bytes in ${logs.length} .log up to ${last.name}`
}
