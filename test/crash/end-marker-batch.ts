import { BatchBuilder } from '../../src/record/batch-builder.ts'

/** As a transaction coordinator writes it. */
export function endMarkerBatch(
  { id, epoch }: { readonly id: bigint; readonly epoch: number },
  isCommitted: boolean,
  timestamp: bigint,
): Buffer {
  const builder = new BatchBuilder({
    producer: { producerId: id, producerEpoch: epoch, baseSequence: -1 },
    isTransactional: true,
    isControl: true,
  })
  const key = Buffer.from([0, 0, 0, isCommitted ? 1 : 0])
  builder.add({ timestamp, key, value: Buffer.from([0, 0, 0, 0, 0, 0]), headers: [] })
  return builder.build()
}
