import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteOutput } from '../../../src/cli/byte-output.ts'
import { DelimitedReader } from '../../../src/cli/produce-input/delimited-reader.ts'
import { JsonLine } from '../../../src/cli/produce-input/json-line.ts'
import { RecordJson } from '../../../src/cli/render/record-json.ts'
import { CorruptDataError } from '../../../src/base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../../../src/base/limits.ts'
import { OutgoingRecord } from '../../../src/client/outgoing-record.ts'
import { BatchBuilder, type NewRecord } from '../../../src/record/batch-builder.ts'
import { BatchV2 } from '../../../src/record/batch-v2.ts'
import { V2Cursor } from '../../../src/record/v2-cursor.ts'
import { anyRecord } from '../../record/arbitrary-record.ts'
import { anyPlaces, copyOf, cut, readAll, textOf } from './pieces.ts'

describe('a JSON line', () => {
  it('is the inverse of what commands print, wherever it is cut', async () => {
    const anyCase = fc.record({
      partition: fc.nat(0x7fffffff),
      records: fc.array(anyRecord(), { minLength: 1, maxLength: 8 }),
      places: anyPlaces(),
    })
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ partition, records, places }) => {
        const bytes = printed(partition, records)
        const expected = records.map(record => ({ partition, ...record }))
        expect(await readAll(readerOf(), cut(bytes, places))).toEqual(expected)
      }),
      { seed: 4, numRuns: 500 },
    )
  })

  it.each([
    ['{"value":"v"}', '∅=v'],
    [' { "value" : null , "key" : "" } ', '=∅'],
    ['{"value":"","headers":null,"timestamp":null,"partition":null}', '∅='],
    ['{"value":"\\u00e4\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\"\\\\"}', '∅=ä😀/\b\f\n\r\t"\\'],
    ['{"key":"a\\nb","value":"c\\td"}', 'a\nb=c\td'],
    ['{"value_b64":"AAE=","key_b64":""}', '=\0\u0001'],
    ['{"value_b64":"\\u0041AE="}', '∅=\0\u0001'],
    ['{"headers":[{"key":"h","value":"1"},{"value":null,"key":"h"}],"value":"v"}', '∅=v h:1 h:∅'],
    ['{"headers":[],"value":"v","topic":{"a":[1,-2.5e+3,{"b":"]"}]},"offset":null}', '∅=v'],
    ['{"value":"v","topic":true,"timestampType":false,"offset":0}', '∅=v'],
    ['{"valu\\u0065":"v"}', '∅=v'],
  ])('%s is %s', (line, expected) => {
    expect(textOf(copyOf(parsed(line)))).toBe(expected)
  })

  it('keeps all digits of a timestamp', () => {
    const timestamps = [
      '9223372036854775807',
      '-9223372036854775808',
      '9007199254740993',
      '-1',
      '0',
    ]
    for (const digits of timestamps) {
      expect(String(parsed(`{"value":null,"timestamp":${digits}}`).timestamp)).toBe(digits)
    }
  })

  it.each([
    ['', 1, 'this is no JSON record', 'the end of the line', 'an object: {'],
    ['[1]', 1, 'this is no JSON record', '"[1]"', 'an object: {'],
    [
      '{"key":"k"}',
      12,
      'a record without a value',
      'the end of the line',
      '"value": null, where that is meant',
    ],
    ['{"value":1}', 10, 'this is no JSON record', '"1}"', 'a string or null'],
    ['{"value":"v",}', 14, 'this is no JSON record', '"}"', 'a name in quotes'],
    ['{"value":"v"', 13, 'this is no JSON record', 'the end of the line', ', or }'],
    ['{"value":"v" "x":1}', 14, 'this is no JSON record', '"\\"x\\":1}"', ', or }'],
    [
      '{"value":"v',
      12,
      'this is no JSON record',
      'the end of the line',
      'the end of the string: "',
    ],
    ['{"value":"v\\', 12, 'this is no JSON record', '"\\\\"', 'an escape that JSON knows'],
    [
      '{"value":"\\n',
      13,
      'this is no JSON record',
      'the end of the line',
      'the end of the string: "',
    ],
    ['{"value":"v"}}', 14, 'this is no JSON record', '"}"', 'the end of the line'],
    [
      '{"value":"\t"}',
      11,
      'this is no JSON record',
      '"\\t\\"}"',
      'an escape: control characters have one',
    ],
    ['{"value":"\\x"}', 11, 'this is no JSON record', '"\\\\x\\"}"', 'an escape that JSON knows'],
    [
      '{"value":"\\u00g0"}',
      11,
      'this is no JSON record',
      '"\\\\u00g0\\"}"',
      '\\u and four hex digits',
    ],
    [
      '{"value":"\\ud800"}',
      11,
      'this is no JSON record',
      '"\\\\ud800\\"}"',
      'a character, or both halves of a surrogate pair',
    ],
    [
      '{"value":"\\ud800\\u0041"}',
      11,
      'this is no JSON record',
      '"\\\\ud800\\\\u0041\\"}"',
      'a character, or both halves of a surrogate pair',
    ],
    ['{"value":"v","value_b64":""}', 26, 'a member that was there before', '"\\"\\"}"', 'it once'],
    [
      '{"value_b64":"AAE"}',
      14,
      'bytes that are not base64',
      '"\\"AAE\\"}"',
      'base64, padded with =',
    ],
    [
      '{"value":"v","timestamp":1.5}',
      26,
      'this is no JSON record',
      '"1.5}"',
      'an integer of 64 bits, or null',
    ],
    [
      '{"value":"v","timestamp":9223372036854775808}',
      26,
      'this is no JSON record',
      '"9223372036854775808}"',
      'an integer of 64 bits, or null',
    ],
    [
      '{"value":"v","timestamp":01}',
      26,
      'this is no JSON record',
      '"01}"',
      'an integer of 64 bits, or null',
    ],
    [
      '{"value":"v","partition":-2}',
      26,
      'this is no JSON record',
      '"-2}"',
      'the number of a partition, or null',
    ],
    [
      '{"value":"v","partition":2147483648}',
      26,
      'this is no JSON record',
      '"2147483648}"',
      'the number of a partition, or null',
    ],
    ['{"value":"v","headers":{}}', 24, 'this is no JSON record', '"{}}"', 'an array: ['],
    [
      '{"value":"v","headers":[{"value":"x"}]}',
      25,
      'a header without a key',
      '"{\\"value\\":\\"x\\"}]}"',
      '"key" in it',
    ],
    [
      '{"value":"v","headers":[{"key":"x"}]}',
      36,
      'a header without a value',
      '"]}"',
      '"value": null, where that is meant',
    ],
    ['{"value":"v","topic":nul}', 22, 'this is no JSON record', '"nul}"', 'a value'],
    ['{"value":"v","topic":1.}', 22, 'this is no JSON record', '"1.}"', 'a number'],
    ['{"topic":"ü","value":1}', 22, 'this is no JSON record', '"1}"', 'a string or null'],
    [
      '{"value":"v", "Key":"k"}',
      15,
      'a member that no record has',
      '"\\"Key\\":\\"k\\"}"',
      'topic, partition, offset, timestampType, timestamp, headers, key, key_b64, value or value_b64',
    ],
    [
      '{"value":"v","headers":[{"name":"x"}]}',
      26,
      'a member that no record has',
      '"\\"name\\":\\"x\\"}]}"',
      'key, key_b64, value or value_b64',
    ],
    [
      '{"value":"v","partition":-1}',
      26,
      'this is no JSON record',
      '"-1}"',
      'the number of a partition, or null',
    ],
  ])('%s is refused at column %i', async (line, column, reason, found, expected) => {
    const failure = (await readAll(readerOf(), [`{"value":""}\n${line}\n`]).catch(
      (error: unknown) => error,
    )) as Error
    const told = `line 2, column ${column}: ${reason}: found ${found}, expected ${expected}`
    expect(failure.message.replace(/^the test at byte \d+: /, '')).toBe(told)
  })

  it('refuses strings that are no UTF-8', () => {
    const line = Buffer.from('{"value":"\xff\xfe"}', 'latin1')
    expect(() => parsed(line)).toThrow(
      'at byte 10: a string that is no text: found 0xfffe, expected UTF-8, or a name with _b64',
    )
    expect(() => parsed(Buffer.from('{"value":"\\n\xff"}', 'latin1'))).toThrow('no text')
  })

  it('takes nothing that JSON.parse refuses, and refuses nothing but by an error that tells where', () => {
    const alphabet = [
      ...'{}[]",:\\u0123d8ntfe.-+ \t'.split(/(?:)/u),
      'null',
      'true',
      '"key"',
      '"value"',
      'ä',
      '😀',
    ]
    const anyEdits = fc.array(
      fc.record({
        at: fc.nat(1000),
        length: fc.nat(3),
        text: fc.constantFrom('', ...alphabet),
      }),
      { minLength: 1, maxLength: 3 },
    )
    let takenCount = 0
    fc.assert(
      fc.property(anyRecord(), anyEdits, (record, edits) => {
        let line = printed(3, [record]).toString('utf8').trimEnd()
        for (const { at, length, text } of edits) {
          const place = Math.floor((at * line.length) / 1000)
          line = line.slice(0, place) + text + line.slice(place + length)
        }
        const failure = failureOf(() => parsed(line))
        if (failure === undefined) {
          takenCount++
          expect(() => JSON.parse(Buffer.from(line).toString()) as unknown).not.toThrow()
        } else {
          expect(failure).toBeInstanceOf(CorruptDataError)
          const { position } = (failure as CorruptDataError).damage
          expect(position).toBeGreaterThanOrEqual(0)
          expect(position).toBeLessThanOrEqual(Buffer.byteLength(line))
        }
      }),
      { seed: 4, numRuns: 3000 },
    )
    expect(takenCount).toBeGreaterThan(100)
  })

  it('refuses what is nested without end, and is not harmed by it', () => {
    expect(() => parsed(`{"topic":${'['.repeat(100_000)}`)).toThrow('no more than 200 levels')
  })
})

function failureOf(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}

function readerOf(): DelimitedReader {
  return new DelimitedReader(new JsonLine(), { delimiter: Buffer.from('\n'), sizeMax: 1e6 })
}

function parsed(line: string | Buffer): OutgoingRecord {
  const record = new OutgoingRecord()
  const bytes = Buffer.from(line)
  new JsonLine().parse(record, bytes, 0, bytes.length)
  return record
}

/** As dump --json and consume --json do. */
function printed(partition: number, records: readonly NewRecord[]): Buffer {
  const pieces: Buffer[] = []
  const out = new ByteOutput(bytes => pieces.push(Buffer.from(bytes)))
  const json = new RecordJson(out)
  json.in({ topic: 'tö"pic', partition })
  const builder = new BatchBuilder()
  for (const record of records) builder.add(record)
  const cursor = new V2Cursor(new BatchV2(builder.build()), DEFAULT_DECODE_LIMITS)
  while (cursor.next()) json.line('create', cursor)
  out.flush()
  return Buffer.concat(pieces)
}
