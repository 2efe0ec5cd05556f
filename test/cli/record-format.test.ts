import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { ByteOutput } from '../../src/cli/byte-output.ts'
import { goLayout, strftimeLayout } from '../../src/cli/date-layout.ts'
import { parseFranzFormat } from '../../src/cli/franz-format.ts'
import { parseKcatFormat } from '../../src/cli/kcat-format.ts'
import type { FormatPart } from '../../src/cli/record-format.ts'
import { FormattedRecords } from '../../src/cli/render/formatted-record.ts'
import { consume } from '../../src/inspect/consume/consume.ts'
import { encodeBatch, record } from '../record/encode-batch.ts'
import { diskOf, logPath, optionsFor, partitionsOn } from '../inspect/consume/scene.ts'

const BYTES = Buffer.from('fe0a000000ff', 'hex')
const BATCH = encodeBatch({
  baseOffset: 258n,
  baseTimestamp: 1_700_000_000_123n,
  attributes: 0x10,
  producerId: 9n,
  partitionLeaderEpoch: 4,
  records: [
    {
      ...record(0, null, 'k'),
      headers: [
        { key: Buffer.from('h'), value: Buffer.from('1') },
        { key: Buffer.from('n'), value: null },
      ],
    },
    { ...record(1, null), value: BYTES },
  ],
})

/** The two records of the batch, as a format prints them. */
function printed(parts: readonly FormatPart[]): Buffer {
  const written: Buffer[] = []
  const out = new ByteOutput(bytes => written.push(Buffer.from(bytes)))
  const offsets = { logStartOffset: 1n, lastStableOffset: 2n, highWatermark: 3n }
  const records = new FormattedRecords(out, parts, () => offsets)
  const disk = diskOf({ [logPath(3, 258)]: [BATCH] })
  consume(disk, partitionsOn(disk), optionsFor([]), cursor => {
    records.write(cursor)
    return true
  })
  out.flush()
  return Buffer.concat(written)
}

describe("the language of franz-go's formats", () => {
  it.each([
    ['%t %T %p %o %e|', 'orders 6 3 258 4|orders 6 3 259 4|'],
    ['%k:%K:%V:%n|', 'k:1:0:2|:0:6:1|'],
    ['%H%h{ %k=%v(%V)};', '2 h=1(1) n=(0);0;'],
    ['%d %d{hex}|', '1700000000123 18bcfe5687b|1700000000123 18bcfe5687b|'],
    ['%x %y %i|', '9 0 1|9 0 2|'],
    ['%[ %| %]|', '1 2 3|1 2 3|'],
    ['%B %P|', '258 0|258 0|'],
    ['%a{compression} %a{compression;hex8} %a{timestamp-type}|', 'none 00 0|none 00 0|'],
    ['%a{transactional-bit;bool} %a{control-bit}|', 'true 0|true 0|'],
    ['%v{hex} %v{base64} %v{base64raw}|', '  |fe0a000000ff /goAAAD/ /goAAAD/|'],
    ['%k{base64}%k{base64raw}|', 'aw==aw||'],
    [
      '%v{unpack[bB<i$]}|',
      `${'%!(have 0 bytes, need 1)'.repeat(2)}%!(have 0 bytes, need 4)|-210-16777216|`,
    ],
    ['%%%{%}\\x41\\t\\\\é|', '%{}A\t\\é|%{}A\t\\é|'],
    ['%d{strftime##%F %H:%M##}|', '2023-11-14 22:13|2023-11-14 22:13|'],
    ['%d{go((Jan _2 2006))}|', 'Nov 14 2023|Nov 14 2023|'],
    ['%o{hex16},%o{hex4},%o{hex64}|', '0102,2,0000000000000102|0103,3,0000000000000103|'],
  ])('prints %s', (format, expected) => {
    expect(printed(parseFranzFormat(format)).toString()).toBe(expected)
  })

  it.each([
    ['%o{big16}', '01020103'],
    ['%o{big64}', '00000000000001020000000000000103'],
    ['%o{little32}', '0201000003010000'],
    ['%o{byte}%o{big8}%o{little8}', '020202030303'],
    ['%V{big32}%v', '0000000000000006fe0a000000ff'],
  ])('prints bytes for %s', (format, expected) => {
    expect(printed(parseFranzFormat(format)).toString('hex')).toBe(expected)
  })

  it.each([
    ['%q', 'at character 1'],
    ['ab%', 'a verb is missing, at character 3'],
    ['%o{hex65}', '{hex65} is no way to print a number'],
    ['%o{hex', 'the brace is not closed, at character 3'],
    ['%v{utf8}', 'is none of {hex}'],
    ['%v{unpack[z]}', 'z is none of'],
    ['%v{unpack[sb]}', 'nothing may follow s, at character 12'],
    ['%v{unpack[b}', 'enclosed'],
    ['%h', '%h wants {…}'],
    ['%h{%k', 'the brace is not closed'],
    ['%h{%o}', '%o is none of % { } k v K V, at character 4'],
    ['%a', '%a wants {…}'],
    ['%a{codec}', '{codec} is none of'],
    ['%d{iso}', 'neither'],
    ['%d{strftime[%Q]}', '%Q is none that strftime knows'],
    ['\\q', 'after \\'],
    ['\\x4', 'after \\'],
  ])('refuses %s and says where', (format, message) => {
    const parse = () => parseFranzFormat(format)
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(message)
  })
})

describe("kcat's language of formats", () => {
  it('prints lengths of −1 for null, headers in a list, and what stands for null', () => {
    const format = '%t %p %o %T %k %K %S %h %s%%|'
    expect(printed(parseKcatFormat(format, 'NULL')).toString('latin1')).toBe(
      'orders 3 258 1700000000123 k 1 -1 h=1,n=NULL NULL%|' +
        `orders 3 259 1700000000123 NULL -1 6  ${BYTES.toString('latin1')}%|`,
    )
    expect(printed(parseKcatFormat('%k|', '')).toString()).toBe('k||')
  })

  it('prints a length prefix of four bytes, and a zero byte, which ends kcat itself', () => {
    const format = '%R%s\\x00'
    expect(printed(parseKcatFormat(format, '')).toString('hex')).toBe(
      'ffffffff0000000006fe0a000000ff00',
    )
  })

  it.each(['%v', '%', 'a\\q'])('refuses %s', format => {
    expect(() => parseKcatFormat(format, '')).toThrow(UsageError)
  })
})

describe('a date', () => {
  const date = new Date('2024-02-05T03:07:09.080Z')
  const refuse = () => new UsageError('')

  it.each([
    ['%Y-%m-%dT%H:%M:%SZ', '2024-02-05T03:07:09Z'],
    ['%a %A %b %B %e %j %y %C', 'Mon Monday Feb February  5 036 24 20'],
    ['%I %l %p %P %k', '03  3 AM am  3'],
    ['%U %W %V %G %u %w', '05 06 06 2024 1 1'],
    [
      '%c|%D|%r|%R|%s|%z %Z%%',
      'Mon Feb  5 03:07:09 2024|02/05/24|03:07:09 AM|03:07|1707102429|+0000 UTC%',
    ],
  ])('is what strftime makes of %s', (layout, expected) => {
    expect(strftimeLayout(layout, refuse)(date)).toBe(expected)
  })

  it.each([
    ['2006-01-02T15:04:05.000Z07:00', '2024-02-05T03:07:09.080Z'],
    ['2006-01-02T15:04:05.999999-07:00', '2024-02-05T03:07:09.08+00:00'],
    ['Monday, 2 Jan 06 3:4:5 PM MST', 'Monday, 5 Feb 24 3:7:9 AM UTC'],
    ['02/01 002 January', '05/02 036 February'],
  ])("is what Go's time makes of %s", (layout, expected) => {
    expect(goLayout(layout)(date)).toBe(expected)
  })
})
