/** A log.dir whose meta.properties names another cluster than the one it is meant for. */
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { replaceFile } from '../../disk/replace-file.ts'
import { META_PROPERTIES } from '../../log/file-names.ts'
import { javaPropertiesBytes } from '../../log-dirs/java-properties.ts'
import { readMetaProperties } from '../../log-dirs/meta-properties.ts'
import { backupName } from './backup.ts'

export interface ClusterMend {
  readonly file: string
  readonly found: string
  readonly clusterId: string
}

/**
 * @throws UsageError where several log.dirs were given and none of them is of that cluster: it was mistyped, or it is
 *   another broker's
 */
export function clusterMends(
  disk: Disk,
  logDirs: readonly string[],
  clusterId: string,
): ClusterMend[] {
  const known = logDirs.flatMap(logDir => {
    const file = join(logDir, META_PROPERTIES)
    const found = clusterIdIn(disk, file)
    return found === undefined ? [] : [{ file, found, clusterId }]
  })
  const wrong = known.filter(({ found }) => found !== clusterId)
  if (wrong.length > 1 && wrong.length === known.length) {
    const found = wrong.map(({ file, found: id }) => `${dirname(file)} has ${id}`).join(', ')
    throw new UsageError(`none of these log.dirs is of cluster ${clusterId}: ${found}`)
  }
  return wrong
}

/** The file as it was stays beside it: brokers pass files in the root over. @returns its name */
export function mendCluster(disk: Disk, { file, clusterId }: ClusterMend, nowMs: number): string {
  const { values } = readMetaProperties(disk.readWhole(file), file)
  const folder = dirname(file)
  const prefix = `${basename(file)}.before-repair-`
  const kept = backupName(disk, { parent: folder, prefix }, nowMs)
  disk.link(file, join(folder, kept))
  disk.syncDirectory(folder)
  const mended = new Map([...values, ['cluster.id', clusterId] as const])
  replaceFile(disk, file, javaPropertiesBytes(mended, nowMs))
  return kept
}

function clusterIdIn(disk: Disk, file: string): string | undefined {
  if (disk.status(file)?.kind !== 'file') return undefined
  return readMetaProperties(disk.readWhole(file), file).clusterId
}
