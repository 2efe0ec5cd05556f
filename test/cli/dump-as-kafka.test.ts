import { describe, expect, it } from 'vitest'
import { kafkaRuns, type KafkaRun } from './kafka-dump-output.ts'
import { runInProcess } from './run-in-process.ts'

describe('dump prints what kafka-dump-log printed', () => {
  for (const { name, runs } of kafkaRuns()) {
    it(`of ${name}`, async () => {
      for (const run of runs) await compare(run)
    })
  }

  it('for every fixture there is', () => {
    expect(kafkaRuns().length).toBeGreaterThan(60)
  })
})

async function compare({ directory, args, stdout, stderr, crashed }: KafkaRun): Promise<void> {
  const ours = await runInProcess(['dump', ...args], { workingDirectory: directory })
  if (crashed) {
    expect(ours.stdout.slice(0, stdout.length)).toBe(stdout)
    if (ours.exitCode !== 0) expect(ours.stderr).toMatch(/^kbroker: /m)
    return
  }
  expect(ours.stdout).toBe(stdout)
  expect(blocks(ours.stderr.replaceAll(directory, '{ROOT}'))).toEqual(blocks(stderr))
  expect(ours.exitCode).toBe(0)
}

/** One per file; Java hashes the files' absolute paths into an order that another machine does not share. */
function blocks(stderr: string): string[] {
  return stderr.split(/^(?=\S.*\{ROOT\})/m).sort()
}
