/** The plan to import an exported folder: its checksums are looked at before anything else. */
import { join } from 'node:path'
import { CorruptDataError, UsageError, type Damage } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { considerate } from '../disk/considerate-disk.ts'
import type { Disk } from '../disk/disk.ts'
import { PartitionLogReader } from '../inspect/offsets/partition-log.ts'
import { partitionTransactions, stateAt } from '../inspect/transactions/partition-transactions.ts'
import { readPartitionDirectory } from '../log/partition-directory.ts'
import { checksumOf } from '../maintenance/copy-file.ts'
import { exportDamages } from '../maintenance/export/export-damages.ts'
import type { ExportedPartition, ExportManifest } from '../maintenance/export/manifest.ts'
import type { PartitionPlace, StagedPartition } from '../maintenance/import/staged-partition.ts'
import { checkExport, lastEpochOf, stageFolder } from '../maintenance/import/stage-folder.ts'
import { NO_PRODUCER_ID } from '../record/batch.ts'
import { BatchV2 } from '../record/batch-v2.ts'
import type { LegacyMessage } from '../record/legacy-message.ts'
import type { CommandContext } from './command-context.ts'
import type { ImportCluster, TargetLog } from './import-cluster.ts'
import { expiringSegments, type ImportedLog } from './import-retention.ts'
import {
  intoOf,
  leftOpenNotice,
  refuseLaterEpoch,
  targetPartition,
  type ImportPlan,
} from './import-plan.ts'
import { startProgress } from './progress.ts'
import { damageText } from './render/lookup-text.ts'

export interface FolderToImport {
  /** Of the export. */
  readonly path: string
  readonly manifest: ExportManifest
  readonly importId: string
  /** Of several, the one to take; of one alone, the one that it becomes. */
  readonly partition: number | undefined
  readonly partitionCount: number | undefined
}

interface Chosen {
  readonly exported: ExportedPartition
  /** That it becomes. */
  readonly number: number
}

/**
 * @throws CorruptDataError where the folder is not as it was exported
 * @throws UsageError where a partition has other records
 */
export async function planFolder(
  folder: FolderToImport,
  cluster: ImportCluster,
  context: CommandContext,
): Promise<ImportPlan> {
  const { disk, nowMs } = context
  const { path, manifest, importId } = folder
  const chosen = chosenPartitions(folder)
  const { damages, highestProducerId: highestInBatches } = await check(path, chosen, context)
  const epochs = new Map(
    chosen.map(({ exported, number }) => [number, lastEpochOf(disk, path, exported)]),
  )
  const known = knownProducers(logsOf(folder, chosen, disk), disk)
  const highestProducerId = highestOf([highestInBatches, ...known])
  const target = cluster.target({
    partitionCount: partitionCountOf(folder, chosen),
    topicId: manifest.topic.id ?? undefined,
    leaderEpochs: epochs,
    highestProducerId,
  })
  const notices: string[] = []
  const { id } = manifest.topic
  if (id !== null && id !== target.topicId) {
    notices.push(`the topic has id ${target.topicId} here, and had ${id}`)
  }
  const wanted = chosen.filter(({ exported, number }) => {
    const found = targetPartition(target, number)
    refuseLaterEpoch(target, found, epochs.get(number)!)
    if (found.log === undefined || found.log.isEmpty) return true
    refuseOther(found.log, exported, context)
    notices.push(`${found.log.path} holds it already`)
    return false
  })
  const logs = logsOf(folder, wanted, disk)
  const isForeign = highestProducerId >= 0n && cluster.hasProducersBesides(manifest.clusterId)
  if (isForeign && wanted.length > 0) notices.push(FOREIGN_PRODUCERS)
  notices.push(...leftOpenNotices(logs, { topic: target.topic, disk }))
  const placed = wanted.map(({ exported, number }) => {
    const found = targetPartition(target, number)
    const place = { topic: target.topic, partition: number, logDir: found.logDir, importId }
    return { exported, place, into: intoOf(found) }
  })
  const { topicId } = target
  return {
    target,
    notices,
    expiries: logs.flatMap(each => expiringSegments(disk, each, cluster.retention, nowMs())),
    damages: damages.map(damage => `${damageText(damage)}; it is imported as it is`),
    partitions: placed.map(({ exported, place: { partition, logDir }, into }) => ({
      partition,
      logDir,
      records: undefined,
      firstOffset: exported.logStartOffset,
      lastOffset: exported.logEndOffset - 1n,
      into,
    })),
    places: placed.map(({ place }) => place),
    stage: () => stageAll(placed, folder, cluster, { topicId, context }),
  }
}

const FOREIGN_PRODUCERS =
  'producers of another cluster come in: where one of this cluster has the same id already, such as a transactional one, ' +
  'its first write to these partitions may be refused (OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH); new ' +
  'producers get other ids'

interface PlacedFolder {
  readonly exported: ExportedPartition
  readonly place: PartitionPlace
}

async function stageAll(
  placed: readonly PlacedFolder[],
  { path }: FolderToImport,
  { config }: ImportCluster,
  { topicId, context }: { readonly topicId: string; readonly context: CommandContext },
): Promise<StagedPartition[]> {
  const { disk, writableDisk, nowMs } = context
  const progress = await startProgress('importing', context)
  const total = bytesOf(placed)
  let copied = 0
  const onProgress = (bytes: number) => progress.advance((copied += bytes), total)
  try {
    const staged: StagedPartition[] = []
    for (const { exported, place } of placed) {
      const staging = { path, exported, place, topicId, config, nowMs: nowMs(), onProgress }
      staged.push(await stageFolder(considerate(disk), writableDisk, staging))
    }
    return staged
  } finally {
    progress.stop()
  }
}

type ChosenLog = ImportedLog & Pick<ExportedPartition, 'logEndOffset'>

function logsOf({ path }: FolderToImport, chosen: readonly Chosen[], disk: Disk): ChosenLog[] {
  const reader = new PartitionLogReader(disk, DEFAULT_DECODE_LIMITS)
  return chosen.map(({ exported, number: partition }) => {
    const { folder, logStartOffset: firstOffset, logEndOffset } = exported
    return { partition, log: reader.read(join(path, folder)), firstOffset, logEndOffset }
  })
}

/** Whom the snapshots tell of, though retention may have deleted all their batches. */
function knownProducers(logs: readonly ChosenLog[], disk: Disk): bigint[] {
  return logs.flatMap(({ log, logEndOffset }) => {
    const producers = stateAt(disk, log, logEndOffset)?.producers ?? []
    return producers.map(({ producerId }) => producerId)
  })
}

function highestOf(producerIds: readonly bigint[]): bigint {
  return producerIds.reduce((highest, id) => (id > highest ? id : highest), NO_PRODUCER_ID)
}

function leftOpenNotices(
  logs: readonly ChosenLog[],
  { topic, disk }: { readonly topic: string; readonly disk: Disk },
): string[] {
  return logs.flatMap(({ partition, log, logEndOffset }) => {
    const { open } = partitionTransactions(disk, log, logEndOffset)
    return open.map(each => leftOpenNotice(`${topic}-${partition}`, each))
  })
}

function chosenPartitions({ manifest, partition, path }: FolderToImport): Chosen[] {
  const { partitions } = manifest
  if (partition === undefined) {
    return partitions.map(exported => ({ exported, number: exported.partition }))
  }
  const exported =
    partitions.length === 1 ? partitions[0] : partitions.find(each => each.partition === partition)
  if (exported === undefined) throw new UsageError(`${path} holds no partition ${partition}`)
  return [{ exported, number: partition }]
}

interface Checked {
  /** What was wrong already when it was exported. */
  readonly damages: readonly Damage[]
  /** Of its batches. */
  readonly highestProducerId: bigint
}

async function check(
  path: string,
  chosen: readonly Chosen[],
  context: CommandContext,
): Promise<Checked> {
  const progress = await startProgress('checking', context)
  const partitions = chosen.map(({ exported }) => exported)
  const total = 2 * bytesOf(chosen)
  let read = 0
  const onProgress = (bytes: number) => progress.advance((read += bytes), total)
  const disk = considerate(context.disk)
  const limits = DEFAULT_DECODE_LIMITS
  let problems: readonly string[]
  try {
    problems = checkExport(disk, path, { partitions }, onProgress)
    if (problems.length === 0) {
      let highestProducerId = NO_PRODUCER_ID
      const onBatch = (batch: BatchV2 | LegacyMessage) => {
        if (batch instanceof BatchV2 && batch.producerId > highestProducerId) {
          highestProducerId = batch.producerId
        }
      }
      const damages = exportDamages(disk, path, { partitions }, { limits, onProgress, onBatch })
      return { damages, highestProducerId }
    }
  } finally {
    progress.stop()
  }
  for (const problem of problems.slice(1)) context.stderr(`kbroker: ${problem}`)
  throw new CorruptDataError({
    file: path,
    position: 0,
    reason: 'it is not what was exported; nothing was imported',
    found: problems[0]!,
    expected: 'what manifest.json says',
  })
}

function bytesOf(chosen: readonly Pick<Chosen, 'exported'>[]): number {
  let bytes = 0
  for (const { exported } of chosen) for (const { size } of exported.files) bytes += size
  return bytes
}

function partitionCountOf(
  { manifest, partitionCount }: FolderToImport,
  chosen: readonly Chosen[],
): number {
  const least = Math.max(...chosen.map(({ number }) => number)) + 1
  const known = manifest.topic.partitionCount ?? 0
  const count = partitionCount ?? Math.max(known, least)
  if (count >= least) return count
  throw new UsageError(`--partitions ${count}: partition ${least - 1} is to be imported`)
}

/** As after an import that was interrupted, or done: the same logs. */
function refuseOther(
  { path, endOffset }: TargetLog,
  { files, logEndOffset }: ExportedPartition,
  { disk }: CommandContext,
): void {
  const logs = files.filter(({ name }) => name.endsWith('.log'))
  const { segments } = readPartitionDirectory(disk, path)
  const isSame =
    endOffset === logEndOffset &&
    segments.length === logs.length &&
    logs.every(({ name, size, sha256 }) => {
      const file = join(path, name)
      if (disk.status(file)?.size !== size) return false
      return checksumOf({ disk, path: file, size }) === sha256
    })
  if (isSame) return
  throw new UsageError(
    `${path} has other records, up to offset ${endOffset - 1n}: they are not written over; ` +
      'give another --topic, or another --partition',
  )
}
