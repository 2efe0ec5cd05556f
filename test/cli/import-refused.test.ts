/** Lines that no log is made of, and lines that are not the same when they are read once more. */
import { appendFileSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { diskWith } from '../../src/disk/disk-with.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { runInProcess } from './run-in-process.ts'

const scratch = scratchDirectory()
const IMPORT = ['import', 'in.jsonl', '-t', 't', '--log-dirs', 'a', '--execute']
let here: string

beforeEach(() => {
  here = mkdtempSync(join(scratch, 'import-'))
})

describe('an import', () => {
  it.each([
    [
      'a transaction of nobody',
      '"isTransactional":true,"value":"v"',
      'says no producer: found no producerId',
    ],
    [
      'a marker that is none',
      '"control":"COMMIT","key":"","value":""',
      'not those of the control record: found UNKNOWN, expected COMMIT',
    ],
    [
      'a marker that is another',
      '"control":"COMMIT","key":"\\u0000\\u0000\\u0000\\u0000","value":"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"',
      'not those of the control record: found ABORT, expected COMMIT',
    ],
    [
      'an offset that no log can end behind',
      '"offset":9223372036854775807,"value":"v"',
      'an offset, 0 to 9223372036854775806',
    ],
  ])('refuses %s', async (_, members, why) => {
    const offset = members.includes('"offset"') ? '' : '"offset":0,'
    writeFileSync(join(here, 'in.jsonl'), `{"partition":0,${offset}${members}}\n`)
    const done = runInProcess([...IMPORT, '--keep-offsets'], { workingDirectory: here })
    await expect(done).rejects.toThrow(why)
    expect(existsSync(join(here, 'a'))).toBe(false)
  })

  it('makes no room for a partition that no topic has', async () => {
    writeFileSync(join(here, 'in.jsonl'), '{"partition":2000000000,"value":"v"}\n')
    const { stderr, exitCode } = await runInProcess(IMPORT, { workingDirectory: here })
    expect([exitCode, stderr]).toEqual([
      2,
      'kbroker: Excessively large number of partitions per request.\n',
    ])
  })

  it.each([
    ['the same partition', '{"partition":0,"value":"late"}\n'],
    ['another partition', '{"partition":7,"value":"late"}\n'],
  ])('refuses a file to which lines of %s come meanwhile', async (_, late) => {
    const file = join(here, 'in.jsonl')
    writeFileSync(file, '{"partition":0,"value":"v"}\n')
    await runInProcess(IMPORT, { workingDirectory: here })
    const growing = diskWith(nodeDisk, {
      makeDirectory(path) {
        if (path.endsWith('-delete')) appendFileSync(file, late)
        nodeDisk.makeDirectory(path)
      },
    })
    const done = runInProcess(IMPORT, { workingDirectory: here, disk: growing })
    await expect(done).rejects.toThrow('the file has changed while it was imported')
    expect(readdirSync(join(here, 'a')).filter(name => name.startsWith('t-'))).toEqual(['t-0'])
    const { stdout } = await runInProcess(['offsets', '--log-dirs', 'a', 't'], {
      workingDirectory: here,
    })
    expect(stdout).toBe('t:0:1\n')
  })
})
