import { expect, test } from 'vitest'
import type { CommandContext } from '../../src/cli/command-context.ts'
import { bytesText, progressText, startProgressBesideOutput } from '../../src/cli/progress.ts'

test('progress tells bytes, their share and the rate', () => {
  const facts = { bytes: 512 * 1024 ** 2, totalBytes: 2 * 1024 ** 3, elapsedMs: 500 }
  expect(progressText('verifying', facts)).toBe('verifying 512.0 MiB of 2.0 GiB (25 %), 1.0 GiB/s')
})

test('a command that prints all the while shows none on the terminal it prints to', async () => {
  const context = { environment: {}, terminal: { stdoutIsTerminal: true, stderrIsTerminal: true } }
  const progress = await startProgressBesideOutput('dumping', context as unknown as CommandContext)
  expect(progress.isShown).toBe(false)
})

test('progress of unknown work tells no share', () => {
  const facts = { bytes: 10, totalBytes: undefined, elapsedMs: 0 }
  expect(progressText('searching', facts)).toBe('searching 10 B, 9.8 KiB/s')
})

test('bytes take the unit that suits them', () => {
  expect([0, 1023, 1024, 1024 ** 6].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1024.0 PiB',
  ])
})
