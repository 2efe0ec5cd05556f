/**
 * What a broker would do at its start about log.dirs and folders that it can't take for its own. Of the logs in them
 * nothing is read.
 */
import type { Disk } from '../../disk/disk.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import type { TopicFolder } from '../topics/topic-folders.ts'
import type { MetadataLog } from '../internal-topics/metadata-log.ts'
import { startOf, toFinding, type Finding } from './finding.ts'
import { checkIdentities, checkLogDir, type Report } from './log-dir-check.ts'
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

/** Of the roots of one broker's log.dirs: errors only. */
export function rootFindings(logDirs: readonly LogDir[]): Finding[] {
  const findings: Finding[] = []
  const report: Report = (kind, place) => {
    findings.push(toFinding(kind, place, startOf('trusted')))
  }
  for (const logDir of logDirs) checkLogDir(logDir, 'clean', report)
  checkIdentities(logDirs, () => report)
  return findings.filter(({ severity }) => severity === 'error')
}
