/** What is named twice, as itself and by the folder it lies in: a pattern such as `**` names everything that way. */
import { basename, dirname, resolve } from 'node:path'
import type { Disk } from '../disk/disk.ts'
import { identityOf } from '../disk/file-identity.ts'
import { parsePartitionFolder } from '../log/file-names.ts'
import type { Target } from './targets.ts'

export interface CoverSources {
  readonly disk: Disk
  readonly workingDirectory: string
}

/**
 * Whether a target lies in another one: a file in a partition's folder or in the root of a log.dir, a partition in a
 * log.dir. What is being deleted is no longer the log.dir's.
 */
export function coverOf(
  targets: readonly Target[],
  { disk, workingDirectory }: CoverSources,
): (target: Target) => boolean {
  const identitiesOf = (kind: Target['kind']) =>
    new Set(targets.filter(each => each.kind === kind).map(({ path }) => identityOf(path, disk)))
  const logDirs = identitiesOf('log-dir')
  const partitions = identitiesOf('partition')
  const isInLogDir = (folder: string) => {
    const parsed = parsePartitionFolder(basename(folder))
    if (parsed === undefined || parsed.state === 'deleted') return false
    return logDirs.has(identityOf(dirname(folder), disk))
  }
  const isWhole = (folder: string) => {
    const identity = identityOf(folder, disk)
    return partitions.has(identity) || logDirs.has(identity) || isInLogDir(folder)
  }
  return ({ kind, path }) => {
    const absolute = resolve(workingDirectory, path)
    if (kind === 'file') return isWhole(dirname(absolute))
    return kind === 'partition' && isInLogDir(absolute)
  }
}
