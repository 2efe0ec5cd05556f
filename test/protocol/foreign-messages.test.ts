import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptDataError } from '../../src/base/errors.ts'
import { jsonText } from '../../src/protocol/json.ts'
import {
  decodeMessage,
  encodeMessage,
  type Message,
  messageJson,
} from '../../src/protocol/message.ts'
import { valuesOf } from './arbitrary-message.ts'
import { API_MESSAGES } from './api-messages.ts'
import { RECORD_MESSAGES } from './record-messages.ts'

interface Foreign {
  readonly name: string
  readonly version: number
  readonly values: 'default' | 'filled' | 'null'
  readonly hex: string
  readonly json: string
}

/** Written and rendered by Apache Kafka 4.3.1; see foreign/README.md. */
function writtenByKafka(file: string): readonly (Foreign & { readonly title: string })[] {
  return readFileSync(new URL(`foreign/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Foreign)
    .map(row => ({ ...row, title: `${row.name} v${row.version} with ${row.values} values` }))
}

describe.each([
  {
    of: 'records',
    messages: RECORD_MESSAGES,
    written: writtenByKafka('records.jsonl'),
    wanted: versionsOf,
  },
  {
    of: 'the APIs',
    messages: API_MESSAGES,
    written: writtenByKafka('apis.jsonl'),
    wanted: boundariesOf,
  },
])('the messages of $of', ({ messages, written, wanted }) => {
  const everyVersion = Object.entries(messages).flatMap(([name, message]) =>
    versionsOf(message).map(version => ({ title: `${name} v${version}`, name, version, message })),
  )
  const messageOf = (name: string): Message<unknown> => {
    const message = messages[name]
    if (message === undefined) throw new Error(`no message ${name}`)
    return message
  }

  it('are all there, in all the versions that are wanted', () => {
    const ours = Object.entries(messages).flatMap(([name, message]) =>
      wanted(message).map(version => `${name} ${version}`),
    )
    expect(new Set(ours)).toEqual(new Set(written.map(({ name, version }) => `${name} ${version}`)))
  })

  it.each(written)(
    '$title is read and written as by Apache Kafka',
    ({ name, version, hex, ...row }) => {
      const message = messageOf(name)
      const bytes = Buffer.from(hex, 'hex')
      const value = decodeMessage(message, bytes, { version, trailing: 'refused' })
      expect(jsonText(messageJson(message, value, version))).toBe(row.json)
      expect(encodeMessage(message, value, version).toString('hex')).toBe(hex)
      if (row.values === 'default') expect(value).toEqual(message.defaults)
    },
  )

  it('hold every field in the order of their declaration', () => {
    for (const { name, version, hex } of written.filter(({ values }) => values !== 'filled')) {
      const value = decode(messageOf(name), Buffer.from(hex, 'hex'), version)
      expect(Object.keys(value as object)).toEqual(Object.keys(messageOf(name).fields))
    }
  })

  it.each(everyVersion)('$title comes back as it was written', ({ message, version }) => {
    fc.assert(
      fc.property(valuesOf(message, version), value => {
        const bytes = encodeMessage(message, value, version)
        expect(decodeMessage(message, bytes, { version, trailing: 'refused' })).toEqual(value)
      }),
      { seed: 4_31, numRuns: 20 },
    )
  })

  it('are refused wherever they are cut off', () => {
    for (const { name, version, hex } of written) {
      const bytes = Buffer.from(hex, 'hex')
      for (let size = 0; size < bytes.length; size++) {
        const cut = () => decode(messageOf(name), bytes.subarray(0, size), version)
        expect(cut, `${name} v${version} after ${size} bytes`).toThrow(CorruptDataError)
      }
    }
  })

  it('are read or refused, and nothing else, whatever becomes of their bytes', () => {
    const filled = fc.constantFrom(...written.filter(({ values }) => values === 'filled'))
    const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(filled, fc.array(damage, { minLength: 1, maxLength: 4 }), (row, damages) => {
        const bytes = Buffer.from(row.hex, 'hex')
        for (const { at, byte } of damages) bytes[at % bytes.length] = byte
        expect(outcome(() => decode(messageOf(row.name), bytes, row.version))).not.toBe('crashed')
      }),
      { seed: 4_31, numRuns: 5_000 },
    )
  })
})

function versionsOf({ oldest, newest }: Message<unknown>): number[] {
  return Array.from({ length: newest - oldest + 1 }, (_, index) => oldest + index)
}

/** The oldest and the newest version, and those beside the step to flexible ones. */
function boundariesOf(message: Message<unknown>): number[] {
  const { oldest, newest, flexible } = message
  return versionsOf(message).filter(version => {
    const isStep = flexible !== 'never' && (version === flexible - 1 || version === flexible)
    return version === oldest || version === newest || isStep
  })
}

function decode(message: Message<unknown>, bytes: Buffer, version: number): unknown {
  return decodeMessage(message, bytes, { version, trailing: 'refused' })
}

function outcome(act: () => unknown): 'read' | 'refused' | 'crashed' {
  try {
    act()
    return 'read'
  } catch (error) {
    return error instanceof CorruptDataError ? 'refused' : 'crashed'
  }
}
