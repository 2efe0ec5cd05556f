/** What a start makes of folders of partitions, as lines. */
import {
  type FolderFate,
  isDoubtful,
  type StrayReason,
} from '../../inspect/forecast/folder-fate.ts'
import type { PartitionForecast } from '../../inspect/forecast/forecast.ts'
import { METADATA_TOPIC } from '../../log/file-names.ts'
import { byteCount } from './byte-count.ts'

/** One for all that lack the metadata, then one for each other. */
export function fateLines(partitions: readonly PartitionForecast[]): string[] {
  const unknown = partitions.filter(({ fate }) => fate !== undefined && isDoubtful(fate))
  const lost = partitions.filter(({ fate }) => fate !== undefined && isLost(fate))
  const single = partitions.flatMap(partition => {
    const { folder, logDir, fate } = partition
    if (fate === undefined || isDoubtful(fate) || isLost(fate)) return []
    return [`${folder.name} in ${logDir}: ${fateText(fate)}: ${byteCount(partition.bytes)}`]
  })
  return [
    ...(unknown.length > 0 ? [`${renamedText(unknown)}, ${UNLESS}`] : []),
    ...(lost.length > 0 ? [renamedText(lost)] : []),
    ...single,
  ]
}

function isLost(fate: FolderFate): boolean {
  return fate.kind === 'stray' && fate.why === 'no-metadata-log'
}

const UNLESS = 'unless metadata.log.dir or other controllers have it (--config tells)'

function renamedText(partitions: readonly PartitionForecast[]): string {
  const bytes = partitions.reduce((sum, each) => sum + each.bytes, 0)
  const folders = partitions.length === 1 ? '1 folder' : `${partitions.length} folders`
  return `${METADATA_TOPIC}-0 is in none of these log.dirs: renames ${folders}, ${byteCount(bytes)}, to -stray`
}

function fateText(fate: FolderFate): string {
  switch (fate.kind) {
    case 'stray':
      return `renamed to -stray, as ${REASONS[fate.why]}`
    case 'unserved':
      return `loaded, but served to nobody, as its partition.metadata has the id of ${fate.idOf}`
    case 'promoted':
      return 'put in place, as the cluster has the partition in this log.dir'
    case 'replaced':
      return `deleted, as ${fate.by} takes its place`
    case 'moving':
      return `the move goes on: it takes what it lacks from ${fate.from}, then its place, and that is deleted`
  }
}

const REASONS: Readonly<Record<StrayReason, string>> = {
  'no-topic-id': 'it has no partition.metadata',
  'unknown-topic-id': 'the cluster has no topic with the id in its partition.metadata',
  'no-such-partition': 'the topic has no such partition',
  'no-replica': 'the cluster has no replica of it on this node',
  'no-metadata-log': 'there is no metadata log',
  'metadata-unknown': 'the metadata log is not here',
}
