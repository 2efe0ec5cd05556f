/** `kbroker produce`: records from a pipe or from files into the partitions of a topic. */
import { Command } from 'commander'
import { DiskError, UsageError } from '../../base/errors.ts'
import { seededRandom } from '../../base/random.ts'
import { Accumulator } from '../../client/accumulator.ts'
import { ANY_PARTITION } from '../../client/outgoing-record.ts'
import { TopicRules } from '../../client/topic-rules.ts'
import { codecNamed } from '../../compression/codecs.ts'
import { PLAIN } from '../colour.ts'
import { withBrokerFile } from '../broker-config-option.ts'
import type { CommandContext } from '../command-context.ts'
import { logDirsOf, noticesTo } from '../common-options.ts'
import type { DirectorySink } from '../directory-sink.ts'
import { EXIT } from '../exit-code.ts'
import { Pacer } from '../produce-input/pacer.ts'
import type { RecordSource } from '../produce-input/record-source.ts'
import { ProduceOutput } from '../produce-output.ts'
import { addProduceOptions, LINGER_MS, PAUSE_MS, type ProduceOptions } from '../produce-options.ts'
import type { ProducePorts } from '../produce-ports.ts'
import { ProducePump } from '../produce-pump.ts'
import { checkFiles, sourcesOf } from '../produce-sources.ts'
import { topicConfigsOf } from '../topic-config-option.ts'
import { produceSummaryLines } from '../render/produce-summary.ts'

export function createProduceCommand(context: CommandContext, ports: ProducePorts): Command {
  const command = new Command('produce')
    .description(
      'Writes records into a topic on log.dirs, without a broker: lines of standard input, or files.\n' +
        'Input that is wrong, or that the topic does not take, ends it, told by its line; what came\n' +
        'before is written.',
    )
    .argument('[files...]', 'instead of standard input; - is that among them')
  addProduceOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: ProduceOptions) =>
      runProduce(files, options, { context, ports }),
    )
}

async function runProduce(
  files: readonly string[],
  given: ProduceOptions,
  { context, ports }: { readonly context: CommandContext; readonly ports: ProducePorts },
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const { workingDirectory, environment } = context
  const { standardInput } = ports
  const sources = sourcesOf(files, options, { standardInput, workingDirectory })
  const logDirs = logDirsOf(options, environment)
  if (logDirs.length === 0) {
    throw new UsageError('nothing to write into: give --log-dirs, or set KBROKER_LOG_DIRS')
  }
  checkFiles(files, workingDirectory)
  const directory = await ports.openSink(
    {
      topic: options.topic,
      logDirs,
      brokerFile,
      partitionCount: options.partitions,
      topicConfig: Object.fromEntries(topicConfigsOf(options.topicConfig)),
      durability: options.durability,
      isIdempotent: options.idempotent === true,
      ...(options.quiet && { quiet: options.quiet }),
    },
    context,
  )
  const production = {
    directory,
    options,
    context,
    ports,
    output: new ProduceOutput(context.stdout),
  }
  const begunMs = ports.elapsedMs()
  let accumulator: Accumulator | undefined
  try {
    checkPartition(options, directory.sink.partitionCount)
    accumulator = createAccumulator(production)
    await produce(sources, accumulator, production)
  } finally {
    try {
      await directory.close()
    } finally {
      if (accumulator !== undefined) {
        const { syncCount } = directory.sink
        summarize(accumulator, { ...production, syncCount, elapsedMs: ports.elapsedMs() - begunMs })
      }
    }
  }
}

/** Whatever ends it (its own output, too), what had come before is written. */
async function produce(
  sources: readonly RecordSource[],
  accumulator: Accumulator,
  production: Production,
): Promise<void> {
  const { context, ports, output } = production
  const { interrupt } = ports
  const pump = createPump(accumulator, production)
  const stop = () => pump.stop()
  output.onFailure = stop
  interrupt.addEventListener('abort', stop)
  try {
    for (const source of sources) await runSource(pump, source, context)
    if (interrupt.aborted) context.endWith(EXIT.itemFailed)
  } finally {
    interrupt.removeEventListener('abort', stop)
    output.flush()
    await accumulator.finish()
    if (output.failure !== undefined) tellOf(output.failure, context)
  }
}

function summarize(
  { counts }: Accumulator,
  {
    options,
    context,
    syncCount,
    elapsedMs,
  }: Production & { readonly syncCount: number | undefined; readonly elapsedMs: number },
): void {
  const { total, partitions } = counts
  const lines = produceSummaryLines(
    { total, partitions, syncCount, elapsedMs },
    { isVerbose: options.verbose === true, colour: PLAIN },
  )
  for (const line of lines) noticesTo(options, context)(line)
}

interface Production {
  readonly directory: DirectorySink
  readonly options: ProduceOptions
  readonly context: CommandContext
  readonly ports: ProducePorts
  readonly output: ProduceOutput
}

function createAccumulator(production: Production): Accumulator {
  const { directory, options, context, output } = production
  const { topic, batchSize, maxMemoryBytes: memoryMax, compressionCodec } = options
  const { sink, producer } = directory
  const rules = rulesOf(production)
  return new Accumulator(sink, {
    batchSize,
    ...(rules && { plainSizeMax: rules.plainSizeMax }),
    memoryMax,
    codec: codecNamed(compressionCodec),
    producer,
    random: seededRandom(context.nowMs()),
    ...(options.printAcks === true && {
      onAppended: (partition, { firstOffset, lastOffset }) =>
        output.acknowledge({ topic, partition, firstOffset, lastOffset }),
    }),
  })
}

function rulesOf({ directory, options }: Production): TopicRules | undefined {
  const { topicConfig } = directory.sink
  return topicConfig && new TopicRules(topicConfig, codecNamed(options.compressionCodec))
}

function createPump(accumulator: Accumulator, production: Production): ProducePump {
  const { directory, options, context, ports, output } = production
  const { partition, drop = [], lingerMs, maxRecordBytes, rate, tee, count } = options
  return new ProducePump(accumulator, {
    partitionCount: directory.sink.partitionCount,
    rules: rulesOf(production),
    partition: partition === ANY_PARTITION ? undefined : partition,
    keepPartitions: !drop.includes('partition'),
    keepTimestamps: !drop.includes('timestamp'),
    lingerMs: lingerMs ?? LINGER_MS,
    pauseMs: lingerMs ?? PAUSE_MS,
    sizeMax: maxRecordBytes,
    countMax: count ?? Infinity,
    pacer: rate === undefined ? undefined : new Pacer(rate),
    tee: tee === true ? output : undefined,
    clock: { nowMs: context.nowMs, elapsedMs: ports.elapsedMs },
  })
}

/** An input that can't be read doesn't keep the others back. */
async function runSource(
  pump: ProducePump,
  source: RecordSource,
  context: CommandContext,
): Promise<void> {
  try {
    await pump.run(source)
  } catch (error) {
    if (!(error instanceof DiskError) || error.path !== source.name) throw error
    tellOf(error, context)
  }
}

/** The exit code first: stderr may be closed, too. */
function tellOf({ message }: Error, context: CommandContext): void {
  context.endWith(EXIT.itemFailed)
  context.stderr(`kbroker: ${message}`)
}

function checkPartition({ partition }: ProduceOptions, partitionCount: number): void {
  if (partition === undefined || partition < partitionCount) return
  const last = partitionCount - 1
  throw new UsageError(
    `--partition ${partition}: the topic has ${last === 0 ? 'only 0' : `0 to ${last}`}`,
  )
}

const EXAMPLES = `
Escapes in -D and -K: \\n \\r \\t \\0 \\\\ \\xNN. A size may be written as 512KiB or 1MB.

Examples:
  seq 1000 | kbroker produce -t numbers --log-dirs /data/a,/data/b --partitions 3
  kbroker produce -t users --log-dirs /data/a -K: -Z -z zstd -l users.txt
  kbroker consume -t a --log-dirs /data/a --json | kbroker produce -t b --log-dirs /data/b --json
  find . -print0 | kbroker produce -t files --log-dirs /data/a -D '\\0' --durability batch

Exit codes: 0 all is written · 1 not all: wrong input, a failing disk, interrupted, a stdout that
nobody reads any more (-T, --print-acks) · 2 usage`
