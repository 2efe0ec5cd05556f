/**
 * Partitions on two log.dirs in memory that are written, rolled, flushed, truncated and closed in an order that a seed
 * decides, until a disk fails or the power does. Then they are opened again, and have to hold what was promised.
 */
import { join } from 'node:path'
import { DiskError, RefusedError } from '../../src/base/errors.ts'
import { CODECS } from '../../src/compression/codecs.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { LoadAction } from '../../src/log/load-action.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../src/log/log-config.ts'
import type { PartitionLog } from '../../src/log/partition-log.ts'
import { LogDirs } from '../../src/log-dirs/log-dirs.ts'
import type { FailedLoad } from '../../src/log-dirs/recovery.ts'
import { BatchBuilder } from '../../src/record/batch-builder.ts'
import { endMarkerBatch } from './end-marker-batch.ts'
import { checkLog, readBatches } from './check-log.ts'
import { type Fault, FaultyDisk, PowerLoss } from './faulty-disk.ts'
import { PartitionModel } from './model.ts'
import { Seeded } from './seeded.ts'

const DIRS = ['/logs/a', '/logs/b'] as const
const PARTITIONS = [0, 1, 2]
const TOPIC = 'crashed'
const DAY_MS = 86_400_000

interface SimulatedProducer {
  readonly id: bigint
  epoch: number
  sequence: number
  inTransaction: boolean
}

export class Scenario {
  readonly #random: Seeded
  /** Whether logs are put in order and closed, as `recover` does, before they are opened. */
  readonly #recoversFirst: boolean
  readonly #config: LogConfig
  readonly #models = PARTITIONS.map(() => new PartitionModel())
  readonly #producers = PARTITIONS.map(() => new Map<bigint, SimulatedProducer>())
  #memory = new MemoryDisk()
  #nowMs = 1_700_000_000_000
  #actions: LoadAction[] = []

  constructor(seed: number) {
    this.#random = new Seeded(seed)
    this.#recoversFirst = seed % 2 === 0
    this.#config = this.#drawConfig()
    for (const dir of DIRS) {
      const meta = `version=1\ncluster.id=simulated\nnode.id=1\n`
      this.#memory.put(join(dir, 'meta.properties'), Buffer.from(meta))
    }
  }

  /** Lives through some crashes. @throws where a promise was broken */
  async run(): Promise<void> {
    const lives = this.#random.between(1, 3)
    for (let life = 0; life < lives; life++) {
      await this.#liveUntilItFails()
      this.#memory = this.#memory.crash(this.#random.chance())
      await this.#checkAfterwards()
    }
  }

  #drawConfig(): LogConfig {
    const random = this.#random
    return {
      ...DEFAULT_LOG_CONFIG,
      segmentBytes: random.pick([700, 2000, 6000]),
      segmentIndexBytes: random.pick([64, 240, 1200]),
      indexIntervalBytes: random.pick([0, 200, 1000]),
      segmentMs: random.pick([50, 604_800_000]),
      preallocate: random.happens(0.2),
      timestampType: random.happens(0.2) ? 'append' : 'create',
      fileDeleteDelayMs: random.pick([0, 60_000]),
    }
  }

  async #liveUntilItFails(): Promise<void> {
    const random = this.#random
    const fault = random.pick<Fault | undefined>(['power', 'power', 'ENOSPC', 'EIO', undefined])
    const below = random.pick(DIRS)
    const plan = fault && { at: random.below(fault === 'power' ? 400 : 150), fault, below }
    const faulty = new FaultyDisk(this.#memory, plan, random)
    try {
      const dirs = this.#open(faulty)
      const failed = await this.#load(dirs)
      if (failed.length > 0) this.#acceptFailures(failed, faulty)
      for (const partition of PARTITIONS) {
        this.#createMissing(dirs, partition)
        const log = dirs.log({ topic: TOPIC, partition })
        if (log !== undefined) this.#forgetProducers(log)
      }
      const steps = random.between(5, 60)
      for (let step = 0; step < steps; step++) await this.#step(dirs, faulty)
      if (random.happens(0.3)) await dirs.close()
    } catch (error) {
      if (error instanceof PowerLoss) return
      if (plan !== undefined && error instanceof DiskError) return
      throw error
    }
  }

  #open(faulty: { readonly disk: MemoryDisk | FaultyDisk['disk'] }): LogDirs {
    this.#actions = []
    return LogDirs.open(DIRS, {
      disk: faulty.disk,
      takesLocks: false,
      openFilesMax: this.#random.pick([4, 50]),
      clock: { nowMs: () => this.#nowMs },
      configOf: () => this.#config,
      producerExpirationMs: DAY_MS,
      onAction: (_partition, action) => this.#actions.push(action),
    })
  }

  async #load(dirs: LogDirs): Promise<readonly FailedLoad[]> {
    const failed = this.#recoversFirst ? await dirs.recoverAll({ isPreview: false }) : []
    return [...failed, ...dirs.openAll()]
  }

  /** Only what the disk refused may fail to load. */
  #acceptFailures(failed: readonly { readonly error: unknown }[], faulty: FaultyDisk): void {
    for (const { error } of failed) {
      if (faulty.isDark) throw new PowerLoss()
      if (!(error instanceof DiskError)) throw error
    }
  }

  #createMissing(dirs: LogDirs, partition: number): void {
    const name = { topic: TOPIC, partition }
    if (dirs.log(name) !== undefined) return
    const folder = [...dirs.folders()].find(({ folder }) => folder.parsed.partition === partition)
    if (folder !== undefined) return
    this.#models[partition]!.goOnWith([])
    this.#producers[partition]!.clear()
    dirs.create(name, `AAAAAAAAAAAAAAAAAAAA${partition}A`)
  }

  async #step(dirs: LogDirs, faulty: FaultyDisk): Promise<void> {
    const random = this.#random
    const partition = random.pick(PARTITIONS)
    const log = dirs.log({ topic: TOPIC, partition })
    const model = this.#models[partition]!
    this.#nowMs += random.between(0, 30)
    if (log === undefined || log.failure !== undefined) return
    try {
      const kind = random.below(2 ** 32) / 2 ** 32
      if (kind < 0.6) this.#append(log, partition)
      else if (kind < 0.75) await this.#flush(log, model)
      else if (kind < 0.8) log.roll()
      else if (kind < 0.85) this.#truncate(log, model)
      else if (kind < 0.9) this.#raiseStart(log, model)
      else if (kind < 0.95)
        for (const dir of dirs.dirs)
          if (!dir.failure) dir.checkpoint()
          else log.removeCondemned()
    } catch (error) {
      if (faulty.isDark) throw new PowerLoss()
      if (!(error instanceof DiskError)) throw error
      const failed = dirs.dirs.find(({ path }) => error.path.startsWith(path))
      if (failed?.failure === undefined)
        throw new Error('a directory goes on after it failed', { cause: error })
    }
  }

  #append(log: PartitionLog, partition: number): void {
    const random = this.#random
    const model = this.#models[partition]!
    const producer = this.#drawProducer(partition)
    const records = random.between(1, 5)
    const isMarker = producer?.inTransaction === true && random.happens(0.4)
    const bytes = isMarker
      ? endMarkerBatch(producer, random.happens(0.5), BigInt(this.#nowMs))
      : this.#dataBatch(records, producer)
    const origin = isMarker ? 'coordinator' : 'client'
    const before = log.endOffset
    try {
      const appended = log.append(bytes, {
        leaderEpoch: random.below(2) + this.#epochOf(log),
        origin,
      })
      if (appended?.firstOffset !== before) throw new Error(`appended at another offset`)
      model.append(bytes)
      if (producer === undefined) return
      if (isMarker) producer.inTransaction = false
      else producer.sequence += records
    } catch (error) {
      if (error instanceof DiskError || error instanceof PowerLoss) model.appendFailed(bytes)
      if (!(error instanceof RefusedError)) throw error
      throw new Error('a batch in order was refused', { cause: error })
    }
  }

  /** Epochs never go back. */
  #epochOf(log: PartitionLog): number {
    return log.epochs.latest?.epoch ?? 0
  }

  #drawProducer(partition: number): SimulatedProducer | undefined {
    const random = this.#random
    const known = this.#producers[partition]!
    if (random.happens(0.4)) return undefined
    const id = BigInt(random.below(3))
    const producer = known.get(id) ?? { id, epoch: 0, sequence: 0, inTransaction: false }
    known.set(id, producer)
    if (!producer.inTransaction && random.happens(0.3)) producer.inTransaction = true
    return producer
  }

  #dataBatch(records: number, producer: SimulatedProducer | undefined): Buffer {
    const random = this.#random
    const builder = new BatchBuilder({
      codec: random.pick(CODECS.slice(0, 2)),
      ...(producer && {
        producer: {
          producerId: producer.id,
          producerEpoch: producer.epoch,
          baseSequence: producer.sequence,
        },
        isTransactional: producer.inTransaction,
      }),
    })
    for (let record = 0; record < records; record++) {
      builder.add({
        timestamp: BigInt(this.#nowMs + random.between(-20, 20)),
        key: Buffer.from(`key ${random.below(10)}`),
        value: Buffer.alloc(random.below(80), 'v'),
        headers: [],
      })
    }
    return builder.build()
  }

  async #flush(log: PartitionLog, model: PartitionModel): Promise<void> {
    const { endOffset } = log
    await log.flush()
    if (log.durableOffset < endOffset) throw new Error('a flush came back too early')
    model.promised = endOffset
  }

  #truncate(log: PartitionLog, model: PartitionModel): void {
    const from = log.highWatermark
    const offset = from + BigInt(this.#random.below(Number(log.endOffset - from) + 1))
    model.truncateTo(offset, () => log.truncateTo(offset))
    this.#forgetProducers(log)
  }

  /** What they would send next is told by the log that is left. */
  #forgetProducers(log: PartitionLog): void {
    const producers = this.#producers[log.folder.partition]!
    for (const producer of producers.values()) {
      const known = log.producer(producer.id)
      producer.inTransaction = known?.txnFirstOffset !== undefined
      producer.sequence = known === undefined ? 0 : known.lastSequence + 1
    }
  }

  #raiseStart(log: PartitionLog, model: PartitionModel): void {
    log.raiseHighWatermark(log.durableOffset)
    const { logStartOffset, highWatermark } = log
    if (this.#random.happens(0.5) || highWatermark <= logStartOffset) return
    const offset =
      logStartOffset + BigInt(this.#random.below(Number(highWatermark - logStartOffset) + 1))
    model.logStart = offset
    log.raiseLogStart(offset)
  }

  async #checkAfterwards(): Promise<void> {
    const first = this.#open({ disk: this.#memory })
    for (const { error } of await this.#load(first)) throw error
    for (const partition of PARTITIONS) {
      const log = first.log({ topic: TOPIC, partition })
      const model = this.#models[partition]!
      if (log === undefined) {
        if (model.promised > 0n) throw new Error(`partition ${partition} is lost`)
        model.goOnWith([])
        this.#producers[partition]!.clear()
        continue
      }
      checkLog(log, model)
      model.goOnWith(readBatches(log))
      this.#forgetProducers(log)
    }
    await this.#checkAgain(first)
  }

  /** What was put in order is in order. */
  async #checkAgain(first: LogDirs): Promise<void> {
    const ends = PARTITIONS.map(partition => first.log({ topic: TOPIC, partition })?.endOffset)
    if (this.#random.happens(0.5)) await first.close()
    const again = this.#open({ disk: this.#memory })
    for (const { error } of await this.#load(again)) throw error
    for (const action of this.#actions) {
      const isCut = action.kind === 'segment-recovered' && action.cut !== undefined
      if ((isCut && !this.#config.preallocate) || action.kind === 'segment-dropped') {
        throw new Error(`a second recovery goes on: ${action.kind} ${action.path}`)
      }
    }
    for (const partition of PARTITIONS) {
      const log = again.log({ topic: TOPIC, partition })
      if (log?.endOffset !== ends[partition]) throw new Error('a second recovery finds other ends')
    }
    if (this.#random.happens(0.5)) await again.close()
  }
}
