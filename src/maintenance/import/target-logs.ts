/**
 * The logs that lie where an import goes, and what was staged for them: noted once it is, and looked at again before
 * anything is put in place. A broker that was started meanwhile may have taken records, and those are not to be replaced, or
 * mixed with others; and it begins to delete what is staged: snapshots and leader epochs go first.
 */
import { join } from 'node:path'
import type { Disk } from '../../disk/disk.ts'
import { segmentFileName } from '../../log/file-names.ts'
import type { LeaderEpochEntry } from '../../log/leader-epoch-checkpoint.ts'
import { LeaderEpochs } from '../../log/leader-epochs.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import { SNAPSHOT_HEADER } from '../../log/producer-snapshot.ts'
import { partitionPath, stagingPath, type StagedPartition } from './staged-partition.ts'

export interface LogFile {
  readonly name: string
  readonly size: number
}

export interface NotedPartition extends StagedPartition {
  /** What is staged, in order. */
  readonly logs: readonly LogFile[]
  /** Of a staged folder, those that know of producers: without them a broker takes up the log as if there were none. */
  readonly snapshots: readonly LogFile[]
  /** That are staged. */
  readonly epochs: readonly LeaderEpochEntry[]
  /** What was in its place, in order; none where nothing was. */
  readonly before: readonly LogFile[]
}

export function noted(disk: Disk, staged: StagedPartition): NotedPartition {
  const staging = stagingPath(staged)
  return {
    ...staged,
    logs: logsIn(disk, staging) ?? [],
    snapshots: staged.how === 'folder' ? snapshotsIn(disk, staging) : [],
    epochs: LeaderEpochs.load(disk, staging).entries,
    before: logsIn(disk, partitionPath(staged)) ?? [],
  }
}

/** Of what was staged, the first file that is neither there any more nor in its place. */
export function lostOf(disk: Disk, partition: NotedPartition): string | undefined {
  const { how, logs, snapshots } = partition
  const places = [stagingPath(partition), ...(how === 'segments' ? [partitionPath(partition)] : [])]
  const isThere = ({ name, size }: LogFile) =>
    places.some(path => disk.status(join(path, name))?.size === size)
  return [...logs, ...snapshots].find(each => !isThere(each))?.name
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

function snapshotsIn(disk: Disk, path: string): LogFile[] {
  return readPartitionDirectory(disk, path)
    .snapshots.map(({ file: { name, size } }) => ({ name, size }))
    .filter(({ size }) => size > SNAPSHOT_HEADER.size)
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
