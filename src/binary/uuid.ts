/**
 * Kafka's text form of a 16-byte id: base64url without padding, 22 characters.
 *
 * Source: org.apache.kafka.common.Uuid
 */
export function uuidText(bytes: Buffer): string {
  return bytes.toString('base64url')
}

/** The 16 bytes, or undefined where the text is no id. */
export function uuidBytes(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]{22}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.length === 16 ? bytes : undefined
}

export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The topic id of `__cluster_metadata`. */
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
