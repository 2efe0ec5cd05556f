/** Replays a partition of a coordinator's topic; a record that can't be understood is told and passed over. */
import { CorruptDataError } from '../../base/errors.ts'
import { isUnknown, type UnknownCoordinatorRecord } from '../../coordinator/coordinator-record.ts'
import type { Disk } from '../../disk/disk.ts'
import type { NamedPartition, PartitionsHere, ReadOptions } from './partitions-here.ts'
import { walkPartition, type WalkedRecord } from './record-walk.ts'

export interface CoordinatorReplay<R extends { readonly type: PropertyKey }> {
  readonly decode: (key: Buffer, value: Buffer | null) => R | UnknownCoordinatorRecord
  readonly apply: (record: R, place: WalkedRecord) => void
  readonly endTransaction?: (producerId: bigint, type: 'COMMIT' | 'ABORT') => void
}

export function replayCoordinator<R extends { readonly type: PropertyKey }>(
  disk: Disk,
  partitions: PartitionsHere,
  named: NamedPartition,
  { decode, apply, endTransaction = () => undefined, problem }: CoordinatorReplay<R> & ReadOptions,
): void {
  const here = partitions.open(named)
  if (here === undefined) return
  const skip = (offset: bigint, why: string) =>
    problem(`${here.path}: the record at offset ${offset} was skipped: ${why}`)
  const record = (walked: WalkedRecord) => {
    const { key, value, offset } = walked
    if (key === null) return skip(offset, 'it has no key')
    const decoded = attempt(() => decode(key, value))
    if (decoded instanceof CorruptDataError) return skip(offset, decoded.message)
    if (isUnknown(decoded)) return skip(offset, `its type ${decoded.id} is unknown`)
    apply(decoded, walked)
  }
  walkPartition(disk, here.log, { record, endTransaction }, problem)
}

function attempt<T>(decode: () => T): T | CorruptDataError {
  try {
    return decode()
  } catch (error) {
    if (error instanceof CorruptDataError) return error
    throw error
  }
}
