/** A record as fixtures/make/java/Oracle.java prints what a Java consumer got, and ours brought into that form. */
import { createHash } from 'node:crypto'
import type { KafkaTools } from './kafka-tools.ts'

export interface ComparableRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampType: string
  readonly timestamp: number
  readonly headers: readonly { readonly key: string; readonly value_b64: string | null }[]
  readonly key_b64: string | null
  readonly value_b64?: string | null
  /** In place of a value that is longer than 4096 bytes. */
  readonly value_size?: number
  readonly value_sha256?: string
}

export type Isolation = 'read_uncommitted' | 'read_committed'

/** What a Java consumer got, in the order of topic, partition, offset. */
export type ConsumedRecords = Readonly<Record<Isolation, readonly ComparableRecord[]>>

const LONG = 4096

/** All of these topics, in both levels of isolation. */
export async function consumedRecords(
  tools: KafkaTools,
  topics: readonly string[],
): Promise<ConsumedRecords> {
  const consumed: Record<Isolation, ComparableRecord[]> = {
    read_uncommitted: [],
    read_committed: [],
  }
  for (const line of linesOf(await tools.print('Oracle', ...topics))) {
    const { isolation, ...record } = JSON.parse(line) as ComparableRecord & { isolation: Isolation }
    consumed[isolation].push(record)
  }
  for (const records of Object.values(consumed)) records.sort(byPlace)
  return consumed
}

/** Of `--json` lines; those of other kinds, and control records, are left out. */
export function recordsOf(jsonLines: string): ComparableRecord[] {
  const records = linesOf(jsonLines).map(line => JSON.parse(line) as OurRecord)
  return records
    .filter(({ kind = 'record', isControl = false }) => kind === 'record' && !isControl)
    .map(comparable)
    .sort(byPlace)
}

export interface OurRecord extends OurField {
  readonly kind?: string
  readonly isControl?: boolean
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampType: string
  readonly timestamp: number
  readonly headers: readonly OurField[]
}

export interface OurField {
  readonly key?: string | null
  readonly key_b64?: string
  readonly value?: string | null
  readonly value_b64?: string
}

export function comparable(record: OurRecord): ComparableRecord {
  const { topic, partition, offset, timestampType, timestamp, headers } = record
  const value = bytesOf(record.value, record.value_b64)
  const isLong = value !== null && value.length > LONG
  return {
    topic,
    partition,
    offset,
    timestampType,
    timestamp,
    headers: headers.map(header => ({
      key: header.key!,
      value_b64: base64(bytesOf(header.value, header.value_b64)),
    })),
    key_b64: base64(bytesOf(record.key, record.key_b64)),
    ...(isLong
      ? { value_size: value.length, value_sha256: sha256(value) }
      : { value_b64: base64(value) }),
  }
}

function bytesOf(text: string | null | undefined, encoded: string | undefined): Buffer | null {
  if (encoded !== undefined) return Buffer.from(encoded, 'base64')
  if (text === undefined) throw new Error('neither the text nor its _b64')
  return text === null ? null : Buffer.from(text, 'utf8')
}

function base64(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64')
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function byPlace(a: ComparableRecord, b: ComparableRecord): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition || a.offset - b.offset
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(line => line !== '')
}
