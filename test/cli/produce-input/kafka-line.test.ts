import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/base/errors.ts'
import { kafkaLineOf } from '../../../src/cli/produce-input/kafka-line.ts'
import { OutgoingRecord } from '../../../src/client/outgoing-record.ts'
import { copyOf, textOf } from './pieces.ts'

const KEY = 'parse.key=true'
const HEADERS = 'parse.headers=true'

/** As org.apache.kafka.tools.LineMessageReader does it. */
const CASES: readonly [string, string[], string][] = [
  ['a\tb', ['parse.key=false'], '∅=a\tb'],
  ['a\tb\tc', [KEY], 'a=b\tc'],
  ['a\tb', ['parse.key= TRUE '], 'a=b'],
  ['a::b', [KEY, 'key.separator=::'], 'a=b'],
  ['\tb', [KEY], '=b'],
  ['h1:v1,h2:v2\tk\tv', [KEY, HEADERS], 'k=v h1:v1 h2:v2'],
  ['h1:v:1\tv', [HEADERS], '∅=v h1:v:1'],
  ['h1:,\tv', [HEADERS], '∅=v h1:'],
  [',,\tv', [HEADERS], '∅=v'],
  [
    'a=1;a=2|v',
    [HEADERS, 'headers.delimiter=|', 'headers.separator=;', 'headers.key.separator=='],
    '∅=v a:1 a:2',
  ],
  ['NULL\tNULL', [KEY, 'null.marker=NULL'], '∅=∅'],
  ['NULL\tk\tv', [KEY, HEADERS, 'null.marker=NULL'], 'k=v'],
  ['h:NULL\tv', [HEADERS, 'null.marker=NULL'], '∅=v h:∅'],
  ['no separator', [KEY, 'ignore.error=true'], '∅=no separator'],
  ['no delimiter', [HEADERS, 'ignore.error=true'], '∅=no delimiter'],
  ['h\tv', [HEADERS, 'ignore.error=true'], '∅=v h:∅'],
]

const DAMAGED: readonly [string, string[], string][] = [
  ['abc', [KEY], 'at byte 0: no key separator: found "abc", expected "\\t" in it'],
  ['h:v\tabc', [KEY, HEADERS], 'at byte 4: no key separator: found "abc", expected "\\t" in it'],
  ['abc', [HEADERS], 'at byte 0: no headers delimiter: found "abc", expected "\\t" in it'],
  [
    'h:v,x\tv',
    [HEADERS],
    'at byte 4: a header without a header key separator: found "x", expected ":" in it',
  ],
  [
    '\tv',
    [HEADERS],
    'at byte 0: a header without a header key separator: found "", expected ":" in it',
  ],
  [
    'N:v\tv',
    [HEADERS, 'null.marker=N'],
    'at byte 0: a header\'s key can\'t be null: found the null marker "N", expected anything else',
  ],
]

describe("a line of Apache Kafka's console producer", () => {
  it.each(CASES)('%j with %j is %s', (line, properties, expected) => {
    expect(textOf(copyOf(parsed(line, properties)))).toBe(expected)
  })

  it.each(DAMAGED)('%j with %j is refused', (line, properties, message) => {
    expect(() => parsed(line, properties)).toThrow(message)
  })

  it('keeps bytes that are no text', () => {
    const record = new OutgoingRecord()
    const bytes = Buffer.from([0xff, 0x09, 0xfe])
    kafkaLineOf([KEY]).parse(record, bytes, 0, 3)
    expect(copyOf(record).key).toEqual(Buffer.from([0xff]))
    expect(copyOf(record).value).toEqual(Buffer.from([0xfe]))
  })

  it.each([
    [['headers.separator=:'], 'headers.separator and headers.key.separator may not be equal'],
    [['headers.delimiter=,'], 'headers.delimiter and headers.separator may not be equal'],
    [['null.marker=\t'], 'null.marker and key.separator may not be equal'],
    [['key.separator='], 'key.separator may not be empty'],
    [['parse.keys=true'], '--reader-property parse.keys: no such property; there are parse.key,'],
    [['parse.key'], '--reader-property parse.key: expected name=value'],
    [['parse.key=ture'], '--reader-property parse.key=ture: true or false is expected'],
    [['ignore.error='], '--reader-property ignore.error=: true or false is expected'],
  ])('refuses the properties %j', (properties, message) => {
    expect(() => kafkaLineOf(properties)).toThrow(UsageError)
    expect(() => kafkaLineOf(properties)).toThrow(message)
  })
})

function parsed(line: string, properties: readonly string[]): OutgoingRecord {
  const record = new OutgoingRecord()
  const bytes = Buffer.from(line)
  kafkaLineOf(properties).parse(record, bytes, 0, bytes.length)
  return record
}
