/**
 * A partition that lies in two folders a broker would serve: it does not start over them. The fuller one stays, which
 * reaches as far as the other, has all records that can be read there, and is not damaged where the other is sound. The
 * other goes to the backup as it is. Where each has what the other lacks, or they say different things, nobody but their
 * owner can tell which one is to go.
 */
import { basename, dirname } from 'node:path'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { PARTIAL_SUFFIX } from '../../disk/new-file.ts'
import { diffLogs } from '../../inspect/diff/diff-logs.ts'
import type { Difference } from '../../inspect/diff/difference.ts'
import { PartitionLogReader } from '../../inspect/offsets/partition-log.ts'
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

export interface TwinsHere {
  readonly logDirs: readonly LogDir[]
  readonly clusterId: string | undefined
  readonly disk: Disk
  readonly limits: DecodeLimits
}

/**
 * Only in log.dirs of one node: whoever gives those of two, or a copy beside its original, has not two of one.
 *
 * @param clusterId that they are meant for, whatever they say
 */
export function twinMends(
  plans: readonly PartitionPlan[],
  { logDirs, clusterId, disk, limits }: TwinsHere,
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
      const lack = isSounder(fullest!, other) ? lackOf(kept, moved, { disk, limits }) : NEITHER
      if (lack === undefined) twins.push({ kept, moved, why: reason(fullest!, other) })
      else undecided.push({ path: moved, why: undecidedText(fullest!, other, lack), stops: true })
    }
  }
  return { twins, undecided }
}

function isSounder({ salvage: a, refusal }: PartitionPlan, { salvage: b }: PartitionPlan): boolean {
  const isSound = refusal === undefined && (!isDamaged(a) || isDamaged(b))
  return isSound && a.endOffset >= b.endOffset && a.records >= b.records
}

const NEITHER = 'neither is the fuller one'

/** The first that the fuller one lacks, or has otherwise. */
function lackOf(
  kept: string,
  moved: string,
  { disk, limits }: Pick<TwinsHere, 'disk' | 'limits'>,
): string | undefined {
  const reader = new PartitionLogReader(disk, limits)
  let lack: string | undefined
  const onDifference = ({ kind, side, beyond, firstOffset }: Difference) => {
    if (kind === 'missing' && side === 'a' && beyond !== 'log start') {
      lack ??= `it lacks offset ${firstOffset}, which is here`
    } else if (kind === 'record') {
      lack ??= `they have different records at offset ${firstOffset}`
    }
  }
  diffLogs(disk, { a: reader.read(kept), b: reader.read(moved) }, { limits, onDifference })
  return lack
}

function undecidedText(a: PartitionPlan, b: PartitionPlan, lack: string): string {
  const text = ({ salvage }: PartitionPlan) =>
    `${salvage.records} records up to offset ${salvage.endOffset}${isDamaged(salvage) ? ', damaged' : ''}`
  return (
    `a broker does not start over it beside ${a.place.path}, and ${lack}: there ${text(a)}, ` +
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
