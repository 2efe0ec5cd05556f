/** What a running broker tells, as lines of JSON on stderr. */
import { pino } from 'pino'
import type { BrokerLog } from '../broker/broker-log.ts'

export const LOG_LEVELS = ['error', 'warn', 'info', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const STDERR = 2

export function stderrLog(level: LogLevel): BrokerLog {
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  return pino(options, pino.destination({ dest: STDERR, sync: true }))
}
