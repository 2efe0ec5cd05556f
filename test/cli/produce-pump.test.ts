import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import { DelimitedReader } from '../../src/cli/produce-input/delimited-reader.ts'
import { PlainLine } from '../../src/cli/produce-input/plain-line.ts'
import { ProducePump } from '../../src/cli/produce-pump.ts'
import { Accumulator } from '../../src/client/accumulator.ts'
import { none } from '../../src/compression/none.ts'
import { MemorySink } from '../client/memory-sink.ts'
import { streamOf } from './produce-input/pieces.ts'

const STEP_MS = 100

describe('ProducePump', () => {
  it('fills batches while input flows, however little they get', async () => {
    expect(await batchSizes({ pieces: 12, lingerMs: 1e9 })).toEqual([12])
  })

  it('sends a batch that has waited for its time, though input flows', async () => {
    expect(await batchSizes({ pieces: 12, lingerMs: 250 })).toEqual([4, 4, 4])
  })

  it('sends each piece of input as it comes where nothing may wait', async () => {
    expect(await batchSizes({ pieces: 3, lingerMs: 0 })).toEqual([1, 1, 1])
  })

  it('waits for the sink when it is behind', async () => {
    const sink = new MemorySink(1, { byHand: true })
    const done = pump(sink, { pieces: 50, lingerMs: 0, memoryMax: 200 })
    for (let i = 0; i < 50; i++) {
      await new Promise(resolve => setImmediate(resolve))
      expect(sink.appended.length).toBeLessThanOrEqual(i + 3)
      sink.acknowledge()
    }
    await done
    expect(sink.texts().length).toBe(50)
  })
})

async function batchSizes(options: { pieces: number; lingerMs: number }): Promise<number[]> {
  const sink = new MemorySink(1)
  await pump(sink, options)
  return sink.batches().map(({ recordCount }) => recordCount)
}

/** Every piece is a line, and comes a step after the one before. */
async function pump(
  sink: MemorySink,
  {
    pieces,
    lingerMs,
    memoryMax = 1e9,
  }: { readonly pieces: number; readonly lingerMs: number; readonly memoryMax?: number },
): Promise<void> {
  let elapsedMs = 0
  const random = seededRandom(4)
  const accumulator = new Accumulator(sink, {
    batchSize: 16_384,
    memoryMax,
    codec: none,
    producer: undefined,
    random,
  })
  const stream = streamOf(Array.from({ length: pieces }, (_, i) => `${i}\n`))
  const parser = new PlainLine({
    keyDelimiter: undefined,
    fixedKey: undefined,
    headers: [],
    emptyIsNull: false,
  })
  const moving = new ProducePump(accumulator, {
    partitionCount: 1,
    rules: undefined,
    partition: undefined,
    keepPartitions: true,
    keepTimestamps: true,
    lingerMs,
    pauseMs: 1e9,
    sizeMax: 1000,
    countMax: Infinity,
    pacer: undefined,
    tee: undefined,
    clock: { nowMs: () => 0, elapsedMs: () => elapsedMs },
  })
  await moving.run({
    name: 'the test',
    open: () =>
      Promise.resolve({
        ...stream,
        read(buffer: Buffer, start: number) {
          elapsedMs += STEP_MS
          return stream.read(buffer, start)
        },
      }),
    createReader: () => new DelimitedReader(parser, { delimiter: Buffer.from('\n'), sizeMax: 100 }),
  })
  await accumulator.finish()
}
