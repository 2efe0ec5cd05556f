/** Keys that are no text: those of the topics that coordinators keep. To be loaded when asked for: schemas take their time. */
import { consumerOffsetsSerde } from '../coordinator/consumer-offsets-records.ts'
import { type CoordinatorKey, decodeCoordinatorKey } from '../coordinator/record-key.ts'
import { shareStateSerde } from '../coordinator/share-state-records.ts'
import { transactionLogSerde } from '../coordinator/transaction-state-records.ts'
import { CONSUMER_OFFSETS_TOPIC } from '../inspect/groups/groups-source.ts'
import { TRANSACTION_STATE_TOPIC } from '../inspect/transactions/transactions-source.ts'

export type KeyDecoder = (key: Buffer) => CoordinatorKey | undefined

/** By topic. */
export const KEY_DECODERS: ReadonlyMap<string, KeyDecoder> = new Map<string, KeyDecoder>([
  [CONSUMER_OFFSETS_TOPIC, key => decodeCoordinatorKey(consumerOffsetsSerde, key)],
  [TRANSACTION_STATE_TOPIC, key => decodeCoordinatorKey(transactionLogSerde, key)],
  ['__share_group_state', key => decodeCoordinatorKey(shareStateSerde, key)],
])
