/** What a broker would do at its start about folders that it doesn't know for its own, before it looks at any log. */
import type { Disk } from '../../disk/disk.ts'
import { readPartitionDirectory } from '../../log/partition-directory.ts'
import type { TopicFolder } from '../topics/topic-folders.ts'
import type { MetadataLog } from '../internal-topics/metadata-log.ts'
import { startOf, toFinding, type Finding } from './finding.ts'
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
