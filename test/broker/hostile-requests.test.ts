/** Requests that no client would send: each is answered or refused, and the broker goes on. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CorruptDataError } from '../../src/base/errors.ts'
import { seededRandom, type Random } from '../../src/base/random.ts'
import { SERVED_APIS } from '../../src/broker/handlers.ts'
import { RefusedRequestError } from '../../src/broker/refused-request.ts'
import { METADATA } from '../../src/protocol/messages/03-metadata.ts'
import { valuesOf } from '../protocol/arbitrary-message.ts'
import { requestFrame, startTestBroker, type TestBroker } from './test-broker.ts'

const SEED = 20_261_124
const ROUNDS = 40

/** @returns what was thrown that is no refusal */
async function survive(test: TestBroker, frame: Buffer, what: string): Promise<string[]> {
  try {
    await test.send(frame)
    return []
  } catch (error) {
    const isRefused = error instanceof RefusedRequestError || error instanceof CorruptDataError
    return isRefused ? [] : [`${what}: ${String(error)}: ${frame.toString('hex')}`]
  }
}

/** Some bits flipped, or its end cut off. */
function mutated(frame: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(frame)
  if (random.below(4) === 0) return bytes.subarray(0, random.below(bytes.length))
  // The API and its version stay.
  for (let n = 1 + random.below(4); n > 0 && bytes.length > 4; n--) {
    const at = 4 + random.below(bytes.length - 4)
    bytes[at] = random.below(2) === 0 ? random.below(256) : [0, 0x7f, 0x80, 0xff][random.below(4)]!
  }
  return bytes
}

it('are answered or refused, and what waits ends with the broker', async () => {
  const random = seededRandom(SEED)
  const test = await startTestBroker({ file: { 'offsets.topic.num.partitions': '2' } })
  await test.broker.createOffsetsTopic()
  const topics = [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name: 'orders' }]
  await test.call(METADATA, { topics })
  const sent: Promise<string[]>[] = []
  for (const api of SERVED_APIS) {
    for (let version = api.request.oldest; version <= api.request.newest; version++) {
      const values = valuesOf(api.request, version)
      const requests = fc.sample(values, { numRuns: ROUNDS, seed: SEED + version })
      for (const request of requests) {
        const frame = requestFrame(api, request as object, version)
        const what = `${api.name} ${version}`
        sent.push(survive(test, frame, what), survive(test, mutated(frame, random), what))
      }
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  test.broker.stopWaiting()
  expect((await Promise.all(sent)).flat()).toEqual([])
  const { brokers } = await test.call(METADATA, { topics: [] })
  expect(brokers).toHaveLength(1)
  await test.broker.close()
}, 120_000)
