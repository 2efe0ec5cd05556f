/** What Apache Kafka's dump tool prints of sound and damaged records; see README.md. */
import { readFileSync } from 'node:fs'

export type Decoder =
  | 'offsets'
  | 'transaction-log'
  | 'share-group-state'
  | 'cluster-metadata'
  | 'remote-log-metadata'
  | 'control'

export interface ForeignDump {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly printed: Printed | { readonly ends: string }
}

export interface Printed {
  readonly key?: string
  readonly payload?: string
  readonly text?: string
}

export const FOREIGN_OFFSET = 42n

export function foreignDumps(decoder: Decoder): ForeignDump[] {
  return readFileSync(new URL('dumps.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Row)
    .filter(row => row.decoder === decoder)
    .map(({ key, value, prints, ends }) => ({
      key: bytesOf(key),
      value: bytesOf(value),
      printed: ends === undefined ? present(prints ?? {}) : { ends },
    }))
}

interface Row {
  readonly decoder: Decoder
  readonly key: string | null
  readonly value: string | null
  readonly prints?: Readonly<Record<string, string | null>>
  readonly ends?: string
}

function present(prints: Readonly<Record<string, string | null>>): Printed {
  return Object.fromEntries(Object.entries(prints).filter(([, text]) => text !== null))
}

function bytesOf(hex: string | null): Buffer | null {
  return hex === null ? null : Buffer.from(hex, 'hex')
}
