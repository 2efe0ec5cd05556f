/**
 * Log.dirs that are not there, or empty, as where a disk was not mounted: over neither does a broker start, nor does it
 * make the directory.
 *
 * Source: org.apache.kafka.metadata.properties.MetaPropertiesEnsemble, kafka.server.KafkaRaftServer#initializeLogDirs
 */
import type { Disk } from '../../disk/disk.ts'
import { REFUSES } from '../verify/start-behaviour.ts'
import { startOf, toFinding, type Finding } from '../verify/finding.ts'

export interface UnmountedLogDir {
  readonly path: string
  readonly found: 'no such directory' | 'an empty directory'
}

export function unmountedLogDir(disk: Disk, path: string): UnmountedLogDir | undefined {
  const status = disk.status(path)
  if (status === undefined) return { path, found: 'no such directory' }
  if (status.kind !== 'directory' || disk.list(path).length > 0) return undefined
  return { path, found: 'an empty directory' }
}

/** @param beside a log.dir of the same broker */
export function unmountedFinding({ path, found }: UnmountedLogDir, beside: string): Finding {
  const place = { file: path, found, expected: `a log.dir, as ${beside}` }
  return {
    ...toFinding('meta-properties-missing', place, startOf('trusted')),
    atStart: `${REFUSES} ('No \`meta.properties\` found') until its disk is mounted, or it is formatted`,
    fix: 'mount its disk; format it only where that is lost: what lay there is made anew then, empty',
  }
}
