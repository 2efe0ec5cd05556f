/** The log of a partition in memory. */
import type { Disk } from '../../src/disk/disk.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { OpenFiles } from '../../src/disk/open-files.ts'
import { type SegmentFileKind, segmentFileName } from '../../src/log/file-names.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts'
import { type OpenOptions, PartitionLog } from '../../src/log/partition-log.ts'
import type { PartitionFolder } from '../../src/log/partition-folder.ts'

export const FOLDER = '/logs/orders-0'
export const NOW_MS = 1_700_000_000_000
export const DAY_MS = 86_400_000

export type NewLogOptions = Partial<Omit<OpenOptions, 'config'>> & {
  readonly config?: Partial<LogConfig>
  readonly openFilesMax?: number
}

/** With an empty folder for the partition, all of it durable. */
export function newDisk(): MemoryDisk {
  const disk = new MemoryDisk()
  disk.put(`${FOLDER}/partition.metadata`, Buffer.from('version: 0\ntopic_id: x\n'))
  return disk
}

export function folderOn(disk: Disk, openFilesMax = 50): PartitionFolder {
  return { path: FOLDER, topic: 'orders', partition: 0, files: new OpenFiles(disk, openFilesMax) }
}

/** With room for a hundred entries in an index, where Kafka has a million: that is quicker. */
export function configWith(config: Partial<LogConfig> = {}): LogConfig {
  return { ...DEFAULT_LOG_CONFIG, segmentIndexBytes: 1200, ...config }
}

/** What lies in the folder is opened; by default a log that was never closed, with no checkpoints. */
export function openLog(disk: Disk = newDisk(), options: NewLogOptions = {}): PartitionLog {
  const { config, openFilesMax, ...others } = options
  return new PartitionLog(folderOn(disk, openFilesMax), {
    isClean: false,
    recoveryPoint: 0n,
    logStartOffset: 0n,
    producerExpirationMs: DAY_MS,
    clock: { nowMs: () => NOW_MS },
    ...others,
    config: configWith(config),
  })
}

export function pathOf(kind: SegmentFileKind, baseOffset: bigint | number): string {
  return `${FOLDER}/${segmentFileName(kind, BigInt(baseOffset))}`
}

/** Of the segments' files, without the zeros in front: `0.log`. */
export function segmentFiles(disk: Disk): string[] {
  return disk
    .list(FOLDER)
    .map(({ name }) => shortName(name))
    .filter(name => /^\d/.test(name))
}

export function shortName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^0+(?=\d)/, '')
}
