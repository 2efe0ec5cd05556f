/**
 * What a broker does for its logs and groups as time goes by, beside flushing and checkpoints.
 *
 * | interval                              | done                                                       |
 * |---------------------------------------|------------------------------------------------------------|
 * | `log.retention.check.interval.ms`     | segments that have had their time are given up             |
 * | `log.cleaner.backoff.ms`              | compacted logs that are dirty enough are cleaned           |
 * | `offsets.retention.check.interval.ms` | offsets that nobody wants any more are forgotten           |
 *
 * Each goes off first when its interval is over; the first of logs no sooner than `log.initial.task.delay.ms`. Logs are
 * looked at one in a turn of the event loop.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#startup, LogCleaner, GroupCoordinatorService
 */
import { DiskError } from '../base/errors.ts'
import { expireSegments } from '../log/expire-segments.ts'
import { retentionConfigOf } from '../log/retention-policy.ts'
import type { Timers } from '../log-dirs/flush-scheduler.ts'
import { effectiveConfigs } from '../metadata/broker-configs.ts'
import type { Broker } from './broker.ts'
import { LogCleaner } from './log-cleaner.ts'

export interface HousekeepingOptions {
  readonly timers: Timers
  /** Keeps a cleaner's map of keys from being filled by whoever chooses keys: 16 random bytes. */
  readonly secret: Buffer
}

export class Housekeeping {
  readonly #broker: Broker
  readonly #timers: Timers
  readonly #cleaner: LogCleaner
  #stops: readonly (() => void)[] = []
  /** What is under way. */
  readonly #busy = new Map<() => Promise<void>, Promise<void>>()
  #isStopped = false

  constructor(broker: Broker, { timers, secret }: HousekeepingOptions) {
    this.#broker = broker
    this.#timers = timers
    const { replicas, clock, log } = broker
    this.#cleaner = new LogCleaner({
      replicas,
      clock,
      log,
      buffer: () => ({
        bytes: broker.number('log.cleaner.dedupe.buffer.size'),
        loadFactor: broker.number('log.cleaner.io.buffer.load.factor'),
        secret,
      }),
    })
  }

  start(): void {
    const number = (name: Parameters<Broker['number']>[0]) => this.#broker.number(name)
    this.#stops = [
      this.#every(number('log.retention.check.interval.ms'), this.expireLogs),
      this.#every(number('log.cleaner.backoff.ms'), this.cleanLogs),
      this.#every(number('offsets.retention.check.interval.ms'), this.expireOffsets),
    ]
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const stop of this.#stops) stop()
    this.#cleaner.stop()
    await Promise.all(this.#busy.values())
  }

  readonly expireLogs = async (): Promise<void> => {
    const { replicas, clock, configs, log: brokerLog } = this.#broker
    for (const { topic, partition, log } of replicas.all) {
      if (this.#isStopped) return
      const texts = [...effectiveConfigs(topic, configs)].map(([name, { value }]) => {
        return [name, value] as const
      })
      try {
        const { expired } = expireSegments(log, retentionConfigOf(new Map(texts)), clock.nowMs())
        if (expired.length > 0) {
          brokerLog.info({ topic, partition, segments: expired.length }, 'segments have expired')
        }
      } catch (error) {
        if (!(error instanceof DiskError)) throw error
      }
      await turn()
    }
  }

  readonly cleanLogs = async (): Promise<void> => {
    if (this.#broker.flag('log.cleaner.enable')) await this.#cleaner.cleanDue()
  }

  readonly expireOffsets = (): Promise<void> => {
    this.#broker.groups.expireOffsets()
    return Promise.resolve()
  }

  #every(ms: number, act: () => Promise<void>): () => void {
    return this.#timers.every(Math.min(ms, TIMER_MS_MAX), () => {
      if (this.#busy.has(act)) return
      this.#busy.set(
        act,
        act().finally(() => this.#busy.delete(act)),
      )
    })
  }
}

const TIMER_MS_MAX = 2 ** 31 - 1

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
