/** The parts of what `flush` tells, one after the other. */
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { isReadFailure } from '../base/errors.ts'
import { lockHolder } from '../disk/file-lock.ts'
import { holderText } from '../disk/lock-holder-text.ts'
import { unwrittenNotice } from '../disk/page-cache.ts'
import { OS_ONLY, policyOf, topicFlushPolicy } from '../inspect/flush/flush-policy.ts'
import { partitionRisk } from '../inspect/flush/partition-risk.ts'
import { replay, type ReplayReport, type ReplayScope } from '../inspect/flush/replay.ts'
import type { RiskFigures } from '../inspect/flush/risk-figures.ts'
import { measureSync, type SyncLatency } from '../inspect/flush/sync-latency.ts'
import { LOCK_FILE } from '../log/file-names.ts'
import { brokerNumber, type BrokerConfigs } from '../metadata/broker-configs.ts'
import type { BrokerConfigOption } from './broker-config-option.ts'
import type { Colour } from './colour.ts'
import type { CommandContext } from './command-context.ts'
import { limitsOf, noticesTo, type LogDirsOption, type OutputOptions } from './common-options.ts'
import { EXIT } from './exit-code.ts'
import { isNeverLookedAt, type SimulatedPolicy } from './flush-policy-grammar.ts'
import { interruptBy } from './interrupt-signals.ts'
import { diskWithOptionalIndexes } from './left-out.ts'
import { logSizesOf, notePageCache } from './page-cache-note.ts'
import { startProgress } from './progress.ts'
import { byteCount } from './render/byte-count.ts'
import { latencyJson, policyJson, replayJson, riskJson } from './render/flush-json.ts'
import {
  latencyLines,
  policyLines,
  replayLines,
  riskLines,
  type PolicyFigures,
  type RiskRow,
} from './render/flush-text.ts'
import type { ScannedPartition } from './scanned-partitions.ts'

export interface FlushCommandOptions extends LogDirsOption, BrokerConfigOption, OutputOptions {
  readonly simulate?: readonly string[]
  readonly by: ReplayScope
  readonly measure?: true
  readonly measureDir?: string
}

export interface FlushOutput {
  readonly options: FlushCommandOptions
  readonly context: CommandContext
  readonly colour: Colour
}

const NONCE_BYTES = 4
const MS_PER_SECOND = 1000

export class FlushReport {
  readonly #partitions: readonly ScannedPartition[]
  readonly #configs: BrokerConfigs
  readonly #output: FlushOutput
  readonly #notice: (line: string) => void
  readonly #isJson: boolean
  /** Of the slowest disk that was measured. */
  #syncMs: number | undefined
  /** Listens from the measurement on. */
  #interrupt: AbortSignal | undefined

  constructor(
    partitions: readonly ScannedPartition[],
    configs: BrokerConfigs,
    output: FlushOutput,
  ) {
    this.#partitions = partitions
    this.#configs = configs
    this.#output = output
    this.#notice = noticesTo(output.options, output.context)
    this.#isJson = output.options.json === true
  }

  risks(logDirs: readonly string[]): void {
    const { options, context, colour } = this.#output
    for (const path of logDirs) this.#noteLive(path)
    const disk = diskWithOptionalIndexes(options, context)
    const rows: RiskRow[] = []
    for (const { topic, partition, log } of this.#partitions) {
      try {
        const logDir = dirname(log.directory.path)
        rows.push({ topic, partition, logDir, risk: partitionRisk(disk, log) })
      } catch (error) {
        if (!isReadFailure(error)) throw error
        this.#fail(error.message)
      }
    }
    this.#print(this.#isJson ? rows.map(riskJson) : riskLines(rows, colour))
    this.#noteTotal(rows)
  }

  policies(): void {
    const topics = new Set(this.#partitions.map(({ topic }) => topic))
    const rows = [...topics].map(topic => ({
      topic,
      policy: topicFlushPolicy(topic, this.#configs),
    }))
    this.#print(this.#isJson ? rows.map(policyJson) : policyLines(rows, this.#output.colour))
  }

  /** @throws DiskError */
  async measure(dirs: readonly string[]): Promise<void> {
    const { context, colour } = this.#output
    const signal = (this.#interrupt = interruptBy(process))
    const measured: SyncLatency[] = []
    for (const dir of dirs) {
      if (signal.aborted) break
      const nonce = context.randomBytes(NONCE_BYTES).toString('hex')
      const clock = () => performance.now()
      measured.push(await measureSync(dir, { disk: context.writableDisk, clock, nonce, signal }))
    }
    this.#syncMs = Math.max(...measured.map(({ meanMs }) => meanMs))
    this.#print(this.#isJson ? measured.map(latencyJson) : latencyLines(measured, colour))
  }

  async simulate(asked: readonly SimulatedPolicy[]): Promise<void> {
    const { options, context } = this.#output
    for (const policy of asked.filter(isNeverLookedAt)) {
      this.#notice(`kbroker: ${policy.name}: ${NEVER_LOOKED_AT}`)
    }
    const partitions = this.#partitions.flatMap(({ topic, partition, log }) => {
      const policy = topicFlushPolicy(topic, this.#configs)
      return policy === undefined ? [] : [{ topic, partition, log, policy: policyOf(policy) }]
    })
    const sizes = () => logSizesOf(partitions.map(({ log }) => log))
    notePageCache(sizes, this.#notice)
    let totalBytes = 0
    for (const size of sizes()) totalBytes += size
    const progress = await startProgress('replaying', context)
    const policies = [{ ...OS_ONLY, name: 'os only' }, ...asked]
    const events = replay(context.disk, partitions, {
      by: options.by,
      policies,
      limits: limitsOf(options),
      workers: context.parallelism,
      onProgress: bytes => progress.advance(bytes, totalBytes),
    })
    try {
      for await (const event of events) {
        progress.clear()
        if (this.#interrupt?.aborted === true)
          return this.#fail('interrupted: not all was replayed')
        if (event.kind === 'problem') this.#fail(event.message)
        else if (event.report.batches > 0) this.#tellReplay(event.report, policies)
      }
    } finally {
      progress.stop()
    }
  }

  #tellReplay(report: ReplayReport, policies: readonly SimulatedPolicy[]): void {
    this.#noteTimes(report)
    const names = ['as it is', ...policies.map(({ name }) => name)]
    const rows = names.map((name, index) => this.#figuresOf(name, report.figures[index]!, report))
    if (this.#isJson) {
      const all = [report.policy, ...policies]
      this.#print(rows.map((row, index) => replayJson(report, row, all[index])))
    } else {
      this.#print(replayLines(report, rows, this.#output.colour))
    }
  }

  #figuresOf(
    name: string,
    figures: RiskFigures,
    { firstMs = 0, lastMs = 0 }: ReplayReport,
  ): PolicyFigures {
    const isLasting = lastMs > firstMs
    const perSecond = isLasting ? (figures.flushes * MS_PER_SECOND) / (lastMs - firstMs) : undefined
    const syncShare =
      perSecond === undefined || this.#syncMs === undefined
        ? undefined
        : (perSecond * this.#syncMs) / MS_PER_SECOND
    return { name, figures, flushesPerSecond: perSecond, syncShare }
  }

  #noteLive(path: string): void {
    const holder = lockHolder(join(path, LOCK_FILE))
    if (holder === undefined || holder === 'unknown') return
    const everyMs = brokerNumber('log.flush.offset.checkpoint.interval.ms', this.#configs)
    const every = `${everyMs / MS_PER_SECOND} s`
    this.#notice(
      `kbroker: ${path} is in use by ${holderText(holder)}: a broker notes its recovery points down ` +
        `each ${every}: ` +
        'less may be at risk than is told here',
    )
  }

  #noteTotal(rows: readonly RiskRow[]): void {
    if (rows.some(({ risk }) => risk.unwritten === undefined)) {
      this.#notice(`kbroker: ${unwrittenNotice()}`)
    }
    const atRisk = rows.filter(({ risk }) => risk.bytes > 0)
    const bytes = atRisk.reduce((sum, { risk }) => sum + risk.bytes, 0)
    const records = atRisk.reduce((sum, { risk }) => sum + risk.records, 0n)
    const where = `${atRisk.length} of ${rows.length} partitions`
    this.#notice(`kbroker: at risk now: ${byteCount(bytes)}, ${records} records in ${where}`)
  }

  #noteTimes({ topic, batches, backwardBatches, timelessBatches }: ReplayReport): void {
    const name = topic ?? 'all topics'
    if (timelessBatches > 0) {
      const many = `${timelessBatches} of ${batches} batches`
      this.#notice(`kbroker: ${name}: ${many} have no time: taken to come with the one before`)
    }
    if (backwardBatches > batches * DISORDER_SHARE_NOTED) {
      const many = `${backwardBatches} of ${batches} batches`
      this.#notice(
        `kbroker: ${name}: ${many} are older than one before: timestamps tell little here of ` +
          'when something was appended',
      )
    }
  }

  #print(lines: readonly string[]): void {
    const { stdout } = this.#output.context
    if (!this.#isJson && stdout.position > 0) stdout.line('')
    for (const line of lines) stdout.line(line)
    stdout.flush()
  }

  #fail(message: string): void {
    this.#output.context.stderr(`kbroker: ${message}`)
    this.#output.context.endWith(EXIT.itemFailed)
  }
}

const DISORDER_SHARE_NOTED = 0.01
const NEVER_LOOKED_AT =
  'flush.ms does nothing while log.flush.scheduler.interval.ms is not set; name it in the policy, ' +
  'too, to see what it would do'
