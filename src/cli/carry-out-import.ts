/**
 * From a plan to the partitions in place: staged first, then the topic made, then renamed; nothing shows before that, and
 * producer ids that come in are none that the cluster gives any more.
 */
import { resolve } from 'node:path'
import { RefusedError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { identityOf } from '../disk/file-identity.ts'
import { removeFolder } from '../disk/remove-folder.ts'
import { holdLogDirs } from '../log-dirs/held-log-dirs.ts'
import { finishPartitions } from '../maintenance/import/finish-import.ts'
import {
  journalPath,
  readJournal,
  removeJournal,
  writeJournal,
  type ImportJournal,
} from '../maintenance/import/import-journal.ts'
import {
  stagingPath,
  type PartitionPlace,
  type StagedPartition,
} from '../maintenance/import/staged-partition.ts'
import { noted } from '../maintenance/import/target-logs.ts'
import type { CommandContext } from './command-context.ts'
import type { ImportCluster, ImportTarget } from './import-cluster.ts'
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

/** Its journal stays, until `endImport`. */
export async function carryOutImport(
  { importId, source, logDirs, target, places, stage }: Import,
  context: CommandContext,
): Promise<void> {
  const { writableDisk: disk } = context
  const partitions = await holding(logDirs, async () => {
    try {
      const staged = await stage()
      for (const path of logDirs) disk.syncDirectory(path)
      return staged.map(each => noted(disk, each))
    } catch (error) {
      for (const place of places) removeFolder(disk, stagingPath(place))
      throw error
    }
  })
  if (target.change !== undefined) await writeChange(target.change, context)
  await holding(logDirs, () => {
    const journal = { importId, source, topicId: target.topicId, partitions }
    writeJournal(disk, logDirs[0]!, journal)
    finish(journal, logDirs[0]!, context)
    return Promise.resolve()
  })
}

/** Once it was told that all is in place. */
export async function endImport(
  logDirs: readonly string[],
  { writableDisk: disk }: CommandContext,
): Promise<void> {
  const place = placeOfJournal(logDirs, disk)
  if (place === undefined) return
  await holding(logDirs, () => Promise.resolve(removeJournal(disk, place)))
}

/**
 * What an earlier import has left to do, in these log.dirs.
 *
 * @throws RefusedError where it is about others as well
 */
export function interruptedImport(
  logDirs: readonly string[],
  { disk }: CommandContext,
): ImportJournal | undefined {
  const place = placeOfJournal(logDirs, disk)
  if (place === undefined) return undefined
  const { partitions, ...journal } = readJournal(disk, place)!
  const here = new Map(logDirs.map(path => [identityOf(resolve(path), disk), path]))
  return {
    ...journal,
    partitions: partitions.map(each => {
      const logDir = here.get(identityOf(resolve(each.logDir), disk))
      if (logDir !== undefined) return { ...each, logDir }
      throw new RefusedError(
        'KAFKA_STORAGE_ERROR',
        `an import of ${journal.source} was interrupted here, and ${journalPath(place)} names the ` +
          `log.dir ${each.logDir}, which is none of ${logDirs.join(', ')}: give all log.dirs, each ` +
          'beside the others as it was then',
      )
    }),
  }
}

/** @returns whether anything was left to do */
export async function finishInterrupted(
  journal: ImportJournal,
  logDirs: readonly string[],
  context: CommandContext,
): Promise<boolean> {
  const place = placeOfJournal(logDirs, context.disk)!
  return await holding(logDirs, () => Promise.resolve(finish(journal, place, context) > 0))
}

function placeOfJournal(logDirs: readonly string[], disk: Disk): string | undefined {
  return logDirs.find(path => disk.status(journalPath(path)) !== undefined)
}

/** A topic that was deleted, and maybe made anew, has nothing to do with what was staged for it. */
export function refuseOtherTopic(
  journal: ImportJournal,
  { topic, topicId, formatted }: Pick<ImportCluster, 'topic' | 'topicId' | 'formatted'>,
  { disk }: CommandContext,
): void {
  if (journal.topicId === topicId) return
  const file = journalPath(placeOfJournal(formatted, disk)!)
  throw new RefusedError(
    'KAFKA_STORAGE_ERROR',
    `an import of ${journal.source} was interrupted here, into the topic ${topic} with the id ` +
      `${journal.topicId}; found ${topicId === undefined ? 'no such topic' : `the id ${topicId}`}: ` +
      `to begin anew remove ${file}, and import again`,
  )
}

export function refuseOther(journal: ImportJournal, importId: string): void {
  if (journal.importId === importId) return
  throw new RefusedError(
    'KAFKA_STORAGE_ERROR',
    `an import of ${journal.source} was interrupted here: run that again first, with --execute`,
  )
}

/** @returns how many partitions were not in place yet */
function finish({ partitions }: ImportJournal, logDir: string, context: CommandContext): number {
  const { newFolderId } = changeOptions(context)
  const how = { journal: journalPath(logDir), newFolderId }
  return finishPartitions(context.writableDisk, partitions, how)
}

async function holding<T>(logDirs: readonly string[], act: () => Promise<T>): Promise<T> {
  const held = holdLogDirs(logDirs, { takesLocks: true })
  try {
    return await act()
  } finally {
    held.release()
  }
}
