/** Options that several commands share, each worded once. */
import { InvalidArgumentError, type Command } from 'commander'
import { BATCH_BYTES_MAX_FLAG, DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../base/limits.ts'
import { addColourOption, type ColourOption } from './colour.ts'

export interface LogDirsOption {
  readonly logDirs?: readonly string[]
}

/** @param purpose what the log.dirs are there for */
export function addLogDirsOption(
  command: Command,
  purpose = "in which to find 'topic' or 'topic-partition'",
): Command {
  return command.option(
    '--log-dirs <dirs>',
    `comma-separated log.dirs ${purpose} (KBROKER_LOG_DIRS)`,
    collectList,
  )
}

/** The flag before the environment; none where neither says. */
export function logDirsOf(
  { logDirs }: LogDirsOption,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return logDirs ?? splitList(environment[LOG_DIRS_VARIABLE] ?? '')
}

const LOG_DIRS_VARIABLE = 'KBROKER_LOG_DIRS'

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'one JSON object a line')
}

export interface QuietOption {
  readonly quiet?: true
}

export function addQuietOption(command: Command): Command {
  return command.option('-q, --quiet', 'no notices on stderr, only errors')
}

/** For what is good to know and no error. */
export function noticesTo(
  { quiet }: QuietOption,
  { stderr }: { readonly stderr: (line: string) => void },
): (line: string) => void {
  return quiet === true ? () => undefined : stderr
}

export interface LimitOption {
  readonly maxBatchBytes?: number
}

export function addLimitOption(command: Command): Command {
  return command.option(
    `${BATCH_BYTES_MAX_FLAG} <size>`,
    'most that one batch may take in memory, stored or decompressed, such as 1GiB (default: 256MiB)',
    parseBatchBytesMax,
  )
}

export function limitsOf({ maxBatchBytes }: LimitOption): DecodeLimits {
  return maxBatchBytes === undefined ? DEFAULT_DECODE_LIMITS : { batchBytesMax: maxBatchBytes }
}

export interface OutputOptions extends LimitOption, QuietOption, ColourOption {
  readonly json?: true
}

/** For commands that print findings or tables. */
export function addOutputOptions(command: Command): void {
  addJsonOption(command)
  addColourOption(command)
  addQuietOption(command)
  addLimitOption(command)
}

/** What one buffer can hold in every supported version of Node. */
const BATCH_BYTES_MAX_MAX = 2 ** 31 - 1

function parseBatchBytesMax(text: string): number {
  const size = parseByteSize(text)
  if (size <= BATCH_BYTES_MAX_MAX) return size
  throw new InvalidArgumentError(`It must be at most ${BATCH_BYTES_MAX_MAX}.`)
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  k: 2 ** 10,
  kib: 2 ** 10,
  m: 2 ** 20,
  mib: 2 ** 20,
  g: 2 ** 30,
  gib: 2 ** 30,
}

export function parseByteSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+) ?([a-z]*)$/i.exec(text) ?? []
  const size = Number(digits) * (UNITS[unit.toLowerCase()] ?? NaN)
  if (digits === '' || !Number.isSafeInteger(size) || size === 0) {
    throw new InvalidArgumentError('Expected a size such as 1048576, 512KiB, 64MiB or 1GB.')
  }
  return size
}

/** Blanks around the parts are nobody's, as in Kafka's own lists. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

export function parsePositiveInteger(text: string): number {
  const number = parseNatural(text)
  if (number === 0) throw new InvalidArgumentError('It must be 1 or more.')
  return number
}

export function parseNatural(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('It must be a whole number.')
  }
  return number
}

export function parsePositiveNumber(text: string): number {
  const number = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && number > 0 && Number.isFinite(number)) return number
  throw new InvalidArgumentError('It must be a number above 0.')
}

/** Collects a list that may be given in pieces. */
export function collectList(text: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), ...splitList(text)]
}

/** Collects a repeatable option. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value]
}
