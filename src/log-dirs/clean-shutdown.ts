/**
 * `.kafka_cleanshutdown` in the root of a log.dir: there since an orderly shutdown, deleted at the next start. That it
 * is there is what counts. Empty before Kafka 3.7, since then JSON: `{"version":0,"brokerEpoch":11}`.
 *
 * Source: org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler
 */
import type { Damage } from '../base/errors.ts'
import { asInt32, asInt64, parseJsonObject } from './exact-json.ts'

export interface CleanShutdown {
  readonly version?: number
  /** Under which the broker was registered; absent in an empty file. */
  readonly brokerEpoch?: bigint
  readonly damages: readonly Damage[]
}

/** A file that is in order takes some 50 bytes. */
const READ_BYTES_MAX = 4096

/** @param file for the damages' sake */
export function readCleanShutdown(bytes: Buffer, file: string): CleanShutdown {
  if (bytes.length === 0) return { damages: [] }
  const content = parseJsonObject(bytes.toString('utf8', 0, READ_BYTES_MAX))
  const version = asInt32(content?.['version'])
  const brokerEpoch = asInt64(content?.['brokerEpoch'])
  const damage = {
    file,
    position: 0,
    reason: 'malformed clean shutdown marker',
    found: `${bytes.length} bytes that don't tell a broker epoch`,
    expected: 'nothing, or {"version":0,"brokerEpoch":…}',
  }
  return {
    ...(version !== undefined && { version }),
    ...(brokerEpoch !== undefined && { brokerEpoch }),
    damages: brokerEpoch === undefined ? [damage] : [],
  }
}

/** @param brokerEpoch under which the broker was registered; −1 unknown */
export function encodeCleanShutdown(brokerEpoch: bigint): Buffer {
  return Buffer.from(`{"version":0,"brokerEpoch":${brokerEpoch}}`)
}
