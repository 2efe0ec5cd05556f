/**
 * Which partition a key belongs to, as the default partitioner picks it: by its hash and the number of partitions.
 * That number the cluster's metadata knows, where its log is in one of the log.dirs. The folders alone tell no more than
 * that there are so many at least.
 */
import { dirname, resolve } from 'node:path'
import { partitionForKey } from '../../binary/murmur2.ts'
import type { Disk } from '../../disk/disk.ts'
import { readClusterTopics } from '../internal-topics/cluster-topics.ts'
import { PartitionsHere, type ReadOptions } from '../internal-topics/partitions-here.ts'
import type { SearchedPartition } from './search.ts'

export interface KeyPlacement {
  readonly topic: string
  readonly partitionCount: number
  /** Who says so. */
  readonly origin: 'given' | 'metadata' | 'folders'
  /** Below the count, but not among the folders, where these are all that tells it; ascending. */
  readonly missing: readonly number[]
  /** One for each key, each once. */
  readonly partitions: readonly number[]
}

export interface PlacementOptions extends ReadOptions {
  readonly keys: readonly Buffer[]
  /** Besides those that hold what is searched. */
  readonly logDirs: readonly string[]
  /** As the command line has it. */
  readonly partitionCount: number | undefined
}

/** For each topic that is searched. */
export function placementsOf(
  disk: Disk,
  searched: readonly SearchedPartition[],
  options: PlacementOptions,
): KeyPlacement[] {
  const countOf = counter(disk, searched, options)
  const topics = new Set(searched.map(({ topic }) => topic))
  return [...topics].map(topic => {
    const counted = countOf(topic)
    const chosen = new Set(options.keys.map(key => partitionForKey(key, counted.partitionCount)))
    return { topic, ...counted, partitions: [...chosen].sort((a, b) => a - b) }
  })
}

type Counted = Pick<KeyPlacement, 'partitionCount' | 'origin' | 'missing'>

function counter(
  disk: Disk,
  searched: readonly SearchedPartition[],
  options: PlacementOptions,
): (topic: string) => Counted {
  const { partitionCount, logDirs } = options
  if (partitionCount !== undefined) {
    return () => ({ partitionCount, origin: 'given', missing: [] })
  }
  const parents = searched.map(({ log }) => dirname(log.directory.path))
  const dirs = new Map([...parents, ...logDirs].map(path => [resolve(path), path]))
  const here = new PartitionsHere(disk, [...dirs.values()], options)
  const cluster = readClusterTopics(disk, here, options.problem)
  return topic => {
    const known = cluster?.byName(topic)?.partitionCount
    if (known !== undefined) return { partitionCount: known, origin: 'metadata', missing: [] }
    return countedByFolders(here.numbersOf(topic))
  }
}

/** @param numbers ascending */
function countedByFolders(numbers: readonly number[]): Counted {
  const partitionCount = (numbers.at(-1) ?? 0) + 1
  const present = new Set(numbers)
  const missing: number[] = []
  for (let number = 0; number < partitionCount && missing.length < MISSING_MAX; number++) {
    if (!present.has(number)) missing.push(number)
  }
  return { partitionCount, origin: 'folders', missing }
}

/** Enough to name. */
const MISSING_MAX = 10
