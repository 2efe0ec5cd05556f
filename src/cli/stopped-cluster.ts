/** The cluster of a node that is stopped, as commands read it and write to it. */
import { dirname } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { newUuid } from '../binary/uuid.ts'
import type { Disk } from '../disk/disk.ts'
import { lockHolder } from '../disk/file-lock.ts'
import { missingDirectoryIds } from '../inspect/topics/missing-log-dirs.ts'
import { readStoppedNode, type StoppedNode } from '../inspect/topics/stopped-node.ts'
import type { ChangeOptions, FreshPath } from '../inspect/topics/topic-change.ts'
import type { ClusterChange } from '../log-dirs/cluster-change.ts'
import { clusterWriter } from '../log-dirs/cluster-writer.ts'
import type { CommandContext } from './command-context.ts'
import {
  logDirsOf,
  type LimitOption,
  type LogDirsOption,
  type QuietOption,
} from './common-options.ts'
import { readingFor } from './left-out.ts'
import { refuseRepeated, requireLogDir } from './required-log-dirs.ts'

export interface Places {
  /** Those that are no empty directories. */
  readonly paths: readonly string[]
  readonly fresh: readonly FreshPath[]
  /** Of all. */
  readonly firstPath: string
}

/** Directories that are empty, or not there at all, can be formatted. */
export function placesOf(
  options: LogDirsOption,
  { disk, environment }: Pick<CommandContext, 'disk' | 'environment'>,
): Places {
  const all = logDirsOf(options, environment)
  refuseRepeated(all, disk)
  const [firstPath] = all
  if (firstPath === undefined) throw new UsageError('give --log-dirs, or set KBROKER_LOG_DIRS')
  const fresh = all.flatMap(path => freshPath(disk, path) ?? [])
  const paths = all.filter(path => !fresh.some(place => place.path === path))
  for (const path of paths) requireLogDir(disk, path)
  return { paths, fresh, firstPath }
}

function freshPath(disk: Disk, path: string): FreshPath | undefined {
  const status = disk.status(path)
  if (status === undefined) {
    const isPossible = disk.status(dirname(path))?.kind === 'directory'
    return isPossible ? { path, exists: false } : undefined
  }
  const isEmpty = status.kind === 'directory' && disk.list(path).length === 0
  return isEmpty ? { path, exists: true } : undefined
}

/** With what stands in the way of changing it, as problems. */
export function readNode(
  places: Places,
  options: LimitOption & QuietOption,
  context: CommandContext,
): StoppedNode {
  const { limits, notice } = readingFor(options, context)
  return readStoppedNode(context.disk, places, { limits, notice, askLock: lockHolder })
}

/** What a lost one held by the cluster's word is where that says it is, then. */
export function inPlaceOfLost(
  { identity, ...node }: StoppedNode,
  { fresh }: Pick<Places, 'fresh'>,
): FreshPath[] {
  if (identity === undefined) return [...fresh]
  const lost = missingDirectoryIds({ ...node, nodeId: identity.nodeId })
  return fresh.map((place, index) => ({ ...place, directoryId: lost[index] }))
}

export function changeOptions({ nowMs, randomBytes }: CommandContext): ChangeOptions {
  return {
    nowMs: nowMs(),
    newId: () => newUuid(randomBytes),
    newFolderId: () => randomBytes(16).toString('hex'),
  }
}

export async function writeChange(change: ClusterChange, context: CommandContext): Promise<void> {
  const { writableDisk: disk } = context
  const writeCluster = context.writeCluster ?? clusterWriter({ disk, clock: context })
  await writeCluster(change)
}
