/** Options that name a view of the same things, one at most, as for kafka-consumer-groups. */
import { UsageError } from '../base/errors.ts'

export function chosenView<View extends string>(
  views: readonly View[],
  options: { readonly [V in View]?: boolean },
): View | undefined {
  const chosen = views.filter(view => options[view] === true)
  if (chosen.length <= 1) return chosen[0]
  const words = chosen.map(view => `--${view}`).join(' and ')
  throw new UsageError(`${words} are different views: choose one of them`)
}
