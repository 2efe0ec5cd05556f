/** `kbroker serve`: a Kafka broker in this process. */
import { randomUUID } from 'node:crypto'
import { Command, Option } from 'commander'
import { UsageError } from '../../base/errors.ts'
import { seededRandom } from '../../base/random.ts'
import { newUuid } from '../../binary/uuid.ts'
import { type EmbeddedBroker, startEmbedded } from '../../broker/embedded-broker.ts'
import { lockHolder } from '../../disk/file-lock.ts'
import { drawJitterMs } from '../../log/roll-policy.ts'
import type { BrokerFile } from '../../log-dirs/broker-file.ts'
import { brokerConfigRow } from '../../metadata/broker-config-definitions.ts'
import { brokerConfigProblem } from '../../metadata/broker-configs.ts'
import { ZERO_COPY_MODES, type ZeroCopyMode } from '../../transport/region-sender.ts'
import {
  addBrokerConfigOption,
  type BrokerConfigOption,
  withBrokerFile,
} from '../broker-config-option.ts'
import { LOG_LEVELS, type LogLevel, stderrLog } from '../broker-stderr-log.ts'
import type { CommandContext } from '../command-context.ts'
import {
  addJsonOption,
  addLogDirsOption,
  collect,
  type LogDirsOption,
  parseNatural,
} from '../common-options.ts'
import { interruptBy, type SignalSource } from '../interrupt-signals.ts'
import { jsonText } from '../json-text.ts'
import { isLoopback, listenerOf, type Listening } from '../listener.ts'
import { nodeTimers } from '../node-timers.ts'
import { recoveryThreading } from '../recovery-threads.ts'
import { placesOf } from '../stopped-cluster.ts'

interface ServeOptions extends LogDirsOption, BrokerConfigOption {
  readonly host?: string
  readonly port?: number
  readonly property?: readonly string[]
  readonly zeroCopy: ZeroCopyMode
  readonly logLevel: LogLevel
  readonly json?: true
}

/** @param signals of the process: the first that asks it to end shuts the broker down */
export function createServeCommand(context: CommandContext, signals: SignalSource): Command {
  const command = new Command('serve').description(
    'Serves log.dirs to Kafka clients, as a Kafka broker does that is its own controller: a\n' +
      'cluster of one node. Directories that are empty, or not there, are formatted. The first\n' +
      'line on stdout is its address; SIGTERM and SIGINT shut it down cleanly. What it tells of\n' +
      'itself goes to stderr, a line of JSON each. Apache Kafka starts on the directories as\n' +
      'they are, once it is stopped, and kbroker on those of a cluster with one node.',
  )
  addLogDirsOption(command, 'of a broker, all of them, in the order of its log.dirs')
  addBrokerConfigOption(command, '--config, ')
  command
    .option(
      '-c, --property <name=value>',
      'a property, before those of the file; repeatable',
      collect,
    )
    .option('--host <address>', 'to listen on (default: that of listeners, or 127.0.0.1)')
    .option(
      '--port <number>',
      '0 for any free one (default: that of listeners, or 9092)',
      parsePort,
    )
    .addOption(
      new Option('--zero-copy <mode>', 'how records go from files to sockets')
        .choices(ZERO_COPY_MODES)
        .default('auto'),
    )
    .addOption(
      new Option('--log-level <level>', 'of what it tells').choices(LOG_LEVELS).default('warn'),
    )
  addJsonOption(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action((options: ServeOptions) => runServe(options, context, signals))
}

const EXAMPLES = `
Examples:
  kbroker serve --log-dirs /tmp/a,/tmp/b            two new directories, on 127.0.0.1:9092
  kbroker serve --log-dirs /tmp/a --port 0          on any free port, which it prints
  kbroker serve --config server.properties          by Kafka's own file
  kbroker serve --log-dirs /tmp/a -c num.partitions=3 -c log.flush.interval.messages=1

Exit codes: 0 shut down cleanly · 1 it could not start, or a disk failed · 2 usage
`

async function runServe(
  given: ServeOptions,
  context: CommandContext,
  signals: SignalSource,
): Promise<void> {
  const { options, brokerFile } = withBrokerFile(given, context)
  const file = withProperties(brokerFile, options.property ?? [])
  const listening = listenerOf(file, options)
  const interrupted = interruptBy(signals)
  const embedded = await start(options, { brokerFile, file, listening }, context)
  const { bootstrapServers } = embedded
  context.stdout.line(options.json === true ? jsonText(described(embedded)) : bootstrapServers)
  context.stdout.flush()
  await new Promise<void>(resolve => {
    if (interrupted.aborted) resolve()
    else interrupted.addEventListener('abort', () => resolve(), { once: true })
  })
  await embedded.close()
}

interface Starting {
  readonly brokerFile: BrokerFile
  readonly file: ReadonlyMap<string, string>
  readonly listening: Listening
}

async function start(
  options: ServeOptions,
  { brokerFile, file, listening }: Starting,
  context: CommandContext,
): Promise<EmbeddedBroker> {
  const log = stderrLog(options.logLevel)
  const { randomBytes } = context
  const random = seededRandom(context.nowMs())
  const places = placesOf(options, context)
  const logDirCount = places.paths.length + places.fresh.length
  const nodeId = nodeIdOf(file) ?? brokerFile.nodeId
  if (!isLoopback(listening)) log.warn({ ...listening }, OPEN_TO_ALL)
  for (const property of file.keys()) {
    if (brokerConfigRow(property) === undefined) log.warn({ property }, 'an unknown property')
    else if (NOT_SERVED.test(property)) log.warn({ property }, 'a property of what is not served')
  }
  return startEmbedded({
    ...listening,
    places,
    nodeId,
    file,
    log,
    disk: context.writableDisk,
    zeroCopy: options.zeroCopy,
    clock: context,
    timers: nodeTimers,
    secret: randomBytes(16),
    newId: () => newUuid(randomBytes),
    newFolderId: () => randomBytes(16).toString('hex'),
    newMemberId: () => randomUUID(),
    newSessionId: () => 1 + (randomBytes(4).readUInt32BE() % SESSION_ID_MAX),
    drawJitterMs: config => drawJitterMs(config, random),
    askLock: lockHolder,
    threading: recoveryThreading({ logDirCount }, context),
  })
}

const NOT_SERVED =
  /^(authorizer|delegation|kafka\.metrics|principal|quota|remote|sasl|security|ssl)\./

const SESSION_ID_MAX = 2 ** 31 - 1

const OPEN_TO_ALL =
  'it listens on more than this machine, without encryption and authentication: whoever reaches it can read, ' +
  'change and delete everything'

/** @throws UsageError */
function withProperties(
  { configs }: BrokerFile,
  properties: readonly string[],
): ReadonlyMap<string, string> {
  const all = new Map(configs)
  for (const property of properties) {
    const at = property.indexOf('=')
    const [name, value] = [property.slice(0, at).trim(), property.slice(at + 1).trim()]
    if (at < 1) throw new UsageError(`-c ${property}: expected a property as name=value`)
    const problem = brokerConfigProblem(name, value)
    if (problem !== undefined) throw new UsageError(`-c ${property}: ${problem}`)
    all.set(name, value)
  }
  return all
}

function nodeIdOf(file: ReadonlyMap<string, string>): number | undefined {
  const value = file.get('node.id')
  return value === undefined ? undefined : Number(value)
}

function described({ broker, bootstrapServers }: EmbeddedBroker) {
  const { nodeId, clusterId } = broker.node
  const logDirs = broker.logDirs.dirs.map(({ path }) => path)
  return { bootstrapServers, clusterId, nodeId, logDirs }
}

function parsePort(text: string): number {
  const port = parseNatural(text)
  if (port <= 65_535) return port
  throw new UsageError(`--port ${text}: expected 0 to 65535`)
}
