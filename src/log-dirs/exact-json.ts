/**
 * JSON whose long integers keep all their digits: those that a number can't hold for certain come as strings. Kafka's
 * offsets and epochs are 64 bits wide, JSON.parse rounds beyond 53.
 */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const LONG_INTEGER = /^-?\d{16,}$/

/** Undefined where the text is not one JSON object. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const quoted = text.replace(STRING_OR_NUMBER, token =>
    LONG_INTEGER.test(token) ? `"${token}"` : token,
  )
  try {
    const value: unknown = JSON.parse(quoted)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Undefined where the value is no 64-bit integer. */
export function asInt64(value: unknown): bigint | undefined {
  const isInteger = typeof value === 'number' && Number.isSafeInteger(value)
  const isDigits = typeof value === 'string' && /^-?\d{16,19}$/.test(value)
  if (!isInteger && !isDigits) return undefined
  const integer = BigInt(value)
  return BigInt.asIntN(64, integer) === integer ? integer : undefined
}

/** Undefined where the value is no 32-bit integer. */
export function asInt32(value: unknown): number | undefined {
  return typeof value === 'number' && (value | 0) === value ? value : undefined
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
