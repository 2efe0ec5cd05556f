/**
 * What a broker would do at its start about log.dirs and folders that it can't take for its own. Of the logs in them
 * nothing is read.
 */
import type { Disk } from '../../disk/disk.ts'
import type { LogDir, PartitionFolder } from '../../log-dirs/log-dir.ts'
import { type PartitionDirectory, readPartitionDirectory } from '../../log/partition-directory.ts'
import type { TopicFolder } from '../topics/topic-folders.ts'
import type { MetadataLog } from '../internal-topics/metadata-log.ts'
import { startOf, toFinding, type Finding } from './finding.ts'
import { checkDuplicates, checkIdentities, checkLogDir, type Report } from './log-dir-check.ts'
import { checkTopicId } from './partition-files-check.ts'
import { topicIdFinding } from './topic-ids.ts'

/**
 * Of a folder of a partition in KRaft: that it carries another topic's id than the metadata log has for its name, or
 * none though it has records.
 *
 * @param metadataLog read without a problem
 */
export function topicIdFindings(
  disk: Disk,
  { path, parsed }: TopicFolder,
  metadataLog: MetadataLog,
): Finding[] {
  const topic = metadataLog.image.topics.byName(parsed.topic)
  if (topic === undefined) return []
  const findings: Finding[] = []
  const options = { disk, expectsTopicId: true } as const
  const id = checkTopicId(readPartitionDirectory(disk, path), {
    ...options,
    report: (kind, place) => findings.push(toFinding(kind, place, startOf('trusted'))),
  })
  if (id === undefined) return findings
  const finding = topicIdFinding(path, id, { id: topic.topicId, path: metadataLog.path })
  return finding === undefined ? findings : [...findings, finding]
}

/** Of the file that tells a folder's topic id, if it is damaged. */
export function partitionMetadataFindings(disk: Disk, directory: PartitionDirectory): Finding[] {
  return collected(report => checkTopicId(directory, { disk, expectsTopicId: false, report }))
}

/** Of the roots of one broker's log.dirs: errors only. */
export function rootFindings(logDirs: readonly LogDir[]): Finding[] {
  const findings = collected(report => {
    for (const logDir of logDirs) checkLogDir(logDir, 'clean', report)
    checkIdentities(logDirs, () => report)
  })
  return findings.filter(({ severity }) => severity === 'error')
}

/**
 * Of the roots, and of partitions that lie there twice: errors only.
 *
 * @param isSetAside of what no other folder is in the way of
 */
export function startFindings(
  logDirs: readonly LogDir[],
  isSetAside: (folder: PartitionFolder) => boolean,
): Finding[] {
  return [
    ...rootFindings(logDirs),
    ...collected(report => {
      checkDuplicates(logDirs, () => report, isSetAside)
    }),
  ]
}

function collected(check: (report: Report) => void): Finding[] {
  const findings: Finding[] = []
  check((kind, place) => void findings.push(toFinding(kind, place, startOf('trusted'))))
  return findings
}
