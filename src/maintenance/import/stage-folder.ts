/** A partition of an exported folder: checked, and copied into a staged folder that a broker would start on. */
import { join } from 'node:path'
import { CorruptDataError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { recoverLog } from '../../log-dirs/recover-log.ts'
import { LEADER_EPOCH_CHECKPOINT, PARTITION_METADATA } from '../../log/file-names.ts'
import { readLeaderEpochCheckpoint } from '../../log/leader-epoch-checkpoint.ts'
import type { LogConfig } from '../../log/log-config.ts'
import { encodePartitionMetadata } from '../../log/partition-metadata.ts'
import { checksumOf, copyFile } from '../copy-file.ts'
import type { ExportedFile, ExportedPartition, ExportManifest } from '../export/manifest.ts'
import { makeStagingFolder, type PartitionPlace, type StagedPartition } from './staged-partition.ts'

/** Of all that the manifest names, what is not as it says; each in a sentence. */
export function checkExport(
  disk: Disk,
  path: string,
  { partitions }: Pick<ExportManifest, 'partitions'>,
  onProgress?: (bytes: number) => void,
): string[] {
  const problems: string[] = []
  for (const { folder, files } of partitions) {
    for (const file of files) {
      const problem = problemOf(disk, join(path, folder, file.name), file, onProgress)
      if (problem !== undefined) problems.push(problem)
    }
  }
  return problems
}

function problemOf(
  disk: Disk,
  path: string,
  { size, sha256 }: ExportedFile,
  onProgress: ((bytes: number) => void) | undefined,
): string | undefined {
  const status = disk.status(path)
  if (status === undefined) return `${path} is missing`
  if (status.size !== size) return `${path} has ${status.size} bytes, and had ${size}`
  const found = checksumOf({ disk, path, size }, { onProgress })
  return found === sha256 ? undefined : `${path} has changed since: SHA-256 ${found}, was ${sha256}`
}

/** Of the last leader that wrote into it; 0 where nobody knows. */
export function lastEpochOf(disk: Disk, path: string, { folder }: ExportedPartition): number {
  const file = join(path, folder, LEADER_EPOCH_CHECKPOINT)
  if (disk.status(file) === undefined) return 0
  return readLeaderEpochCheckpoint(disk.readWhole(file), file).entries.at(-1)?.epoch ?? 0
}

export interface FolderStaging {
  /** Of the export. */
  readonly path: string
  readonly exported: ExportedPartition
  readonly place: PartitionPlace
  readonly topicId: string
  readonly config: LogConfig
  readonly nowMs: number
  readonly onProgress?: (bytes: number) => void
}

const OPEN_FILES_MAX = 64

/**
 * Loads it as a broker does, so that indexes which were left out are there, and what no broker would take is refused.
 * Durable when it returns.
 *
 * @throws CorruptDataError where it is not what was exported; DiskError
 */
export async function stageFolder(
  from: Disk,
  disk: Disk,
  { path, exported, place, topicId, config, nowMs, onProgress }: FolderStaging,
): Promise<StagedPartition> {
  const staging = makeStagingFolder(disk, place)
  for (const { name, size, sha256 } of exported.files) {
    if (name === PARTITION_METADATA) continue
    const source = join(path, exported.folder, name)
    const into = { disk, path: join(staging, name) }
    const found = copyFile({ disk: from, path: source, size }, into, { onProgress })
    if (found !== sha256) throw changed(source, found, sha256)
  }
  replaceFile(disk, join(staging, PARTITION_METADATA), encodePartitionMetadata(topicId))
  const { logStartOffset, logEndOffset: endOffset } = exported
  const { topic, partition } = place
  const { actions, note, failure } = await recoverLog(
    {
      path: staging,
      topic,
      partition,
      config,
      isClean: true,
      recoveryPoint: endOffset,
      logStartOffset,
      highWatermark: endOffset,
      nowMs,
      producerExpirationMs: Infinity,
    },
    { disk, openFilesMax: OPEN_FILES_MAX, isPreview: false },
  )
  if (failure !== undefined) throw failure
  const cut = actions.find(each => each.kind === 'segment-recovered' && each.cut !== undefined)
  if (cut !== undefined || note?.recoveryPoint !== endOffset) {
    throw otherEnd(join(path, exported.folder), note?.recoveryPoint, endOffset)
  }
  const startOffset = firstOffsetOf(exported)
  return { ...place, how: 'folder', logStartOffset, startOffset, endOffset }
}

/** Where its first segment begins. */
export function firstOffsetOf({ files, logStartOffset }: ExportedPartition): bigint {
  const [first] = files.filter(({ name }) => name.endsWith('.log')).sort(byName)
  return first === undefined ? logStartOffset : BigInt(first.name.slice(0, -'.log'.length))
}

function byName(a: ExportedFile, b: ExportedFile): number {
  return a.name < b.name ? -1 : 1
}

function changed(file: string, found: string, expected: string): CorruptDataError {
  const reason = 'the file has changed while it was imported'
  return new CorruptDataError({ file, position: 0, reason, found, expected })
}

function otherEnd(file: string, found: bigint | undefined, expected: bigint): CorruptDataError {
  return new CorruptDataError({
    file,
    position: 0,
    reason: 'the log does not end where the manifest says, as a broker loads it',
    found: found === undefined ? 'no end' : `offset ${found}`,
    expected: `offset ${expected}`,
  })
}
