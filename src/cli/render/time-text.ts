/** Milliseconds since 1970 as RFC 3339, where the calendar goes that far. */
const DATE_MS_MAX = 8_640_000_000_000_000n

export function timeText(timestamp: bigint): string {
  if (timestamp > DATE_MS_MAX || timestamp < -DATE_MS_MAX) return 'beyond any calendar'
  return new Date(Number(timestamp)).toISOString()
}
