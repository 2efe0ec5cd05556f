/** Configs on the command line: `flush.messages=10000,flush.ms=1000`, by the names of Kafka's. */
import { UsageError } from '../base/errors.ts'

/**
 * @param option that was given, such as `--simulate`
 * @param expected what it takes, for who gave something else
 * @throws UsageError
 */
export function parseConfigPairs(
  option: string,
  text: string,
  expected: string,
): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*([a-z.]+)\s*=\s*(\S+)\s*$/.exec(part) ?? []
    if (name === undefined || value === undefined) {
      const found = JSON.stringify(part.trim())
      throw new UsageError(`${option} ${text}: found ${found}, expected ${expected}`)
    }
    if (given.has(name)) throw new UsageError(`${option} ${text}: ${name} is given twice`)
    given.set(name, value)
  }
  return given
}
