/** `kbroker diff`: two copies of partitions, held against each other. */
import { Command } from 'commander'
import { isReadFailure } from '../../base/errors.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { diffLogs, type DiffReport } from '../../inspect/diff/diff-logs.ts'
import type { Difference } from '../../inspect/diff/difference.ts'
import { rangeInLog } from '../../inspect/offsets/range-in-log.ts'
import type { OffsetRange } from '../../inspect/offsets/offset-point.ts'
import { PartitionLogReader, type PartitionLog } from '../../inspect/offsets/partition-log.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLimitOption,
  addQuietOption,
  limitsOf,
  noticesTo,
  parsePositiveInteger,
  type LimitOption,
  type QuietOption,
} from '../common-options.ts'
import { copyPairs, type CopyPair } from '../copy-pairs.ts'
import { EXIT } from '../exit-code.ts'
import { diskWithOptionalIndexes } from '../left-out.ts'
import { parseOffsetRange } from '../offset-grammar.ts'
import { notePageCache } from '../page-cache-note.ts'
import { startProgressBesideOutput, type Progress } from '../progress.ts'
import { differenceJson, differenceText, reportJson, reportText } from '../render/diff-output.ts'

interface DiffOptions extends LimitOption, QuietOption {
  readonly offsets?: string
  readonly records?: true
  readonly limit: number
  readonly json?: true
}

/** Of one partition. */
const SHOWN_MAX = 100

export function createDiffCommand(context: CommandContext): Command {
  const command = new Command('diff')
    .description(
      'Compares two copies of partitions, such as replicas of two brokers: which records are in one\n' +
        'alone, which differ and in what, which are the same in other batches; where they part, and\n' +
        'what their leader epochs say to it. A and B are folders of partitions, or log.dirs with\n' +
        'commas between them, whose partitions are compared by their names.',
    )
    .argument('<a>', "a partition's folder, or log.dirs")
    .argument('<b>', 'the same of the other copy')
    .argument('[topics...]', 'topic[-partition] in these log.dirs (default: all)')
    .option(
      '--offsets <A:B>',
      'offsets from A up to B, B not among them, as they are in the copy A',
    )
    .option(
      '--records',
      'other batches and other leader epochs of the same records are no difference',
    )
    .option(
      '-n, --limit <n>',
      'differences of a partition that are printed; all are counted',
      parsePositiveInteger,
      SHOWN_MAX,
    )
  addJsonOption(command)
  addQuietOption(command)
  addLimitOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((a: string, b: string, topics: string[], options: DiffOptions) =>
      runDiff([a, b], topics, options, context),
    )
}

async function runDiff(
  words: readonly [string, string],
  topics: readonly string[],
  options: DiffOptions,
  context: CommandContext,
): Promise<void> {
  const { offsets: text } = options
  const offsets = text === undefined ? undefined : parseOffsetRange(text, context.nowMs())
  const pairs = copyPairs(words, topics, context.disk)
  const disk = considerate(diskWithOptionalIndexes(options, context))
  const reader = new PartitionLogReader(disk, limitsOf(options))
  const logs = pairs.map(({ a, b }) => ({
    a: a === undefined ? undefined : reader.read(a),
    b: b === undefined ? undefined : reader.read(b),
  }))
  const sizes = logs.flatMap(({ a, b }) => [...sizesOf(a), ...sizesOf(b)])
  notePageCache(() => sizes, noticesTo(options, context))
  const progress = await startProgressBesideOutput('comparing', context)
  const work = new Work(disk, { options, offsets, context, progress }, sum(sizes))
  try {
    pairs.forEach((pair, at) => work.compare(pair, logs[at]!.a, logs[at]!.b))
  } finally {
    progress.stop()
  }
}

interface Ways {
  readonly options: DiffOptions
  readonly offsets: OffsetRange | undefined
  readonly context: CommandContext
  readonly progress: Progress
}

class Work {
  readonly #disk: Disk
  readonly #ways: Ways
  readonly #totalBytes: number
  #passedBytes = 0

  constructor(disk: Disk, ways: Ways, totalBytes: number) {
    this.#disk = disk
    this.#ways = ways
    this.#totalBytes = totalBytes
  }

  compare(pair: CopyPair, a: PartitionLog | undefined, b: PartitionLog | undefined): void {
    if (a === undefined || b === undefined) return this.#alone(pair, a === undefined ? 'B' : 'A')
    const { context } = this.#ways
    try {
      this.#compareBoth(pair, a, b)
    } catch (error) {
      if (!isReadFailure(error)) throw error
      context.stderr(`kbroker: ${pair.name}: ${error.message}`)
      context.endWith(EXIT.itemFailed)
    }
  }

  #compareBoth({ name }: CopyPair, a: PartitionLog, b: PartitionLog): void {
    const { options, offsets, context, progress } = this.#ways
    const { stdout } = context
    const isJson = options.json === true
    const range = offsets && rangeInLog(this.#disk, a, offsets, a.directory.path)
    const shown: Difference[] = []
    let count = 0
    const onDifference = (difference: Difference) => {
      if (++count > options.limit) return
      if (isJson) stdout.line(differenceJson(name, difference))
      else shown.push(difference)
    }
    const onProgress = (bytes: number) => {
      progress.advance((this.#passedBytes += bytes), this.#totalBytes)
    }
    const limits = limitsOf(options)
    const report = diffLogs(this.#disk, { a, b }, { ...range, limits, onDifference, onProgress })
    progress.clear()
    if (isJson) stdout.line(reportJson(name, report))
    else this.#print(name, report, shown)
    const left = count - options.limit
    if (left > 0) {
      noticesTo(options, context)(`kbroker: ${name}: ${left} more differences, see --limit`)
    }
    const isDifferent = report.differences > 0 || (options.records !== true && report.lesser > 0)
    if (isDifferent) context.endWith(EXIT.itemFailed)
  }

  #print(name: string, report: DiffReport, shown: readonly Difference[]): void {
    const { stdout } = this.#ways.context
    for (const line of reportText(name, report)) stdout.line(line)
    for (const difference of shown) {
      for (const line of differenceText(difference)) stdout.line(line)
    }
  }

  #alone({ name }: CopyPair, side: 'A' | 'B'): void {
    const { options, context } = this.#ways
    if (options.json === true) {
      const facts = { difference: 'missing-partition', missingIn: side === 'A' ? 'b' : 'a' }
      context.stdout.line(JSON.stringify({ partition: name, ...facts }))
    } else context.stdout.line(`${name}: only in ${side}`)
    context.endWith(EXIT.itemFailed)
  }
}

function sizesOf(log: PartitionLog | undefined): number[] {
  return log?.segments.map(({ log: { size } }) => size) ?? []
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

const EXAMPLES = `
Examples:
  kbroker diff /broker1/data/orders-0 /broker2/data/orders-0
  kbroker diff /broker1/a,/broker1/b /broker2/data orders payments-3
  kbroker diff /data/a/orders-0 /backup/orders/orders-0 --records --json

Exit codes: 0 the same · 1 they differ, or one can't be read · 2 usage`
