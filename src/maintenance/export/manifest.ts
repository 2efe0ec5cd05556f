/**
 * `manifest.json` of an exported folder: what it holds, and what of it can be checked. Beside it lies `SHA256SUMS`, the
 * same checksums and the manifest's own, as `sha256sum -c` reads them.
 *
 *     orders-0/00000000000000000000.log     each partition in a folder of its own, its files as a broker has them
 *     manifest.json
 *     SHA256SUMS
 *
 * Numbers of 64 bits are texts in it: JSON's own are not exact. Whoever reads it believes nothing: names that would lead
 * out of the folder, or that no partition has, are refused.
 */
import { createHash } from 'node:crypto'
import { CorruptDataError } from '../../base/errors.ts'
import { uuidBytes } from '../../binary/uuid.ts'
import { isPartitionFileName, parsePartitionFolder } from '../../log/file-names.ts'

export const MANIFEST = 'manifest.json'
export const CHECKSUMS = 'SHA256SUMS'

export interface ExportManifest {
  /** The program and its version. */
  readonly tool: string
  /** Null where the log.dir didn't tell. */
  readonly clusterId: string | null
  readonly topic: ExportedTopic
  readonly partitions: readonly ExportedPartition[]
}

export interface ExportedTopic {
  readonly name: string
  readonly id: string | null
  /** Null, as the configs, where no metadata log was there to tell. */
  readonly partitionCount: number | null
  readonly configs: Readonly<Record<string, string>> | null
}

export interface ExportedPartition {
  readonly partition: number
  /** Where its files lie, within the export. */
  readonly folder: string
  readonly logStartOffset: bigint
  /** Exclusive. */
  readonly logEndOffset: bigint
  readonly files: readonly ExportedFile[]
}

export interface ExportedFile {
  readonly name: string
  readonly size: number
  /** Hex. */
  readonly sha256: string
}

export function encodeManifest(manifest: ExportManifest): Buffer {
  const partitions = manifest.partitions.map(partition => ({
    ...partition,
    logStartOffset: String(partition.logStartOffset),
    logEndOffset: String(partition.logEndOffset),
  }))
  const object = { format: FORMAT, version: VERSION, ...manifest, partitions }
  return Buffer.from(`${JSON.stringify(object, undefined, 2)}\n`)
}

/** @param manifest as it was encoded */
export function encodeChecksums({ partitions }: ExportManifest, manifest: Buffer): Buffer {
  const lines = partitions.flatMap(({ folder, files }) =>
    files.map(({ name, sha256 }) => `${sha256}  ${folder}/${name}\n`),
  )
  const own = createHash('sha256').update(manifest).digest('hex')
  return Buffer.from(`${lines.join('')}${own}  ${MANIFEST}\n`)
}

/** @throws CorruptDataError where it is no manifest of ours */
export function decodeManifest(bytes: Buffer, file: string): ExportManifest {
  const refuse = (what: string, expected: string) =>
    new CorruptDataError({
      file,
      position: 0,
      reason: 'no manifest of an export',
      found: what,
      expected,
    })
  let read: unknown
  try {
    read = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw refuse('no JSON', 'an object')
  }
  const { format, version, ...manifest } = (read ?? {}) as Record<string, unknown>
  if (format !== FORMAT) throw refuse(`format ${JSON.stringify(format)}`, `"${FORMAT}"`)
  if (version !== VERSION) throw refuse(`version ${JSON.stringify(version)}`, `${VERSION}`)
  const problem = problemOf(manifest)
  if (problem !== undefined) throw refuse(problem, 'what export writes')
  const { tool, clusterId, topic, partitions } = manifest as unknown as StoredManifest
  return {
    tool,
    clusterId,
    topic,
    partitions: partitions.map(partition => ({
      ...partition,
      logStartOffset: BigInt(partition.logStartOffset),
      logEndOffset: BigInt(partition.logEndOffset),
    })),
  }
}

const FORMAT = 'kbroker-export'
const VERSION = 1

type StoredPartition = Omit<ExportedPartition, 'logStartOffset' | 'logEndOffset'> & {
  readonly logStartOffset: string
  readonly logEndOffset: string
}
type StoredManifest = Omit<ExportManifest, 'partitions'> & {
  readonly partitions: readonly StoredPartition[]
}

type Fields = Readonly<Record<string, unknown>>

function problemOf({ tool, clusterId, topic, partitions }: Fields): string | undefined {
  if (typeof tool !== 'string' || !isTextOrNull(clusterId)) return 'no tool, or no cluster id'
  if (!isTopic(topic)) return 'no topic'
  if (!Array.isArray(partitions) || partitions.length === 0) return 'no partitions'
  const wrong = partitions.findIndex(each => !isPartition(each))
  if (wrong >= 0) return `partitions[${wrong}] that is none`
  const numbers = new Set(partitions.map((each: StoredPartition) => each.partition))
  return numbers.size === partitions.length ? undefined : 'a partition twice'
}

function isTopic(value: unknown): boolean {
  if (!isObject(value)) return false
  const { name, id, partitionCount, configs } = value
  const isCount = partitionCount === null || isNatural(partitionCount)
  const areConfigs =
    configs === null ||
    (isObject(configs) && Object.values(configs).every(each => typeof each === 'string'))
  return typeof name === 'string' && isIdOrNull(id) && isCount && areConfigs
}

function isPartition(value: unknown): boolean {
  if (!isObject(value)) return false
  const { partition, folder, logStartOffset, logEndOffset, files } = value
  return (
    isNatural(partition) &&
    typeof folder === 'string' &&
    !/[/\\]/.test(folder) &&
    parsePartitionFolder(folder) !== undefined &&
    isOffset(logStartOffset) &&
    isOffset(logEndOffset) &&
    Array.isArray(files) &&
    files.every(isFile)
  )
}

function isFile(value: unknown): boolean {
  if (!isObject(value)) return false
  const { name, size, sha256 } = value
  const isName = typeof name === 'string' && isPartitionFileName(name)
  return isName && isNatural(size) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isIdOrNull(value: unknown): boolean {
  return value === null || (typeof value === 'string' && uuidBytes(value) !== undefined)
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}

function isNatural(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isOffset(value: unknown): boolean {
  return typeof value === 'string' && /^\d{1,19}$/.test(value)
}
