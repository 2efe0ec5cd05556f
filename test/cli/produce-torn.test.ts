/** `produce` to a log that was closed, and whose tail is torn: it would write where nobody finds it. */
import { cpSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'
import { runInProcess } from './run-in-process.ts'

it('is refused, and changes nothing', async () => {
  const scratch = scratchDirectory()
  cpSync(join(FIXTURES, 'clean-4.3'), scratch, { recursive: true })
  const log = join(scratch, 'a/big-0/00000000000000000000.log')
  truncateSync(log, statSync(log).size - 300)
  const before = readFileSync(log)
  const produced = runInProcess(
    ['produce', '-t', 'big', '--log-dirs', 'a,b', join(FIXTURES, 'README.md')],
    { workingDirectory: scratch },
  )
  await expect(produced).rejects.toThrow(
    /big-0 is not in order: .+ would end the log at offset 0 and pass over/,
  )
  expect(readFileSync(log)).toEqual(before)
  expect(statSync(join(scratch, 'a/.kafka_cleanshutdown')).isFile()).toBe(true)
})
