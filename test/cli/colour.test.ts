import { describe, expect, it } from 'vitest'
import { colourOf, PLAIN, type ColourChoice } from '../../src/cli/colour.ts'
import type { CommandContext } from '../../src/cli/command-context.ts'

async function isColoured(
  color: ColourChoice,
  environment: Record<string, string>,
  stdoutIsTerminal: boolean,
): Promise<boolean> {
  const terminal = { stdoutIsTerminal, stderrIsTerminal: false, columns: 80 }
  const context = { environment, terminal } as unknown as CommandContext
  const colour = await colourOf({ color }, context)
  if (colour !== PLAIN) expect(colour.red('x')).toBe('\u001b[31mx\u001b[39m')
  return colour !== PLAIN
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
  ])(
    '--color %s, environment %j, on a terminal: %s → %s',
    async (choice, env, terminal, expected) => {
      expect(await isColoured(choice, env, terminal)).toBe(expected)
    },
  )
})
