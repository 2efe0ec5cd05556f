/** Two folders of one partition, file by file. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readProducerSnapshot } from '../../src/log/producer-snapshot.ts'

/** What differs, by file; files that only one of them has, too. */
export function folderDifferences(ours: string, kafkas: string): Record<string, string> {
  const differences: Record<string, string> = {}
  const [ourNames, kafkasNames] = [new Set(readdirSync(ours)), new Set(readdirSync(kafkas))]
  for (const name of [...new Set([...ourNames, ...kafkasNames])].sort()) {
    if (!ourNames.has(name) && isWithoutEpochs(join(kafkas, name))) continue
    else if (!ourNames.has(name)) differences[name] = "only Kafka's"
    else if (!kafkasNames.has(name)) differences[name] = 'only ours'
    else {
      const difference = fileDifference(join(ours, name), join(kafkas, name))
      if (difference !== undefined) differences[name] = difference
    }
  }
  return differences
}

/** Kafka makes the file as soon as it opens a log, ours comes with the first epoch. */
function isWithoutEpochs(path: string): boolean {
  return path.endsWith('/leader-epoch-checkpoint') && readFileSync(path).length === 0
}

export function fileDifference(ourPath: string, kafkasPath: string): string | undefined {
  const [ours, kafkas] = [readFileSync(ourPath), readFileSync(kafkasPath)]
  if (ours.equals(kafkas)) return undefined
  if (ourPath.endsWith('.snapshot') && sameProducers(ours, kafkas)) return undefined
  const length = Math.min(ours.length, kafkas.length)
  let position = 0
  while (position < length && ours[position] === kafkas[position]) position++
  const near = (bytes: Buffer) => bytes.subarray(position, position + 24).toString('hex')
  return (
    `from byte ${position} on: ours ${ours.length} bytes, ${near(ours)}; ` +
    `Kafka's ${kafkas.length} bytes, ${near(kafkas)}`
  )
}

/** Kafka writes producers in the order of a hash map, which says nothing. */
function sameProducers(ours: Buffer, kafkas: Buffer): boolean {
  return ours.length === kafkas.length && producersOf(ours) === producersOf(kafkas)
}

function producersOf(snapshot: Buffer): string {
  const texts = readProducerSnapshot(snapshot).map(entry =>
    JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  )
  return texts.sort().join('\n')
}
