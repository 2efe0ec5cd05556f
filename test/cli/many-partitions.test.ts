/** More partitions than files may be open, under a real `ulimit -n`. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { scratchDirectory } from '../disk/scratch.ts'

const KBROKER = `node ${join(import.meta.dirname, '../../bin/kbroker.js')}`
const directory = scratchDirectory()

it('1,500 partitions are written, recovered and closed with 256 open files', () => {
  const commands = [
    'ulimit -n 256',
    `seq 1000 | ${KBROKER} produce -t x --log-dirs d --partitions 1500 -q --batch-size 100`,
    'rm d/.kafka_cleanshutdown',
    `${KBROKER} recover --log-dirs d --execute -q >/dev/null`,
    'cat d/.kafka_cleanshutdown',
  ]
  const options = { cwd: directory, encoding: 'utf8' } as const
  const { status, stderr } = spawnSync('sh', ['-ec', commands.join('\n')], options)
  expect([status, stderr]).toEqual([0, ''])
}, 300_000)
