/** Every table that Kafka's group tools printed of fixtures/internal-4.3 is one of ours, byte for byte. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixturePath } from '../log/fixture.ts'
import { runInProcess } from './run-in-process.ts'

const TOLD = readFileSync(fixturePath('internal-4.3/expected/groups.txt'), 'utf8')
const CONSUMER = 'consumer.group.ConsumerGroupCommand --describe --all-groups'
const SHARE = 'consumer.group.ShareGroupCommand --describe --all-groups'

function toldBy(command: string): string {
  const [, rest = ''] = TOLD.split(`--- ${command}\n`)
  return rest.split('\n--- ')[0]!
}

/** By group. A table begins with the names of its columns and ends at an empty line. */
function tablesIn(text: string): Record<string, string> {
  const tables = text.split(/\n(?=GROUP )/).filter(table => table.startsWith('GROUP'))
  const named = tables.map(table => {
    const [whole = ''] = table.split('\n\n')
    return [whole.split('\n')[1]?.split(' ')[0] ?? '', whole.replace(/\n$/, '')]
  })
  return Object.fromEntries(named.filter(([group]) => group !== '')) as Record<string, string>
}

async function ours(...args: readonly string[]): Promise<string> {
  const logDir = fixturePath('internal-4.3/log')
  const { stdout } = await runInProcess(['groups', '--log-dirs', logDir, ...args])
  return `\n${stdout}`
}

describe('descriptions of groups', () => {
  it.each([
    [`${CONSUMER} --offsets`, ['--describe'], 8],
    [`${CONSUMER} --members --verbose`, ['--members', '--verbose'], 4],
    [`${SHARE} --offsets --verbose`, ['--describe', '--verbose'], 1],
  ])('are those of %s', async (command, args, count) => {
    const expected = tablesIn(toldBy(command))
    expect(Object.keys(expected)).toHaveLength(count)
    expect(tablesIn(await ours(...args))).toMatchObject(expected)
  })

  it('have the states and assignors that Kafka tells', async () => {
    const table = toldBy(`${CONSUMER} --state`)
    const states = [...table.matchAll(/^(\S+-\S+) .*\(1\) +(\S+) +(\S+) +(\d+)$/gm)]
    expect(states).toHaveLength(8)
    const lines = (await ours('--state', '--json')).trim().split('\n')
    const byGroup = new Map(
      lines.map(line => {
        const group = JSON.parse(line) as Record<string, unknown>
        return [group['group'], group]
      }),
    )
    for (const [, name, assignor, state, members] of states) {
      const group = byGroup.get(name)
      expect(group).toMatchObject({ state, members: Number(members) })
      const isDefault = assignor === '-' || assignor === 'uniform'
      expect(group?.['assignor']).toBe(isDefault ? null : assignor)
    }
  })
})
