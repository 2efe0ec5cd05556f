/** What a topic's configs might be, on the command line: `index.interval.bytes=16384,compression.type=zstd`. */
import { UsageError } from '../base/errors.ts'
import { topicConfigProblem } from '../metadata/topic-configs.ts'
import { parseConfigPairs } from './config-pairs.ts'

export interface WhatIf {
  /** As it was given. */
  readonly name: string
  /** What it changes, by the names of topic configs; values that were found valid. */
  readonly configs: ReadonlyMap<string, string>
}

export const COMPRESSION_TYPE = 'compression.type'
const NAMES = ['index.interval.bytes', 'segment.bytes', 'segment.ms', COMPRESSION_TYPE]
const OPTION = '--what-if'
const EXPECTED = `some of ${NAMES.map(name => `${name}=…`).join(', ')}, comma-separated`

/** @throws UsageError */
export function parseWhatIf(text: string): WhatIf {
  const configs = parseConfigPairs(OPTION, text, EXPECTED)
  for (const name of configs.keys()) {
    if (NAMES.includes(name)) continue
    throw new UsageError(`${OPTION} ${text}: found ${name}, expected ${EXPECTED}`)
  }
  const problem = topicConfigProblem(configs)
  if (problem !== undefined) throw new UsageError(`${OPTION} ${text}: ${problem}`)
  return { name: text, configs }
}
