/** The options of `produce`, as commander reads them. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { MEBIBYTE } from '../base/limits.ts'
import type { RecordHeader } from '../record/record-cursor.ts'
import { CODECS } from '../compression/codecs.ts'
import type { CodecName } from '../compression/codec.ts'
import { addBrokerConfigOption, type BrokerConfigOption } from './broker-config-option.ts'
import {
  addLogDirsOption,
  addQuietOption,
  collect,
  collectList,
  parseByteSize,
  parseNatural,
  parsePositiveInteger,
  parsePositiveNumber,
  type LogDirsOption,
  type QuietOption,
} from './common-options.ts'
import { DURABILITIES, type Durability } from './directory-sink.ts'
import { parseDelimiter } from './produce-input/escaped-text.ts'
import { collectHeader } from './produce-input/fixed-header.ts'
import { RECORD_SIZE_MAX_FLAG } from './produce-input/record-reader.ts'

export interface ProduceOptions extends LogDirsOption, BrokerConfigOption, QuietOption {
  readonly topic: string
  readonly partitions?: number
  readonly topicConfig?: readonly string[]
  readonly durability: Durability
  readonly idempotent?: true
  /** ANY_PARTITION, as kcat spells it, is the same as none. */
  readonly partition?: number
  readonly keyDelimiter?: Buffer
  readonly delimiter?: Buffer
  readonly key?: string
  readonly header?: readonly RecordHeader[]
  readonly emptyAsNull?: true
  readonly lines?: true
  readonly readerProperty?: readonly string[]
  readonly property?: readonly string[]
  readonly json?: true
  readonly binary?: true
  readonly drop?: readonly DroppedMember[]
  readonly tee?: true
  readonly compressionCodec: CodecName
  readonly batchSize: number
  readonly lingerMs?: number
  readonly maxMemoryBytes: number
  readonly maxRecordBytes: number
  readonly rate?: number
  readonly count?: number
  readonly printAcks?: true
  readonly verbose?: true
}

type DroppedMember = 'partition' | 'timestamp'
const DROPPABLE: readonly string[] = ['partition', 'timestamp'] satisfies DroppedMember[]

/** Kafka's batch.size, buffer.memory and max.request.size. */
const BATCH_SIZE = 16 * 1024
const MEMORY_BYTES_MAX = 32 * MEBIBYTE
const RECORD_BYTES_MAX = MEBIBYTE
/** Once the input pauses, and while it flows. */
export const PAUSE_MS = 5
export const LINGER_MS = 500

const OTHER_KINDS_OF_LINES = ['readerProperty', 'property', 'json', 'binary']

export function addProduceOptions(command: Command): void {
  command.requiredOption('-t, --topic <topic>', 'where the records go')
  addLogDirsOption(command, 'to write into')
  addBrokerConfigOption(command, '--config, ')
  addTopicOptions(command)
  addLineOptions(command)
  addInputOptions(command)
  addBatchOptions(command)
  command.option('-v, --verbose', 'at the end, tell of each partition, too')
  addQuietOption(command)
}

function addTopicOptions(command: Command): void {
  command
    .option('--partitions <n>', 'of the topic, if it has to be made', parsePositiveInteger)
    .option(
      '--topic-config <name=value>',
      'of the topic, if it has to be made (repeatable)',
      collect,
    )
    .option(
      '-p, --partition <n>',
      'for all records, whatever the input says (default: its own; else by key as Kafka; else one ' +
        'at random, and another each time a batch of --batch-size is full)',
      parsePartition,
    )
    .addOption(
      new Option(
        '--durability <when>',
        'when a batch counts as written: os, in the page cache; interval, the same, and it is ' +
          'synced within a second; batch, once it is synced',
      )
        .choices(DURABILITIES)
        .default('interval'),
    )
    .option('--idempotent', 'with producer id and sequence numbers')
}

function addLineOptions(command: Command): void {
  const plain = (flags: string, description: string) =>
    new Option(flags, description).conflicts(OTHER_KINDS_OF_LINES)
  command
    .option(
      '-D, --delimiter <text>',
      'between records (default: \\n); nothing between two is an empty record',
      parseDelimiter,
    )
    .addOption(
      plain('-K, --key-delimiter <text>', 'ends the key in front of a value').argParser(
        parseDelimiter,
      ),
    )
    .addOption(plain('-k, --key <text>', 'of records without one'))
    .addOption(
      plain('-H, --header <name=value>', 'of all records; without = null (repeatable)').argParser(
        collectHeader,
      ),
    )
    .addOption(plain('-Z, --empty-as-null', 'an empty key or value means null'))
    .option('-l, --lines', 'files hold a record a line; without it and -D, each file is a record')
    .addOption(readerProperty('--reader-property <name=value>'))
    .addOption(readerProperty('--property <name=value>').hideHelp())
}

function readerProperty(flags: string): Option {
  return new Option(
    flags,
    'of kafka-console-producer: parse.key, key.separator, parse.headers, headers.delimiter, ' +
      'headers.separator, headers.key.separator, ignore.error, null.marker (repeatable); by its old ' +
      'name --property',
  )
    .argParser(collect)
    .conflicts(['json', 'binary'])
}

function addInputOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--json',
        'a JSON object a line, as consume --json prints it; blank lines are passed over',
      ).conflicts(['binary', 'delimiter']),
    )
    .addOption(
      new Option('--binary', 'frames, as consume --binary writes them').conflicts('delimiter'),
    )
    .option(
      '--drop <members>',
      'of what JSON or frames say: partition, timestamp (a list)',
      parseDropped,
    )
    .option('-T, --tee', 'copy the input to stdout')
    .addOption(
      new Option(
        '--print-acks',
        'on stdout, a JSON line for each batch once it is as durable as asked: where it is',
      ).conflicts('tee'),
    )
    .option('-c, --count <n>', 'stop after so many records', parsePositiveInteger)
    .option('--rate <n>', 'records a second, evenly', parsePositiveNumber)
}

function addBatchOptions(command: Command): void {
  command
    .addOption(
      new Option('-z, --compression-codec [codec]', 'without a name, gzip')
        .choices(CODECS.map(({ name }) => name))
        .preset('gzip')
        .default('none'),
    )
    .addOption(
      sizeOption('--batch-size', 'of a full batch, as far as the topic takes that').default(
        BATCH_SIZE,
        '16KiB',
      ),
    )
    .option(
      '--linger-ms <ms>',
      `how long a batch waits to be full (default: ${PAUSE_MS} once the input pauses, ` +
        `${LINGER_MS} while it flows)`,
      parseNatural,
    )
    .addOption(
      sizeOption('--max-memory-bytes', 'of batches that wait or are being written').default(
        MEMORY_BYTES_MAX,
        '32MiB',
      ),
    )
    .addOption(
      sizeOption(RECORD_SIZE_MAX_FLAG, 'of key, value and headers of a record together').default(
        RECORD_BYTES_MAX,
        '1MiB',
      ),
    )
}

function sizeOption(flag: string, description: string): Option {
  return new Option(`${flag} <size>`, description).argParser(parseByteSize)
}

function parsePartition(text: string): number {
  return text === '-1' ? -1 : parseNatural(text)
}

function parseDropped(text: string, previous: readonly string[] | undefined): string[] {
  const members = collectList(text, previous)
  const unknown = members.find(member => !DROPPABLE.includes(member))
  if (unknown === undefined) return members
  throw new InvalidArgumentError(`Expected ${DROPPABLE.join(', ')} or both.`)
}
