import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { readCleanShutdown } from '../../src/log-dirs/clean-shutdown.ts'
import { fixturePath } from '../log/fixture.ts'

const FILE = 'd/.kafka_cleanshutdown'

describe('a clean shutdown marker', () => {
  it('reads what Apache Kafka wrote', () => {
    const path = fixturePath('clean-4.3', 'a', '.kafka_cleanshutdown')
    const marker = readCleanShutdown(nodeDisk.readWhole(path), path)
    expect(marker).toEqual({ version: 0, brokerEpoch: 11n, damages: [] })
  })

  it('tells no epoch in an empty file, as before Kafka 3.7', () => {
    expect(read('')).toEqual({ damages: [] })
  })

  it('keeps all digits of an epoch', () => {
    expect(read('{"version":0,"brokerEpoch":9223372036854775807}').brokerEpoch).toBe(
      9_223_372_036_854_775_807n,
    )
  })

  it.each([
    'text',
    '{"version":0}',
    '{"version":0,"brokerEpoch":"x"}',
    '{"version":0,"brokerEpoch":1.5}',
    '{"version":0,"brokerEpoch":9223372036854775808}',
    '[11]',
    'null',
  ])('names %s', text => {
    expect(read(text).damages).toMatchObject([{ file: FILE, position: 0 }])
    expect(read(text).brokerEpoch).toBeUndefined()
  })

  it('never fails, whatever the bytes', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), text => void read(text)))
  })
})

function read(text: string): ReturnType<typeof readCleanShutdown> {
  return readCleanShutdown(Buffer.from(text), FILE)
}
