/**
 * Ids that stand in the place of a log.dir's own.
 *
 * Source: org.apache.kafka.common.DirectoryId
 */
import { uuidBytes, ZERO_UUID } from '../binary/uuid.ts'

/** The partition is from before KIP-858. */
export const MIGRATING_DIRECTORY = ZERO_UUID
/** The broker chooses, and tells the controller. */
export const UNASSIGNED_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAQ'
/** In one that is offline. */
export const LOST_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAg'

const RESERVED_COUNT = 100n

/** Whether it is no directory's own. */
export function isReservedDirectory(id: string): boolean {
  const bytes = uuidBytes(id)
  if (bytes === undefined) return false
  return bytes.readBigUInt64BE(0) === 0n && bytes.readBigUInt64BE(8) < RESERVED_COUNT
}
