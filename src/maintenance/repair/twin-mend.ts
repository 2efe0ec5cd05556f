/**
 * A partition that lies in two folders a broker would serve: it does not start over them. The fuller one stays: that whose
 * log reaches further, of two that reach as far the one with more records. The other goes to the backup as it is.
 */
import { basename, dirname } from 'node:path'
import type { LogDir } from '../../log-dirs/log-dir.ts'
import type { PartitionPlace, PartitionPlan } from './partition-plan.ts'

export interface TwinMend {
  readonly kept: string
  /** Folder that goes to the backup. */
  readonly moved: string
  readonly why: string
}

/** Only in log.dirs of one node: whoever gives those of two, or a copy beside its original, has not two of one. */
export function twinMends(plans: readonly PartitionPlan[], logDirs: readonly LogDir[]): TwinMend[] {
  const byName = new Map<string, PartitionPlan[]>()
  for (const plan of plans) {
    const { topic, partition, isLive } = plan.place
    if (!isLive) continue
    const meta = logDirs.find(({ path }) => path === plan.place.logDir)?.meta
    if (meta?.nodeId === undefined) continue
    const key = `${topic}-${partition} ${meta.clusterId ?? ''} ${meta.nodeId}`
    byName.set(key, [...(byName.get(key) ?? []), plan])
  }
  return [...byName.values()].flatMap(twins => {
    const [fullest, ...others] = [...twins].sort(fullerFirst)
    return others.map(other => ({
      kept: fullest!.place.path,
      moved: other.place.path,
      why: reason(fullest!, other),
    }))
  })
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

/** Of the backup: two log.dirs may have the same name. */
export function movedName({ moved }: TwinMend): string {
  return `${basename(moved)}.from-${basename(dirname(moved))}`
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
