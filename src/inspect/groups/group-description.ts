/** All that can be told of a group; what costs a look into other logs is looked up when asked for. */
import type { Disk } from '../../disk/disk.ts'
import { groupMembers, type DescribedMember } from './group-members.ts'
import { groupOffsets, type GroupOffset } from './group-offsets.ts'
import { groupSummary, type GroupSummary } from './group-summary.ts'
import type { ReadOptions } from '../internal-topics/partitions-here.ts'
import type { GroupsSource, LoadedGroup } from './groups-source.ts'
import { readShareOffsets, type ShareOffset } from './share-offsets.ts'

export interface GroupDescription {
  readonly summary: GroupSummary
  members(): readonly DescribedMember[]
  /** None of share groups, which commit nothing. */
  offsets(): readonly GroupOffset[]
  /** Of share groups alone. */
  shareOffsets(): readonly ShareOffset[]
}

export interface DescribeOptions extends ReadOptions {
  /** The brokers' offsets.retention.minutes. */
  readonly retentionMs: bigint
}

export function* describeGroups(
  disk: Disk,
  source: GroupsSource,
  groups: readonly LoadedGroup[],
  options: DescribeOptions,
): Generator<GroupDescription> {
  let shareRows: Map<string, ShareOffset[]> | undefined
  const shareRowsOf = (groupId: string) => {
    shareRows ??= byGroup(readShareOffsets(disk, source, options))
    return shareRows.get(groupId) ?? []
  }
  for (const loaded of groups) {
    const isShare = loaded.group.type === 'share'
    let offsets: readonly GroupOffset[] | undefined
    yield {
      summary: groupSummary(loaded),
      members: () => groupMembers(loaded, source),
      offsets: () => (offsets ??= isShare ? [] : groupOffsets(loaded, source, options.retentionMs)),
      shareOffsets: () => (isShare ? shareRowsOf(loaded.groupId) : []),
    }
  }
}

function byGroup(rows: readonly ShareOffset[]): Map<string, ShareOffset[]> {
  const groups = new Map<string, ShareOffset[]>()
  for (const row of rows) {
    const known = groups.get(row.groupId)
    if (known === undefined) groups.set(row.groupId, [row])
    else known.push(row)
  }
  return groups
}
