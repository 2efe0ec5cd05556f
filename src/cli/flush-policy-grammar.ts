/**
 * A flush policy on the command line: `flush.messages=10000,flush.ms=1000`, by the names of Kafka's configs. What it does
 * not name, it does not do; how often the broker looks, which no topic can say, may be named, too.
 */
import { UsageError } from '../base/errors.ts'
import { orNever, type FlushPolicy } from '../inspect/flush/flush-policy.ts'
import { brokerConfigProblem } from '../metadata/broker-configs.ts'
import { TOPIC_CONFIGS } from '../metadata/topic-config-definitions.ts'
import { configValueProblem } from '../metadata/topic-configs.ts'
import { parseConfigPairs } from './config-pairs.ts'

export interface SimulatedPolicy extends FlushPolicy {
  /** As it was given. */
  readonly name: string
}

const MESSAGES = 'flush.messages'
const MS = 'flush.ms'
const SCHEDULER = 'log.flush.scheduler.interval.ms'
const SIMULATE = '--simulate'
const EXPECTED = `${MESSAGES}=N or ${MS}=N, or both, and perhaps ${SCHEDULER}=N, comma-separated`

/**
 * @param schedulerMs where the policy doesn't say
 * @throws UsageError
 */
export function parseFlushPolicy(text: string, schedulerMs: number): SimulatedPolicy {
  const given = new Map<string, number>()
  for (const [name, value] of parseConfigPairs(SIMULATE, text, EXPECTED)) {
    const problem = problemOf(name, value)
    if (problem !== undefined) throw new UsageError(`${SIMULATE} ${text}: ${problem}`)
    given.set(name, orNever(Number(value)))
  }
  if (!given.has(MESSAGES) && !given.has(MS)) {
    throw new UsageError(`${SIMULATE} ${text}: found ${JSON.stringify(text)}, expected ${EXPECTED}`)
  }
  return {
    name: text,
    flushMessages: given.get(MESSAGES) ?? Infinity,
    flushMs: given.get(MS) ?? Infinity,
    schedulerMs: given.get(SCHEDULER) ?? schedulerMs,
  }
}

/** Such a policy does nothing with the milliseconds it names. */
export function isNeverLookedAt({ flushMs, schedulerMs }: FlushPolicy): boolean {
  return flushMs < Infinity && schedulerMs === Infinity
}

function problemOf(name: string, value: string): string | undefined {
  if (name === MESSAGES || name === MS) {
    return configValueProblem(TOPIC_CONFIGS[name]!.type, name, value)
  }
  if (name !== SCHEDULER) return `${name} is none of ${MESSAGES}, ${MS} and ${SCHEDULER}`
  return brokerConfigProblem(name, value) ?? (Number(value) > 0 ? undefined : `${name} is above 0`)
}
