/** `--topic-config name=value`, as often as there are configs. */
import { UsageError } from '../base/errors.ts'

/** @throws UsageError where one is no pair */
export function topicConfigsOf(pairs: readonly string[] = []): ReadonlyMap<string, string> {
  return new Map(
    pairs.map(pair => {
      const split = pair.indexOf('=')
      if (split < 1) throw new UsageError(`--topic-config ${pair}: expected name=value`)
      return [pair.slice(0, split), pair.slice(split + 1)]
    }),
  )
}
