/** The root of one log.dir: its own files, the names in it, and what its checkpoints say of partitions. */
import { join } from 'node:path'
import type { Damage } from '../../base/errors.ts'
import { quotedText } from '../../base/quoted-text.ts'
import {
  CLEAN_SHUTDOWN,
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  META_PROPERTIES,
  RECOVERY_POINT_CHECKPOINT,
} from '../../log/file-names.ts'
import { checkpointKey, type LogDir, type PartitionFolder } from '../../log-dirs/log-dir.ts'
import type { MetaProperties } from '../../log-dirs/meta-properties.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import { placeOf } from './partition-files-check.ts'
import type { DirState } from './partition-task.ts'

export type Report = (kind: FindingKind, place: FindingPlace) => void

export function checkLogDir(logDir: LogDir, dirState: DirState, report: Report): void {
  for (const damage of logDir.damages) reportDamage(damage, logDir, report)
  for (const { path, message } of logDir.refused) {
    report('wrong-type', { file: path, found: message, expected: 'a file' })
  }
  for (const failure of logDir.failures) {
    const file = 'path' in failure ? failure.path : logDir.path
    report('unreadable', { file, found: failure.message, expected: 'a readable file' })
  }
  reportFolders(logDir, report)
  for (const name of logDir.temporaries) {
    const file = join(logDir.path, name)
    report('temporary-file', { file, found: 'a write that did not finish', expected: 'none' })
  }
  if (dirState === 'unclean' && logDir.partitions.length > 0) {
    const file = join(logDir.path, CLEAN_SHUTDOWN)
    report('unclean-shutdown', { file, found: 'no file', expected: 'one after a clean shutdown' })
  }
  if (dirState !== 'live') reportStrangeEntries(logDir, report)
}

/** Of several log.dirs of one broker: the same cluster and node, and an identity of its own each. */
export function checkIdentities(logDirs: readonly LogDir[], report: (at: LogDir) => Report): void {
  const identified = logDirs.filter(({ meta }) => meta !== undefined)
  const first = identified.find(({ meta }) => meta?.version === 1) ?? identified[0]
  for (const logDir of logDirs) reportMissingMeta(logDir, first, report(logDir))
  if (first?.meta === undefined) return
  const known = new Map<string, LogDir>()
  for (const logDir of identified) {
    const { meta } = logDir
    if (meta === undefined) continue
    const file = join(logDir.path, META_PROPERTIES)
    if (first.meta.clusterId !== undefined && lacksClusterId(meta)) {
      const expected = `cluster.id=${first.meta.clusterId}, as in ${first.path}`
      report(logDir)('cluster-id', { file, found: 'no cluster.id, in version 0', expected })
    }
    const compare = (
      kind: FindingKind,
      key: string,
      found?: string | number,
      expected?: string | number,
    ) => {
      if (found === undefined || expected === undefined || found === expected) return
      report(logDir)(kind, {
        file,
        found: `${key}=${found}`,
        expected: `${key}=${expected}, as in ${first.path}`,
      })
    }
    compare('cluster-id', 'cluster.id', meta.clusterId, first.meta.clusterId)
    compare('node-id', 'node.id', meta.nodeId, first.meta.nodeId)
    if (meta.directoryId === undefined) continue
    const twin = known.get(meta.directoryId)
    if (twin !== undefined) {
      const expected = `an id of its own; ${twin.path} has the same`
      report(logDir)('directory-id', { file, found: `directory.id=${meta.directoryId}`, expected })
    }
    known.set(meta.directoryId, logDir)
  }
}

/** As of ZooKeeper times: fine among its like, but not beside log.dirs that have one. */
function lacksClusterId({ clusterId, damages }: MetaProperties): boolean {
  return clusterId === undefined && damages.length === 0
}

/** A folder of copied partitions is none of a broker's; what has a broker's other files, or stands beside them, is. */
function reportMissingMeta(logDir: LogDir, first: LogDir | undefined, report: Report): void {
  if (logDir.hasMeta || (first === undefined && !hasBrokerFiles(logDir))) return
  report('meta-properties-missing', {
    file: join(logDir.path, META_PROPERTIES),
    found: 'no file',
    expected: first === undefined ? 'one in each log.dir' : `one, as in ${first.path}`,
  })
}

function hasBrokerFiles({ cleanShutdown, lockFileExists, checkpoints }: LogDir): boolean {
  return cleanShutdown !== undefined || lockFileExists || checkpoints.recoveryPoint.size > 0
}

export interface PartitionTwice {
  readonly folder: PartitionFolder
  readonly logDir: LogDir
  /** Of the same partition. */
  readonly other: PartitionFolder
  readonly otherDir: LogDir
}

/**
 * A partition is served from one folder: the same in a second log.dir, or twice in one, stops a broker. A folder it is
 * moved to lies in another log.dir.
 *
 * @param isSetAside of what no other folder is in the way of
 */
export function partitionsTwice(
  logDirs: readonly LogDir[],
  isSetAside: (folder: PartitionFolder) => boolean = () => false,
): PartitionTwice[] {
  const known = new Map<string, Pick<PartitionTwice, 'other' | 'otherDir'>>()
  const found: PartitionTwice[] = []
  for (const logDir of logDirs) {
    for (const folder of logDir.partitions) {
      const { state } = folder.parsed
      if (state !== 'live' && state !== 'future') continue
      if (folder.insteadOfFolder !== undefined || isSetAside(folder)) continue
      const partition = checkpointKey(folder.parsed)
      const keys = [`${partition} ${state}`, `${partition} in ${logDir.path}`]
      const twin = keys.map(key => known.get(key)).find(other => other !== undefined)
      if (twin !== undefined) found.push({ folder, logDir, ...twin })
      else for (const key of keys) known.set(key, { other: folder, otherDir: logDir })
    }
  }
  return found
}

/** @param isSetAside of what no other folder is in the way of */
export function checkDuplicates(
  logDirs: readonly LogDir[],
  report: (at: LogDir) => Report,
  isSetAside?: (folder: PartitionFolder) => boolean,
): void {
  for (const { folder, logDir, other } of partitionsTwice(logDirs, isSetAside)) {
    report(logDir)('partition-twice', {
      file: folder.path,
      found: `${checkpointKey(folder.parsed)} again`,
      expected: `once; it lies in ${other.path}, too`,
    })
  }
}

function reportDamage(damage: Damage, { path }: LogDir, report: Report): void {
  const file = damage.file ?? path
  report(kindOf(file), placeOf(damage, file))
}

function kindOf(file: string): FindingKind {
  if (file.endsWith(META_PROPERTIES)) return 'meta-properties'
  if (file.endsWith(CLEAN_SHUTDOWN)) return 'shutdown-marker'
  if (file.endsWith(HIGH_WATERMARK_CHECKPOINT)) return 'high-watermark-file'
  return file.endsWith(CLEANER_CHECKPOINT) ? 'cleaner-file' : 'checkpoint-file'
}

function reportFolders({ path, partitions, strangers }: LogDir, report: Report): void {
  for (const { name, kind } of strangers) {
    if (kind !== 'directory') continue
    const found = `the folder ${quotedText(name)}`
    report('folder-name', { file: join(path, name), found, expected: 'topic-partition' })
  }
  for (const { path: folder, parsed, insteadOfFolder } of partitions) {
    const { state } = parsed
    if (insteadOfFolder !== undefined) {
      report('wrong-type', { file: folder, found: insteadOfFolder, expected: 'a folder' })
      continue
    }
    if (state === 'live') continue
    const found = `${checkpointKey(parsed)}, ${FOLDER_STATES[state].found}`
    report(FOLDER_STATES[state].kind, { file: folder, found, expected: 'none' })
  }
}

const FOLDER_STATES = {
  deleted: { kind: 'delete-folder', found: 'waiting for its deletion' },
  future: { kind: 'future-folder', found: 'being moved here' },
  stray: { kind: 'stray-folder', found: 'that the cluster did not know' },
} as const

/** Entries of partitions that are not there: a deletion that was not noted yet. */
function reportStrangeEntries({ path, partitions, checkpoints }: LogDir, report: Report): void {
  const present = new Set(partitions.map(({ parsed }) => checkpointKey(parsed)))
  const files = [
    [CLEANER_CHECKPOINT, checkpoints.cleaner],
    [LOG_START_CHECKPOINT, checkpoints.logStart],
    [RECOVERY_POINT_CHECKPOINT, checkpoints.recoveryPoint],
    [HIGH_WATERMARK_CHECKPOINT, checkpoints.highWatermark],
  ] as const
  for (const [name, entries] of files) {
    for (const key of entries.keys()) {
      if (present.has(key)) continue
      const file = join(path, name)
      report('checkpoint-entry', { file, found: `an entry for ${key}`, expected: 'its folder' })
    }
  }
}
