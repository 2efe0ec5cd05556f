import { describe, expect, it } from 'vitest'
import { colourOf, type ColourChoice } from '../../src/cli/colour.ts'
import type { CommandContext } from '../../src/cli/command-context.ts'

function isColoured(
  color: ColourChoice,
  environment: Record<string, string>,
  stdoutIsTerminal: boolean,
): boolean {
  const terminal = { stdoutIsTerminal, stderrIsTerminal: false, columns: 80 }
  const context = { environment, terminal } as unknown as CommandContext
  return colourOf({ color }, context).level > 0
}

describe('colour', () => {
  it.each<[ColourChoice, Record<string, string>, boolean, boolean]>([
    ['auto', {}, true, true],
    ['auto', {}, false, false],
    ['auto', { NO_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '' }, true, true],
    ['auto', { TERM: 'dumb' }, true, false],
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', {}, true, false],
  ])('--color %s, environment %j, on a terminal: %s → %s', (choice, env, terminal, expected) => {
    expect(isColoured(choice, env, terminal)).toBe(expected)
  })
})
