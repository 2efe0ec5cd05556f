/** A trail teaches what all the batches teach. */
import { expect, it } from 'vitest'
import { ProducerState } from '../../src/log/producer-state.ts'
import { entriesOfTrail, ProducerTrail } from '../../src/log/producer-trail.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, BatchV2 } from '../../src/record/batch-v2.ts'
import { seededRandom } from '../../src/base/random.ts'
import { newBatch, newMarker } from './new-batch.ts'

interface Sent {
  readonly batch: BatchV2
  readonly position: number
}

/** Of a few producers, now and then in transactions; each as a partition would take it. */
function history(seed: number): Sent[] {
  const random = seededRandom(seed)
  const happens = (percent: number) => random.below(100) < percent
  const producers = [1n, 2n, 2n ** 60n].map(id => ({ id, epoch: 0, sequence: 0, isOpen: false }))
  const sent: Sent[] = []
  let position = 0
  for (let offset = 0n; offset < 60n; offset++) {
    const producer = producers[random.below(producers.length)]!
    const { id, epoch, sequence } = producer
    const ends = producer.isOpen && happens(30)
    if (!producer.isOpen && happens(10)) producer.epoch++
    if (!producer.isOpen) producer.isOpen = happens(40)
    const bytes = ends
      ? newMarker({ id, epoch, isCommitted: happens(50) })
      : newBatch({
          producer: { id, epoch: producer.epoch, sequence },
          isTransactional: producer.isOpen,
        })
    if (ends) producer.isOpen = false
    else producer.sequence++
    bytes.writeBigInt64BE(offset, BATCH_HEADER.offsetOf.baseOffset)
    sent.push({ batch: new BatchV2(bytes), position })
    position += bytes.length
  }
  return sent
}

/** What is known in the end, and what ended on the way. */
function learn(batches: Iterable<Sent>) {
  const state = new ProducerState()
  const ended: unknown[] = []
  for (const { batch } of batches) {
    const append = state.begin('replication')
    append.add(batch)
    for (const completed of state.commit(append)) {
      ended.push({ ...completed, lastStableOffset: state.lastStableOffsetAfter(completed) })
      state.complete(completed)
    }
  }
  return { stored: state.stored(), unstable: state.firstUnstableOffset, ended }
}

function trailOf(sent: readonly Sent[]): Buffer {
  const trail = new ProducerTrail()
  for (const { batch, position } of sent) {
    // As where a window is read anew: what is not kept is gone.
    const size = batch.isControl ? batch.size : BATCH_OVERHEAD
    const window = Buffer.from(batch.buffer.subarray(0, size))
    trail.add(new BatchV2(window), position)
    window.fill(0xff)
  }
  return trail.finish()
}

it('teaches what all batches of several producers do', () => {
  for (let seed = 0; seed < 300; seed++) {
    const sent = history(seed)
    const entries = entriesOfTrail(trailOf(sent))
    expect(learn(entries), `seed ${seed}`).toEqual(learn(sent))
  }
})

it('says where each batch is that it kept', () => {
  const sent = history(7)
  const places = new Map(sent.map(({ batch, position }) => [batch.baseOffset, position]))
  for (const { batch, position } of entriesOfTrail(trailOf(sent))) {
    expect(position).toBe(places.get(batch.baseOffset))
  }
})

it('keeps the first and the last of any number of batches', () => {
  const trail = new ProducerTrail()
  for (let sequence = 0; sequence < 1000; sequence++) {
    const bytes = newBatch({ producer: { id: 5n, epoch: 1, sequence } })
    trail.add(new BatchV2(bytes), sequence * bytes.length)
  }
  const sequences = [...entriesOfTrail(trail.finish())].map(({ batch }) => batch.baseSequence)
  expect(sequences).toEqual([0, 999])
})
