import { RefusedError } from '../../src/base/errors.ts'
import { type AppendOrigin, ProducerState } from '../../src/log/producer-state.ts'
import { BatchV2 } from '../../src/record/batch-v2.ts'
import { newBatch, newMarker, placedAt } from './new-batch.ts'

/** Of whom no other is named. */
export const ID = 9n

export interface Sent {
  readonly id?: bigint
  readonly epoch?: number
  readonly sequence: number
  readonly count?: number
  readonly at: number
  readonly isTransactional?: boolean
}

export function sentBatch(sent: Sent): BatchV2 {
  const { id = ID, epoch = 3, sequence, count = 1, at, isTransactional = false } = sent
  const producer = { id, epoch, sequence }
  return new BatchV2(placedAt(newBatch({ count, producer, isTransactional }), at))
}

export interface Ending {
  readonly id?: bigint
  readonly epoch?: number
  readonly at: number
  readonly isCommitted?: boolean
  readonly coordinatorEpoch?: number
}

/** A partition that knows its producers, and holds nothing. */
export class ProducersOnly {
  readonly state = new ProducerState()

  /** As the log does: checked, written, committed. */
  take = (batch: BatchV2, origin: AppendOrigin = 'client', transactionVersion = 0) => {
    const append = this.state.begin(origin, { transactionVersion })
    append.add(batch)
    const completed = this.state.commit(append)
    for (const transaction of completed) this.state.complete(transaction)
    return completed
  }

  send = (sent: Sent, origin?: AppendOrigin) => this.take(sentBatch(sent), origin)

  end = (ending: Ending, origin: AppendOrigin = 'coordinator', transactionVersion = 0) => {
    const marker = newMarker({ id: ID, epoch: 3, ...ending })
    return this.take(new BatchV2(placedAt(marker, ending.at)), origin, transactionVersion)
  }
}

export function refusalOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof RefusedError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'taken'
}
