/**
 * Whether two values of one schema are the same, as Kafka compares a tagged field with its default.
 */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (!isObject(one) || !isObject(other)) return false
  if (Buffer.isBuffer(one)) return Buffer.isBuffer(other) && one.equals(other)
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every(name => sameValue(one[name], other[name]))
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
