/** Bytes for people: `0 B`, `1.5 KiB`, `12 GiB`; three digits tell enough. */
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

export function byteCount(bytes: number | bigint): string {
  let value = Number(bytes)
  if (value < 1024) return `${value} B`
  let unit = -1
  do {
    value /= 1024
    unit++
  } while (value >= 999.5 && unit < UNITS.length - 1)
  return `${value.toFixed(value < 9.95 ? 1 : 0)} ${UNITS[unit] ?? ''}`
}
