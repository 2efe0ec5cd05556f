import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { completionScript } from '../../src/cli/render/completion-script.ts'
import type { CompletedCommand } from '../../src/cli/completion-tree.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

const COMMANDS: readonly CompletedCommand[] = [
  {
    name: 'show',
    summary: 'it\'s [a] "test": $(false)',
    takesPaths: true,
    choices: [],
    options: [
      {
        flags: ['-b', '--by'],
        description: "a line's [kind]: `$x`",
        takesValue: true,
        choices: ['dir', 'topic'],
        takesPath: false,
      },
      { flags: ['--quiet'], description: '', takesValue: false, choices: [], takesPath: false },
    ],
  },
  { name: 'shell', summary: 'pick', takesPaths: false, choices: ['bash', 'zsh'], options: [] },
]

/** What the script offers for the words, the last of them being typed. */
function completed(script: string, words: readonly string[]): string[] {
  return run(script, words).offered
}

/** And what it asked kbroker for, to know that. */
function run(script: string, words: readonly string[]) {
  const program = `
exec 3>&2
kbroker() { echo "asked: $*" >&3; printf 'orders\\norders-0\\npayments\\n'; }
${script}
COMP_WORDS=(kbroker ${words.map(word => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_kbroker
printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, status, stderr } = spawnSync('bash', ['-c', program], { cwd: FIXTURES })
  expect(`${status} ${String(stderr).replace(/^asked: .*\n/gm, '')}`).toBe('0 ')
  const offered = stdout
    .toString()
    .split('\n')
    .filter(line => line !== '')
  return { offered, asked: /^asked: (.*)$/m.exec(String(stderr))?.[1] }
}

describe('the script for bash', () => {
  const script = completionScript('bash', COMMANDS).join('\n')

  it.each([
    [['show', 'ord'], 'completion names'],
    [['show', '--log-dirs', '/a,/b', 'ord'], 'completion names --log-dirs /a,/b'],
    [['show', '--log-dirs', '=', '/a,/b', 'ord'], 'completion names --log-dirs /a,/b'],
  ])('asks for names where they are: %j', (words, asked) => {
    expect(run(script, words).asked).toBe(asked)
  })

  it.each<[string[], string[]]>([
    [['sh'], ['show', 'shell']],
    [
      ['show', '--'],
      ['--by', '--quiet'],
    ],
    [
      ['show', '--by', ''],
      ['dir', 'topic'],
    ],
    [['show', '-b', 't'], ['topic']],
    [['show', '--by', '=', 't'], ['topic']],
    [
      ['show', '--by', '='],
      ['dir', 'topic'],
    ],
    [['show', '--by', 'dir,t'], ['dir,topic']],
    [
      ['help', 'sh'],
      ['show', 'shell'],
    ],
    [
      ['show', 'ord'],
      ['orders', 'orders-0'],
    ],
    [['show', 'clean-'], ['clean-4.3']],
    [
      ['shell', ''],
      ['bash', 'zsh'],
    ],
    [['nosuch', ''], []],
  ])('completes %j', (words, expected) => {
    expect(completed(script, words)).toEqual(expected)
  })
})

describe('scripts of the real commands', () => {
  it('are accepted by bash, and complete options that have choices', async () => {
    const { stdout, exitCode } = await runInProcess(['completion', 'bash'], {
      workingDirectory: FIXTURES,
    })
    expect(exitCode).toBe(0)
    expect(completed(stdout, ['log-dirs', '--by', ''])).toEqual(['dir', 'topic', 'partition'])
    expect(completed(stdout, ['look'])).toEqual(['lookup'])
  })

  it.each(['zsh', 'fish'])('name every command in %s', async shell => {
    const { stdout } = await runInProcess(['completion', shell], { workingDirectory: FIXTURES })
    for (const name of ['dump', 'lookup', 'offsets', 'log-dirs', 'completion']) {
      expect(stdout).toContain(name)
    }
  })

  it('ask for the names of topics and partitions', async () => {
    const { stdout } = await runInProcess(
      ['completion', 'names', '--log-dirs', 'transactions-4.3/log'],
      { workingDirectory: FIXTURES },
    )
    expect(stdout).toBe(
      '__transaction_state\nledger\npayments\n__transaction_state-0\nledger-0\nledger-1\npayments-0\n',
    )
  })
})
