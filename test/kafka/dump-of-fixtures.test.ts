import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareDumps, decoderOf } from './dump-comparison.ts'
import { copyFixture, fixtureNames, type FixtureCopy } from './fixture-copies.ts'
import { KafkaTools } from './kafka-tools.ts'

const STRING_DECODER = 'org.apache.kafka.tools.api.StringDecoder'

const OPTIONS: readonly (readonly string[])[] = [
  [],
  ['--deep-iteration'],
  ['--print-data-log', '--skip-record-metadata'],
  ['--deep-iteration', '--skip-record-metadata'],
  ['--verify-index-only'],
  ['--index-sanity-check'],
  ['--max-message-size', '300'],
  ['--max-message-size', '60', '--verify-index-only'],
  ['--key-decoder-class', STRING_DECODER],
  ['--value-decoder-class', STRING_DECODER, '--max-bytes', '5000'],
  ['--key-decoder-class', '--value-decoder-class', '--skip-record-metadata'],
  // In the header of the first batch, within its records, behind some batches.
  ['--max-bytes', '0'],
  ['--max-bytes', '11'],
  ['--max-bytes', '60', '--deep-iteration'],
  ['--max-bytes', '100', '--print-data-log'],
  ['--max-bytes', '1000', '--print-data-log'],
]

/** Each on every log, whosesoever it is: most records are not what the decoder expects. */
const DECODERS = [
  '--offsets-decoder',
  '--transaction-log-decoder',
  '--cluster-metadata-decoder',
  '--share-group-state-decoder',
  '--remote-log-metadata-decoder',
]

describe('kbroker dump prints, on stdout and stderr, what kafka-dump-log prints', () => {
  let tools: KafkaTools
  beforeAll(() => {
    tools = new KafkaTools()
  })
  afterAll(() => tools.close())

  it('of all fixtures, which are more than ten', () => {
    expect(fixtureNames().length).toBeGreaterThan(10)
  })

  describe.each(fixtureNames())('of %s', name => {
    let copy: FixtureCopy
    beforeAll(() => {
      copy = copyFixture(name)
    })
    afterAll(() => copy.remove())

    it('with the decoder of each log', async () => {
      for (const { name: folder, files } of copy.folders) {
        await compareDumps(tools, [decoderOf(folder)], files)
      }
    })

    it.each([...OPTIONS, ...DECODERS.map(option => [option])].map(options => [options]))(
      'with %j',
      async options => {
        const files = copy.folders.flatMap(folder => folder.files)
        await compareDumps(tools, options, files)
      },
    )
  })
})
