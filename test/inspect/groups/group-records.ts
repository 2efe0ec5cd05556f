/** Records of `__consumer_offsets` for tests, few fields given. */
import {
  CONSUMER_OFFSETS_RECORDS,
  consumerOffsetsSerde,
  type GroupRecord,
} from '../../../src/coordinator/consumer-offsets-records.ts'
import type { KeyedRecord } from '../internal-topics/log-dir-scene.ts'

type Type = GroupRecord['type']
type Of<T extends Type> = Extract<GroupRecord, { readonly type: T }>

/** The rest of the value is at its defaults; null is a tombstone. */
export function groupRecord<T extends Type>(
  type: T,
  key: Of<T>['key'],
  value: Partial<NonNullable<Of<T>['value']>> | null,
): GroupRecord {
  const { newest, defaults } = CONSUMER_OFFSETS_RECORDS[type].value
  const whole = value === null ? null : { ...defaults, ...value }
  return { type, key, value: whole, version: newest } as unknown as GroupRecord
}

export function commit(
  group: string,
  topic: string,
  offset: bigint | null,
  more: Partial<NonNullable<Of<'OffsetCommit'>['value']>> = {},
): GroupRecord {
  const value = offset === null ? null : { offset, metadata: '', commitTimestamp: 1000n, ...more }
  return groupRecord('OffsetCommit', { group, topic, partition: 0 }, value)
}

export function stored(record: GroupRecord): KeyedRecord {
  return consumerOffsetsSerde.encode(record)
}
