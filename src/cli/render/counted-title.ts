/** What figures of logs are about: which logs, and how much of them was read. */
import type { CountedFacts } from '../../inspect/stats/counted-logs.ts'
import { byteCount } from './byte-count.ts'

export function sampleText({ bytesRead, sample }: CountedFacts): string {
  return `a sample: ${byteCount(bytesRead)} were read in ${count(sample?.places ?? 0, 'place')}`
}

export function titleOf({
  topic,
  partition,
  partitions,
  segments,
  logBytes,
}: CountedFacts): string {
  const what = [topic === '' ? undefined : topic, partition === -1 ? undefined : partition]
  const name = what.filter(word => word !== undefined).join('-')
  const size = `${count(partitions, 'partition')}, ${count(segments, 'segment')}, ${byteCount(logBytes)}`
  return name === '' ? size : `${name}: ${size}`
}

export function count(number: number, noun: string, plural = 's'): string {
  return `${number} ${noun}${number === 1 ? '' : plural}`
}
