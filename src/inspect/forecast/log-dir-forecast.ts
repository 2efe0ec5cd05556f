/** What comes to a log.dir as a whole: how long its logs are read at the start, how it grows, when its disk is full. */
import type { Disk } from '../../disk/disk.ts'
import type { LogConfig } from '../../log/log-config.ts'
import type { RetentionConfig, RetentionPlan } from '../../log/retention-policy.ts'
import type { LogDir, PartitionFolder } from '../../log-dirs/log-dir.ts'
import { daysUntilFull, type GrowingLog } from './growth.ts'
import type { LogGrowth } from './log-growth.ts'
import type { ReadRate } from './read-rate.ts'

export interface LogDirForecast {
  readonly path: string
  readonly isClean: boolean
  readonly logs: number
  readonly bytes: number
  readonly bytesToRead: number
  /**
   * Of kbroker's reading, at the rate measured, by as many threads as a broker takes; undefined where nothing could be
   * measured. A JVM takes longer.
   */
  readonly startSeconds: number | undefined
  readonly bytesPerDay: number
  /** Over which that was measured; undefined where nothing was written. */
  readonly growthMs: number | undefined
  readonly freeBytes: bigint | undefined
  /** Undefined where it never is, or not in ten years, or the disk can't tell. */
  readonly daysUntilFull: number | undefined
}

export interface TopicForecastConfigs {
  readonly log: LogConfig
  readonly retention: RetentionConfig
}

/** As much of a log as its log.dir's forecast is made from. */
export interface LogHere extends LogGrowth {
  readonly folder: PartitionFolder
  readonly bytes: number
  readonly bytesToRead: number
  /** Absent of what serves nobody. */
  readonly retention?: RetentionPlan
}

export interface LogDirsOptions {
  readonly configsOf: (topic: string) => TopicForecastConfigs
  readonly nowMs: () => number
  readonly threadsPerLogDir: number
  readonly rate: ReadRate | undefined
}

/** @param logsOf those that lie in it */
export function logDirForecasts(
  disk: Disk,
  logDirs: readonly LogDir[],
  logsOf: (logDir: LogDir) => readonly LogHere[],
  options: LogDirsOptions,
): LogDirForecast[] {
  const devices = new Map(logDirs.map(dir => [dir, disk.status(dir.path)?.device]))
  const daysByDevice = new Map<bigint | undefined, number | undefined>()
  for (const [dir, device] of devices) {
    if (daysByDevice.has(device)) continue
    const sharing = logDirs.filter(other => devices.get(other) === device).flatMap(logsOf)
    daysByDevice.set(device, daysUntilDiskIsFull(disk, dir.path, sharing, options))
  }
  return logDirs.map(logDir => ({
    ...readingAndGrowth(logDir, logsOf(logDir), options),
    freeBytes: disk.space(logDir.path)?.usableBytes,
    daysUntilFull: daysByDevice.get(devices.get(logDir)),
  }))
}

function readingAndGrowth(
  { path, cleanShutdown }: LogDir,
  logs: readonly LogHere[],
  { threadsPerLogDir, rate }: LogDirsOptions,
): Omit<LogDirForecast, 'freeBytes' | 'daysUntilFull'> {
  const sum = (of: (each: LogHere) => number) => logs.reduce((total, each) => total + of(each), 0)
  const bytesToRead = sum(each => each.bytesToRead)
  const longest = logs.reduce((most, each) => Math.max(most, each.bytesToRead), 0)
  const perThread = Math.max(longest, bytesToRead / threadsPerLogDir)
  return {
    path,
    isClean: cleanShutdown !== undefined,
    logs: logs.length,
    bytes: sum(each => each.bytes),
    bytesToRead,
    startSeconds: rate === undefined ? undefined : (perThread * rate.seconds) / rate.bytes,
    bytesPerDay: sum(each => each.bytesPerDay),
    growthMs: logs.find(({ growthMs }) => growthMs !== undefined)?.growthMs,
  }
}

/** @param logs all on the same file system, whose free bytes they share */
function daysUntilDiskIsFull(
  disk: Disk,
  path: string,
  logs: readonly LogHere[],
  { configsOf, nowMs }: LogDirsOptions,
): number | undefined {
  const freeBytes = disk.space(path)?.usableBytes
  if (freeBytes === undefined) return undefined
  const growing = logs.flatMap(({ folder, retention, bytesPerDay, compacted }): GrowingLog[] => {
    if (retention === undefined) return []
    const { retention: config, log } = configsOf(folder.parsed.topic)
    const { waiting } = retention
    const { segmentBytes } = log
    return [{ bytesPerDay, ...(compacted && { compacted }), waiting, config, segmentBytes }]
  })
  return daysUntilFull(growing, Number(freeBytes) + freedBy(logs), nowMs())
}

/** What retention deletes as soon as a broker runs. */
function freedBy(logs: readonly LogHere[]): number {
  const expired = logs.flatMap(({ retention }) => retention?.expired ?? [])
  return expired.reduce((sum, { segment }) => sum + segment.size, 0)
}
