/** Where the records of `produce` come from, and what reads them. */
import { resolve } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { isDirectoryInput, openInput, type InputStream } from '../disk/input-stream.ts'
import { DelimitedReader, type LineParser } from './produce-input/delimited-reader.ts'
import { FramedReader } from './produce-input/framed-reader.ts'
import { JsonLine } from './produce-input/json-line.ts'
import { kafkaLineOf } from './produce-input/kafka-line.ts'
import { PlainLine } from './produce-input/plain-line.ts'
import type { RecordReader } from './produce-input/record-reader.ts'
import type { RecordSource } from './produce-input/record-source.ts'
import { WholeInputReader } from './produce-input/whole-input-reader.ts'
import type { ProduceOptions } from './produce-options.ts'

/** A byte of a record may take six in JSON: \u0001. */
const JSON_GROWTH = 6
/** For what stands in a frame or an object besides. */
const ENVELOPE_BYTES = 64 * 1024
const LINE_FEED = Buffer.from('\n')

/**
 * The files in their order, or standard input where there is none; `-` is standard input among them.
 *
 * @throws UsageError where the options about lines contradict each other
 */
export function sourcesOf(
  files: readonly string[],
  options: ProduceOptions,
  { standardInput, workingDirectory }: SourcePorts,
): RecordSource[] {
  const createReader = readersOf(options, files.length > 0)
  const names = files.length === 0 ? ['-'] : files
  return names.map(file => {
    if (file === '-') {
      const open = () => Promise.resolve(standardInput())
      return { name: 'standard input', open, createReader }
    }
    const path = resolve(workingDirectory, file)
    return { name: path, open: () => openInput(path), createReader }
  })
}

/**
 * To be asked before anything is written: a space for the comma between two log.dirs makes the second a file.
 *
 * @throws UsageError, DiskError
 */
export function checkFiles(files: readonly string[], workingDirectory: string): void {
  for (const file of files) {
    if (file === '-' || !isDirectoryInput(resolve(workingDirectory, file))) continue
    throw new UsageError(
      `${file} is a directory, and no input: log.dirs are separated by commas, as in --log-dirs a,b`,
    )
  }
}

export interface SourcePorts {
  readonly standardInput: () => InputStream
  readonly workingDirectory: string
}

function readersOf(options: ProduceOptions, areFiles: boolean): () => RecordReader {
  const { binary, json, lines, maxRecordBytes, delimiter = LINE_FEED } = options
  if (binary === true) return () => new FramedReader(2 * maxRecordBytes + ENVELOPE_BYTES)
  if (json === true) {
    const sizeMax = JSON_GROWTH * maxRecordBytes + ENVELOPE_BYTES
    return () =>
      new DelimitedReader(new JsonLine(), { delimiter: LINE_FEED, sizeMax, skipsBlank: true })
  }
  const parser = lineParserOf(options)
  if (areFiles && lines !== true && options.delimiter === undefined) {
    return () => new WholeInputReader(parser, maxRecordBytes)
  }
  return () => new DelimitedReader(parser, { delimiter, sizeMax: maxRecordBytes })
}

function lineParserOf(options: ProduceOptions): LineParser {
  const { readerProperty = [], property = [], keyDelimiter, key, header = [] } = options
  const properties = [...property, ...readerProperty]
  if (properties.length > 0) return kafkaLineOf(properties)
  return new PlainLine({
    keyDelimiter,
    fixedKey: key === undefined ? undefined : Buffer.from(key),
    headers: header,
    emptyIsNull: options.emptyAsNull === true,
  })
}
