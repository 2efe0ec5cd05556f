/** The fixtures that a real Kafka wrote, as tests of whole partitions want them. */
import fs from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { PartitionLogReader, type PartitionLog } from '../../src/inspect/offsets/partition-log.ts'
import { parsePartitionFolder } from '../../src/log/file-names.ts'

export const FIXTURES = join(import.meta.dirname, '../../fixtures')

export interface FixturePartition {
  /** Within the fixtures. */
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly path: string
}

/** The log.dirs of a fixture. */
export function logDirsOf(fixture: string): string[] {
  return ['a', 'b', 'log']
    .map(name => join(FIXTURES, fixture, name))
    .filter(path => fs.existsSync(path))
}

/** Those that serve, the metadata log not among them. */
export function partitionsOf(fixture: string): FixturePartition[] {
  return logDirsOf(fixture).flatMap(logDir =>
    fs.readdirSync(logDir).flatMap(name => {
      const folder = parsePartitionFolder(name)
      if (folder?.state !== 'live' || folder.topic === '__cluster_metadata') return []
      const path = join(logDir, name)
      const { topic, partition } = folder
      return [{ name: path.slice(FIXTURES.length + 1), topic, partition, path }]
    }),
  )
}

export function readLog(path: string): PartitionLog {
  return new PartitionLogReader(nodeDisk, DEFAULT_DECODE_LIMITS).read(path)
}
