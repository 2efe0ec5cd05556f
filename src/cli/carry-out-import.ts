/** From a plan to the partitions in place: staged first, then the topic made, then renamed; nothing shows before that. */
import { RefusedError } from '../base/errors.ts'
import { holdLogDirs } from '../log-dirs/held-log-dirs.ts'
import { finishPartition } from '../maintenance/import/finish-import.ts'
import {
  readJournal,
  removeJournal,
  writeJournal,
  type ImportJournal,
} from '../maintenance/import/import-journal.ts'
import {
  removeFolder,
  stagingPath,
  type PartitionPlace,
  type StagedPartition,
} from '../maintenance/import/staged-partition.ts'
import type { CommandContext } from './command-context.ts'
import type { ImportTarget } from './import-cluster.ts'
import { changeOptions, writeChange } from './stopped-cluster.ts'

export interface Import {
  readonly importId: string
  readonly source: string
  /** All of the node, formatted. */
  readonly logDirs: readonly string[]
  readonly target: ImportTarget
  readonly places: readonly PartitionPlace[]
  /** Durable when it resolves. */
  readonly stage: () => Promise<readonly StagedPartition[]>
}

export async function carryOutImport(
  { importId, source, logDirs, target, places, stage }: Import,
  context: CommandContext,
): Promise<readonly StagedPartition[]> {
  const { writableDisk: disk } = context
  const partitions = await holding(logDirs, async () => {
    try {
      const staged = await stage()
      for (const path of logDirs) disk.syncDirectory(path)
      return staged
    } catch (error) {
      for (const place of places) removeFolder(disk, stagingPath(place))
      throw error
    }
  })
  if (target.creation !== undefined) await writeChange(target.creation, context)
  await holding(logDirs, () => {
    writeJournal(disk, logDirs[0]!, { importId, source, partitions })
    finish({ importId, source, partitions }, logDirs[0]!, context)
    return Promise.resolve()
  })
  return partitions
}

/** What an earlier import has left to do, in these log.dirs. */
export function interruptedImport(
  logDirs: readonly string[],
  { disk }: CommandContext,
): ImportJournal | undefined {
  for (const path of logDirs) {
    const journal = readJournal(disk, path)
    if (journal !== undefined) return journal
  }
  return undefined
}

export async function finishInterrupted(
  journal: ImportJournal,
  logDirs: readonly string[],
  context: CommandContext,
): Promise<void> {
  const { disk } = context
  const place = logDirs.find(path => readJournal(disk, path) !== undefined)!
  await holding(logDirs, () => Promise.resolve(finish(journal, place, context)))
}

export function refuseOther(journal: ImportJournal, importId: string): void {
  if (journal.importId === importId) return
  throw new RefusedError(
    'KAFKA_STORAGE_ERROR',
    `an import of ${journal.source} was interrupted here: run that again first, with --execute`,
  )
}

function finish(journal: ImportJournal, logDir: string, context: CommandContext): void {
  const { writableDisk: disk } = context
  const { newFolderId } = changeOptions(context)
  for (const partition of journal.partitions) finishPartition(disk, partition, { newFolderId })
  removeJournal(disk, logDir)
}

async function holding<T>(logDirs: readonly string[], act: () => Promise<T>): Promise<T> {
  const held = holdLogDirs(logDirs, { takesLocks: true })
  try {
    return await act()
  } finally {
    held.release()
  }
}
