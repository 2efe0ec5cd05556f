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

/** One of version 4. None begins with a dash, which would make it an option on many a command line. */
export function newUuid(randomBytes: (size: number) => Buffer): string {
  for (;;) {
    const bytes = randomBytes(16)
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const text = uuidText(bytes)
    if (!text.startsWith('-')) return text
  }
}

export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

/** The topic id of `__cluster_metadata`. */
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
