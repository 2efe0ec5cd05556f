import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { readOffsetCheckpoint } from '../../src/log/offset-checkpoint.ts'
import { FIXTURE_NAMES, fixturePath, logDirsOf } from './fixture.ts'

const FILE = 'd/recovery-point-offset-checkpoint'

describe('an offset checkpoint', () => {
  it('reads what Apache Kafka wrote', () => {
    const path = fixturePath('killed-4.3', 'a', 'recovery-point-offset-checkpoint')
    const { entries, damages } = readOffsetCheckpoint(nodeDisk.readWhole(path), path)
    expect(damages).toEqual([])
    expect(entries).toEqual([
      { topic: 'expired', partition: 0, offset: 76n },
      { topic: 'paid', partition: 0, offset: 34n },
      { topic: 'moving', partition: 0, offset: 0n },
      { topic: 'events', partition: 0, offset: 114n },
      { topic: '__transaction_state', partition: 0, offset: 0n },
    ])
  })

  it.each(checkpointFiles())('finds nothing wrong with %s', path => {
    const { damages } = readOffsetCheckpoint(nodeDisk.readWhole(path), path)
    expect(damages).toEqual([])
  })

  it('has no entries in an empty file', () => {
    expect(read('')).toMatchObject({ entries: [], damages: [] })
  })

  it('takes lines as Java ends them, and blanks as Java divides them', () => {
    const { entries, damages } = read('0\r\n2\rt \t 3  99 \nu 0 7')
    expect(damages).toEqual([])
    expect(entries).toEqual([
      { topic: 't', partition: 3, offset: 99n },
      { topic: 'u', partition: 0, offset: 7n },
    ])
  })

  it.each([
    ['another version', '1\n1\nt 0 5\n', 0, '"1"', 1],
    ['a version that is no number', 'x\n1\nt 0 5\n', 0, '"x"', 1],
    ['a missing count', '0\n', 2, 'the end of the file', 0],
    ['a count that is no number', '0\nx\nt 0 5\n', 2, '"x"', 1],
    ['too high a count', '0\n2\nt 0 5\n', 2, '"2"', 1],
    ['too low a count', '0\n1\nt 0 5\nt 1 5\n', 2, '"1"', 2],
    ['a line of too few fields', '0\n2\nt 5\nt 1 5\n', 4, '"t 5"', 1],
    ['a line of too many fields', '0\n2\nt 0 5 5\nt 1 5\n', 4, '"t 0 5 5"', 1],
    ['an empty line', '0\n2\n\nt 1 5\n', 4, '""', 1],
    ['a blank before the topic', '0\n2\n t 0 5\nt 1 5\n', 4, '" t 0 5"', 1],
    ['a partition that is no number', '0\n1\nt x 5\n', 4, '"t x 5"', 0],
    ['an offset beyond 64 bits', '0\n1\nt 0 9223372036854775808\n', 4, /^"t 0 92/, 0],
    ['a negative offset', '0\n1\nt 0 -1\n', 4, '"t 0 -1"', 0],
    ['a partition twice', '0\n2\nt 0 5\nt 0 6\n', 10, '"t 0 6"', 2],
  ])('names %s, and takes the rest', (_, text, position, found, entryCount) => {
    const { entries, damages } = read(text)
    const expected = found instanceof RegExp ? (expect.stringMatching(found) as string) : found
    expect(damages).toMatchObject([{ file: FILE, position, found: expected }])
    expect(entries).toHaveLength(entryCount)
  })

  it('names bytes that are not UTF-8', () => {
    const bytes = Buffer.from('0\n1\n\xff 0 5\n', 'latin1')
    const { damages } = readOffsetCheckpoint(bytes, FILE)
    expect(damages).toMatchObject([{ position: 0, reason: 'not a text in UTF-8' }])
  })

  it('stops counting damages at a hundred', () => {
    expect(read('\n'.repeat(5000)).damages).toHaveLength(100)
  })

  it('reads back what is written', () => {
    const entry = fc.record({
      topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,40}$/),
      partition: fc.integer({ min: 0, max: 0x7fffffff }),
      offset: fc.bigInt({ min: 0n, max: 0x7fffffffffffffffn }),
    })
    const entries = fc.uniqueArray(entry, {
      selector: ({ topic, partition }) => `${topic}-${partition}`,
    })
    fc.assert(
      fc.property(entries, written => {
        const lines = written.map(
          ({ topic, partition, offset }) => `${topic} ${partition} ${offset}`,
        )
        const text = ['0', written.length, ...lines, ''].join('\n')
        expect(read(text)).toMatchObject({ entries: written, damages: [] })
      }),
    )
  })

  it('never fails, whatever the bytes', () => {
    const noise = fc.oneof(fc.stringMatching(/^[0 1\n\r\tx-]*$/), fc.string())
    fc.assert(fc.property(noise, text => void read(text)))
    fc.assert(
      fc.property(fc.uint8Array(), bytes => void readOffsetCheckpoint(Buffer.from(bytes), FILE)),
    )
  })
})

function read(text: string): ReturnType<typeof readOffsetCheckpoint> {
  return readOffsetCheckpoint(Buffer.from(text), FILE)
}

function checkpointFiles(): string[] {
  const dirs = FIXTURE_NAMES.flatMap(logDirsOf)
  return dirs.flatMap(dir =>
    nodeDisk
      .list(dir)
      .filter(({ name }) => basename(name).endsWith('-checkpoint'))
      .map(({ name }) => `${dir}/${name}`),
  )
}
