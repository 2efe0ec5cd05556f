/** What an import says of the retention of the topic that it goes into. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { scratchDirectory } from '../disk/scratch.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
const NOW_MS = 1_700_000_000_000
const DAY_MS = 86_400_000
let here: string

beforeEach(() => {
  here = mkdtempSync(join(scratch, 'import-'))
})

/** Of partition 0, one for each age, in days. */
function writeLines(ages: readonly number[], name = 'in.jsonl'): void {
  const lines = ages.map((age, offset) => {
    return `{"partition":0,"offset":${offset},"timestamp":${NOW_MS - age * DAY_MS},"value":"0123456789"}\n`
  })
  writeFileSync(join(here, name), lines.join(''))
}

async function run(...args: string[]) {
  const command = ['import', '-t', 't', '--log-dirs', 'a', ...args]
  return runInProcess(command, { workingDirectory: here })
}

async function expiriesOf(...args: string[]) {
  const { stdout } = await run('--json', ...args)
  const { expires } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { expires: unknown[] }
  return expires
}

const WEEK = { config: 'retention.ms', value: 604_800_000, source: 'default' }

describe('an import', () => {
  it('tells how many lines are older than the topic keeps records', async () => {
    writeLines([9, 8, 1])
    expect(await expiriesOf('in.jsonl')).toEqual([
      { reason: 'time', ...WEEK, records: 2, bytes: 20 },
    ])
    const { stderr, stdout } = await run('in.jsonl', '--topic-config', 'retention.ms=-1')
    expect([stderr.includes('older'), stdout.includes('3 records')]).toEqual([false, true])
  })

  it('tells which segments go once they are there', async () => {
    writeLines([20, 8])
    const segments = { segments: 1, bytes: 99, firstOffset: 0, lastOffset: 1 }
    expect(await expiriesOf('in.jsonl', '--execute')).toEqual([
      { reason: 'time', ...WEEK, ...segments },
    ])
    writeLines([9, 8, 1], 'more.jsonl')
    expect(await expiriesOf('more.jsonl', '--execute')).toEqual([])
  })

  it('leaves those of aborted transactions out of account', async () => {
    const of = (offset: number, age: number, more: string) =>
      `{"partition":0,"offset":${offset},"timestamp":${NOW_MS - age * DAY_MS},${more}}\n`
    const transaction = '"producerId":1,"producerEpoch":0,"isTransactional":true'
    const lines = [
      of(0, 9, `"value":"v",${transaction},"sequence":0`),
      of(1, 9, `"key":"","value":"","control":"ABORT",${transaction}`),
      of(2, 8, '"value":"kept"'),
    ]
    writeFileSync(join(here, 'in.jsonl'), lines.join(''))
    expect(await expiriesOf('in.jsonl')).toMatchObject([{ reason: 'time', records: 1, bytes: 4 }])
  })

  it('tells what has to make room, whoever brought it', async () => {
    const configs = ['--topic-config', 'retention.ms=-1', '--topic-config', 'retention.bytes=400']
    writeLines([9, 9, 9])
    await run('in.jsonl', ...configs, '--execute')
    writeLines(Array<number>(20).fill(9), 'more.jsonl')
    const size = { reason: 'size', config: 'retention.bytes', value: 400, source: 'topic' }
    expect(await expiriesOf('more.jsonl')).toEqual([])
    expect(await expiriesOf('more.jsonl', '--execute')).toMatchObject([
      { ...size, segments: 1, firstOffset: 0, lastOffset: 2 },
    ])
    expect(await expiriesOf('more.jsonl')).toMatchObject([{ ...size, records: 20 }])
  })
})

it('says at once what no topic can be configured with', async () => {
  writeLines([1])
  const { stderr, exitCode } = await run('in.jsonl', '--topic-config', 'segment.bytes=many')
  expect([exitCode, stderr]).toEqual([
    2,
    'kbroker: Invalid value many for configuration segment.bytes: Not a number of type INT\n',
  ])
})
