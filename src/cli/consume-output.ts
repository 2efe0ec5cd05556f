/** From the options of `consume` to what records look like. */
import { UsageError } from '../base/errors.ts'
import type { ByteOutput } from './byte-output.ts'
import type { ConsumeCommandOptions } from './consume-options.ts'
import { parseFranzFormat } from './franz-format.ts'
import { parseKcatFormat } from './kcat-format.ts'
import { ConsumedFrames } from './render/consumed-frames.ts'
import { ConsumedJson, KcatJson } from './render/consumed-json.ts'
import {
  CONSOLE_COLUMNS,
  ConsoleRecords,
  type ConsoleColumn,
  type ConsoleLayout,
} from './render/console-record.ts'
import { FormattedRecords, type OffsetsOf } from './render/formatted-record.ts'
import type { RecordWriter } from './render/record-writer.ts'

export type CreateWriter = (out: ByteOutput, offsetsOf: OffsetsOf) => RecordWriter

/** @throws UsageError before anything is read */
export function consumeOutput(options: ConsumeCommandOptions): CreateWriter {
  const { format, kcat, json, kcatJson, binary, showNull } = options
  refuseUseless(options)
  if (json === true) return out => new ConsumedJson(out)
  if (binary === true) return out => new ConsumedFrames(out)
  if (kcatJson === true) {
    const delimiter = options.delimiter ?? NEWLINE
    return out => new KcatJson(out, delimiter)
  }
  if (format !== undefined) {
    const nullText = showNull === true ? KCAT_NULL : ''
    const parts = kcat === true ? parseKcatFormat(format, nullText) : parseFranzFormat(format)
    return (out, offsetsOf) => new FormattedRecords(out, parts, offsetsOf)
  }
  const layout = consoleLayout(options)
  return out => new ConsoleRecords(out, layout)
}

const NEWLINE = Buffer.from('\n')
const KCAT_NULL = 'NULL'

/** What would be without any effect is a mistake. */
function refuseUseless(options: ConsumeCommandOptions): void {
  const { format, kcat, json, kcatJson, binary, keyDelimiter, delimiter, showNull } = options
  const form =
    json === true
      ? '--json'
      : kcatJson === true
        ? '-J'
        : binary === true
          ? '--binary'
          : format !== undefined
            ? '-f'
            : undefined
  if (kcat === true && format === undefined) throw new UsageError('--kcat is said of -f: give one')
  if (form === undefined) return
  const useless = [
    keyDelimiter !== undefined && '-K',
    delimiter !== undefined && kcatJson !== true && '-D',
    showNull === true && kcat !== true && '-Z',
    propertiesOf(options).length > 0 && '--property',
  ].find(name => name !== false)
  if (useless !== undefined) throw new UsageError(`${useless} has no effect with ${form}`)
}

function consoleLayout(options: ConsumeCommandOptions): ConsoleLayout {
  const { keyDelimiter, delimiter, showNull } = options
  const columns = new Set<ConsoleColumn>(['value'])
  if (keyDelimiter !== undefined) columns.add('key')
  const isKcat = keyDelimiter !== undefined || delimiter !== undefined
  const layout = {
    keySeparator: keyDelimiter ?? Buffer.from('\t'),
    lineSeparator: delimiter ?? NEWLINE,
    headersSeparator: Buffer.from(','),
    nullLiteral: Buffer.from(showNull === true ? KCAT_NULL : isKcat ? '' : 'null'),
  }
  for (const property of propertiesOf(options)) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(property) ?? []
    const column = CONSOLE_COLUMNS.find(each => name === `print.${each}`)
    const text = Object.hasOwn(TEXT_PROPERTIES, name) ? TEXT_PROPERTIES[name] : undefined
    if (column !== undefined) turn(columns, column, isTrue(property, value))
    else if (text !== undefined) layout[text] = Buffer.from(value)
    else if (!IGNORED_PROPERTIES.test(property)) throw unknownProperty(property)
  }
  return { ...layout, columns }
}

function propertiesOf(options: ConsumeCommandOptions): readonly string[] {
  return [...(options.property ?? []), ...(options.formatterProperty ?? [])]
}

function turn(columns: Set<ConsoleColumn>, column: ConsoleColumn, isOn: boolean): void {
  if (isOn) columns.add(column)
  else columns.delete(column)
}

/** Kafka takes all but true for false. */
function isTrue(property: string, value: string): boolean {
  const word = value.trim().toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  throw new UsageError(`--property ${property}: true or false is expected`)
}

const TEXT_PROPERTIES: Readonly<Record<string, Exclude<keyof ConsoleLayout, 'columns'>>> = {
  'key.separator': 'keySeparator',
  'line.separator': 'lineSeparator',
  'headers.separator': 'headersSeparator',
  'null.literal': 'nullLiteral',
}

/** Text is printed as it is. */
const IGNORED_PROPERTIES =
  /^(?:key|value|headers)\.deserializer=(?:org\.apache\.kafka\.common\.serialization\.)?StringDeserializer$/

function unknownProperty(property: string): UsageError {
  if (/^\w+\.deserializer/.test(property)) {
    return new UsageError(
      `--property ${property}: classes of Java can't be loaded; -f has %v{hex} and %v{unpack[…]}`,
    )
  }
  const known = [
    ...CONSOLE_COLUMNS.map(column => `print.${column}`),
    ...Object.keys(TEXT_PROPERTIES),
  ]
  return new UsageError(
    `--property ${property}: expected name=value with one of ${known.join(', ')}`,
  )
}
