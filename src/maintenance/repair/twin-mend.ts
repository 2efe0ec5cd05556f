/**
 * A partition that lies in two folders a broker would serve: it does not start over them. The fuller one stays, whose log
 * reaches as far and has as many records as the other, and is not damaged where the other is sound. The other goes to the
 * backup as it is. Where each has what the other lacks, nobody but its owner can tell which one is to go.
 */
import { basename, dirname } from 'node:path'
import { PARTIAL_SUFFIX } from '../../disk/new-file.ts'
import type { LogDir } from '../../log-dirs/log-dir.ts'
import { isDamaged } from './cure-report.ts'
import type { LeftAlone } from './left-alone.ts'
import type { PartitionPlace, PartitionPlan } from './partition-plan.ts'

export interface TwinMend {
  readonly kept: string
  /** Folder that goes to the backup. */
  readonly moved: string
  readonly why: string
}

export interface Twins {
  readonly twins: readonly TwinMend[]
  /** Of which neither is the fuller one. */
  readonly undecided: readonly LeftAlone[]
}

/**
 * Only in log.dirs of one node: whoever gives those of two, or a copy beside its original, has not two of one.
 *
 * @param clusterId that they are meant for, whatever they say
 */
export function twinMends(
  plans: readonly PartitionPlan[],
  logDirs: readonly LogDir[],
  clusterId: string | undefined,
): Twins {
  const byName = new Map<string, PartitionPlan[]>()
  for (const plan of plans) {
    const { topic, partition, isLive } = plan.place
    if (!isLive) continue
    const meta = logDirs.find(({ path }) => path === plan.place.logDir)?.meta
    if (meta?.nodeId === undefined) continue
    const key = `${topic}-${partition} ${clusterId ?? meta.clusterId ?? ''} ${meta.nodeId}`
    byName.set(key, [...(byName.get(key) ?? []), plan])
  }
  const twins: TwinMend[] = []
  const undecided: LeftAlone[] = []
  for (const copies of byName.values()) {
    const [fullest, ...others] = [...copies].sort(fullerFirst)
    for (const other of others) {
      const [kept, moved] = [fullest!.place.path, other.place.path]
      if (isFuller(fullest!, other)) twins.push({ kept, moved, why: reason(fullest!, other) })
      else undecided.push({ path: moved, why: undecidedText(fullest!, other) })
    }
  }
  return { twins, undecided }
}

function isFuller({ salvage: a, refusal }: PartitionPlan, { salvage: b }: PartitionPlan): boolean {
  const isSounder = refusal === undefined && (!isDamaged(a) || isDamaged(b))
  return isSounder && a.endOffset >= b.endOffset && a.records >= b.records
}

function undecidedText(a: PartitionPlan, b: PartitionPlan): string {
  const text = ({ salvage }: PartitionPlan) =>
    `${salvage.records} records up to offset ${salvage.endOffset}${isDamaged(salvage) ? ', damaged' : ''}`
  return (
    `a broker does not start over it beside ${a.place.path}, and neither is the fuller one: there ${text(a)}, ` +
    `here ${text(b)}; kbroker diff tells what each has: move one of them away`
  )
}

/** A folder that the partition is moved to, beside the one that it is moved from: a broker can't give it its name. */
export function futureMends(
  places: readonly PartitionPlace[],
  logDirs: readonly LogDir[],
): TwinMend[] {
  return places
    .filter(({ isLive }) => isLive)
    .flatMap(({ path, logDir, topic, partition }) => {
      const folders = logDirs.find(dir => dir.path === logDir)?.partitions ?? []
      const isFuture = ({ parsed }: LogDir['partitions'][number]) =>
        parsed.state === 'future' && parsed.topic === topic && parsed.partition === partition
      const why = 'a partition is moved between log.dirs, and this one has both'
      return folders.filter(isFuture).map(({ path: moved }) => ({ kept: path, moved, why }))
    })
}

/** Of the backup: two log.dirs may have the same name. It never is that of something copied in part. */
export function movedName({ moved }: TwinMend): string {
  const name = `${basename(moved)}.from-${basename(dirname(moved))}`
  return name.endsWith(PARTIAL_SUFFIX) ? `${name}-` : name
}

function fullerFirst({ salvage: a }: PartitionPlan, { salvage: b }: PartitionPlan): number {
  if (a.endOffset !== b.endOffset) return a.endOffset > b.endOffset ? -1 : 1
  return b.records - a.records
}

function reason({ salvage: kept }: PartitionPlan, { salvage: moved }: PartitionPlan): string {
  if (kept.endOffset !== moved.endOffset) {
    return `it reaches up to offset ${kept.endOffset}, the other up to ${moved.endOffset}`
  }
  if (kept.records !== moved.records) {
    return `it has ${kept.records} records, the other ${moved.records}`
  }
  return 'both have as many records up to the same offset, and it was found first'
}
