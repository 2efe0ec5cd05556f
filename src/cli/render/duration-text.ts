/** Milliseconds for people: `850ms`, `12s`, `5m30s`, `3h20m`, `4d6h`; the two greatest units tell enough. */
const UNITS: readonly (readonly [name: string, ms: bigint])[] = [
  ['d', 86_400_000n],
  ['h', 3_600_000n],
  ['m', 60_000n],
  ['s', 1000n],
  ['ms', 1n],
]

export function durationText(ms: bigint): string {
  if (ms < 0n) return `-${durationText(-ms)}`
  const first = UNITS.findIndex(([, unitMs]) => ms >= unitMs)
  const unit = UNITS[first]
  if (unit === undefined) return '0s'
  const [name, unitMs] = unit
  const [nextName, nextMs] = UNITS[first + 1] ?? ['', 1n]
  const rest = (ms % unitMs) / nextMs
  const isTold = rest > 0n && nextName !== 'ms'
  return `${ms / unitMs}${name}${isTold ? `${rest}${nextName}` : ''}`
}
