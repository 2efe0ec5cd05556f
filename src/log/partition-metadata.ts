/**
 * `partition.metadata` in a partition's folder: the id of its topic.
 *
 * | line | holds                                                                 |
 * |------|-----------------------------------------------------------------------|
 * | 1    | `version: 0`; readers take any version from 0 up                      |
 * | 2    | `topic_id: ` and 22 characters of base64url; no line end after it     |
 *
 * A zero id is refused.
 *
 * Source: org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile, PartitionMetadataReadBuffer
 */
import type { Damage } from '../base/errors.ts'
import { uuidBytes, ZERO_UUID } from '../binary/uuid.ts'
import { javaInt, quote } from './checkpoint-text.ts'

export interface PartitionMetadata {
  readonly version?: number
  readonly topicId?: string
  readonly damages: readonly Damage[]
}

/** A file that is in order takes 43 bytes. */
const READ_BYTES_MAX = 1024

/** @param file for the damages' sake */
export function readPartitionMetadata(bytes: Buffer, file: string): PartitionMetadata {
  const text = bytes.toString('utf8', 0, READ_BYTES_MAX)
  const [versionLine = '', topicIdLine = '', ...more] = text.split(/\r\n|\r|\n/)
  const damages: Damage[] = []
  const note = (position: number, found: string, expected: string) => {
    const reason = 'malformed partition.metadata'
    damages.push({ file, position, reason, found: quote(found), expected })
  }
  const version = javaInt(/^version:[ \t]+(\S+)$/.exec(versionLine)?.[1] ?? '')
  if (version === undefined) note(0, versionLine, '"version: 0"')
  const topicId = parseTopicId(/^topic_id:[ \t]+(\S+)$/.exec(topicIdLine)?.[1])
  const topicIdAt = Buffer.byteLength(versionLine) + 1
  if (topicId === undefined) note(topicIdAt, topicIdLine, '"topic_id: " and an id')
  const rest = more.join('\n')
  const restAt = topicIdAt + Buffer.byteLength(topicIdLine) + 1
  if (rest !== '') note(restAt, rest, 'the end of the file')
  return {
    ...(version !== undefined && { version }),
    ...(topicId !== undefined && { topicId }),
    damages,
  }
}

export function encodePartitionMetadata(topicId: string): Buffer {
  return Buffer.from(`version: 0\ntopic_id: ${topicId}`)
}

function parseTopicId(text: string | undefined): string | undefined {
  if (text === undefined || text === ZERO_UUID) return undefined
  return uuidBytes(text) === undefined ? undefined : text
}
