/** What is imported: a file of lines, a folder, or standard input; and how it is known again. */
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { UsageError } from '../base/errors.ts'
import type { CodecName } from '../compression/codec.ts'
import { standardInput } from '../disk/input-stream.ts'
import { decodeManifest, MANIFEST, type ExportManifest } from '../maintenance/export/manifest.ts'
import type { BrokerConfigOption } from './broker-config-option.ts'
import type { CommandContext } from './command-context.ts'
import type { LimitOption, LogDirsOption, QuietOption } from './common-options.ts'
import type { ExecuteOption } from './execute-option.ts'
import { SpooledInput } from './spooled-input.ts'
import { missing } from './targets.ts'

export interface ImportOptions
  extends LogDirsOption, LimitOption, QuietOption, ExecuteOption, BrokerConfigOption {
  readonly topic?: string
  readonly partition?: number
  readonly partitions?: number
  readonly topicConfig?: readonly string[]
  readonly keepOffsets?: true
  readonly markers?: 'keep' | 'drop'
  readonly compressionCodec: CodecName
  readonly maxRecordBytes: number
  readonly json?: true
}

export interface ImportSource {
  /** In messages. */
  readonly name: string
  readonly topic: string
  /** Of a folder. */
  readonly manifest: ExportManifest | undefined
  /** Of standard input. */
  readonly input: SpooledInput | undefined
  /** The same each time the same is imported. */
  readonly importId: string
}

export function importSourceOf(
  from: string,
  options: ImportOptions,
  context: CommandContext,
): ImportSource | Promise<ImportSource> {
  if (from === '-') return standardInputSource(options, context)
  const status = context.disk.status(from)
  if (status === undefined) throw missing(from)
  if (status.kind === 'directory') return folderSource(from, options, context)
  const topic = topicOfLines(options)
  const { size, mtimeMs } = status
  const importId = idOf(resolve(from), size, mtimeMs, ...howOf(options))
  return { name: from, topic, manifest: undefined, input: undefined, importId }
}

function folderSource(
  from: string,
  options: ImportOptions,
  { disk }: CommandContext,
): ImportSource {
  refuseForFolder(options)
  const { topic, partition } = options
  const file = join(from, MANIFEST)
  if (disk.status(file) === undefined) {
    throw new UsageError(`${from} has no ${MANIFEST}: it is no folder that kbroker export made`)
  }
  const bytes = disk.readWhole(file)
  const manifest = decodeManifest(bytes, file)
  const into = topic ?? manifest.topic.name
  const importId = idOf(bytes.toString('base64'), into, partition ?? null)
  return { name: from, topic: into, manifest, input: undefined, importId }
}

/** Read twice, and known again by its bytes if this is interrupted. */
async function standardInputSource(
  options: ImportOptions,
  { writableDisk, randomBytes }: CommandContext,
): Promise<ImportSource> {
  const topic = topicOfLines(options)
  const path = join(tmpdir(), `kbroker-import-${randomBytes(SCRATCH_BYTES).toString('hex')}`)
  const input = await SpooledInput.of(standardInput(), writableDisk, path)
  const importId = idOf(input.digest, ...howOf(options))
  return { name: 'standard input', topic, manifest: undefined, input, importId }
}

function topicOfLines({ topic, markers, keepOffsets }: ImportOptions): string {
  if (topic === undefined) throw new UsageError('where to? Give --topic')
  if (markers === 'keep' && keepOffsets !== true) {
    throw new UsageError('--markers keep wants --keep-offsets: markers belong to their offsets')
  }
  return topic
}

function howOf({ topic, partition, partitions, keepOffsets, markers }: ImportOptions): unknown[] {
  return [topic, partition ?? null, partitions ?? null, keepOffsets === true, markers ?? null]
}

function idOf(...facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, ID_DIGITS)
}

const SCRATCH_BYTES = 8
const ID_DIGITS = 32

function refuseForFolder({ keepOffsets, markers }: ImportOptions): void {
  if (keepOffsets === undefined && markers === undefined) return
  throw new UsageError('--keep-offsets and --markers are for .jsonl: a folder is taken as it is')
}
