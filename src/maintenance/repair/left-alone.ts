/** What lies in log.dirs and is left where it is: a broker knows what to do with it, or nobody but its owner does. */
import { join } from 'node:path'
import { META_PROPERTIES, type PartitionState } from '../../log/file-names.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'

export interface LeftAlone {
  readonly path: string
  readonly why: string
  /** Whether no broker starts over it. */
  readonly stops?: true
}

const FOLDERS: Readonly<Record<Exclude<PartitionState, 'live'>, string>> = {
  deleted: 'waits for its deletion: the next start removes it; --stale moves it away',
  future:
    'was being moved here: a start goes on with it, if the log lies in another log.dir; --stale moves it away if not',
  stray: 'was unknown to the cluster: brokers keep it aside; --stale moves it away',
}

export interface Settled {
  /** Folders that go to a backup. */
  readonly moved: ReadonlySet<string>
  /** Whether it was said of which cluster the log.dirs are. */
  readonly knowsCluster: boolean
}

export function leftAlone(
  logDirs: readonly LogDir[],
  { moved, knowsCluster }: Settled,
): LeftAlone[] {
  const folders = logDirs.flatMap(dir => staleFolders(dir, moved))
  return [...folders, ...(knowsCluster ? [] : otherClusters(logDirs))]
}

function staleFolders({ partitions }: LogDir, moved: ReadonlySet<string>): LeftAlone[] {
  return partitions.flatMap(({ path, parsed: { state } }) => {
    return state === 'live' || moved.has(path) ? [] : [{ path, why: FOLDERS[state] }]
  })
}

function otherClusters(logDirs: readonly LogDir[]): LeftAlone[] {
  const [first, ...others] = logDirs.filter(({ meta }) => meta?.clusterId !== undefined)
  return others.flatMap(({ path, meta }) => {
    if (meta!.clusterId === first!.meta!.clusterId) return []
    const file = join(path, META_PROPERTIES)
    const other = `${first!.path} has ${first!.meta!.clusterId}`
    return [
      { path: file, why: `cluster.id ${meta!.clusterId}, ${other}: say which with --cluster-id` },
    ]
  })
}
