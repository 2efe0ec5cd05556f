/** Whole processes, timed in turn so that a machine whose speed drifts treats them alike; medians and their ratios. */
import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'

const RUNS = 5
const NOWHERE = openSync('/dev/null', 'w')
/** Certificates that a site adds cost every Node program a tenth of a second at its start; they aren't what is measured. */
const ENVIRONMENT = { ...process.env, NODE_EXTRA_CA_CERTS: undefined }
/** Loaded with --require: an --import would have Node start its module loader, which is not ours to pay for. */
const REPORT_MEMORY = './test/bench/report-memory.cjs'

/** @returns for each name: median wall-clock milliseconds, CPU is not told apart; and peak memory where it is Node */
export function compare(commands, runs = RUNS) {
  const taken = new Map(Object.keys(commands).map(name => [name, { times: [], rssMax: 0 }]))
  for (let run = -1; run < runs; run++) {
    for (const [name, command] of Object.entries(commands)) {
      const { milliseconds, rss } = once(command)
      if (run < 0) continue
      taken.get(name).times.push(milliseconds)
      taken.get(name).rssMax = Math.max(taken.get(name).rssMax, rss)
    }
  }
  return Object.fromEntries(
    [...taken].map(([name, { times, rssMax }]) => [name, { ms: median(times), rssMax }]),
  )
}

/**
 * Node programs are given as [script, …args], or { node: [script, …args], before, inputPath }: what has to be done
 * before each run, and what comes through a pipe; others as { command, args }.
 */
export function once(command) {
  command.before?.()
  const node = Array.isArray(command) ? command : command.node
  const isNode = node !== undefined
  const { inputPath } = command
  let file = isNode ? process.execPath : command.command
  let args = isNode ? ['--require', REPORT_MEMORY, ...node] : command.args
  if (inputPath !== undefined) {
    args = ['-c', 'cat "$0" | "$@"', inputPath, file, ...args]
    file = 'sh'
  }
  const start = performance.now()
  const { status, output, stderr } = spawnSync(file, args, {
    env: ENVIRONMENT,
    stdio: ['ignore', NOWHERE, 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  })
  const milliseconds = performance.now() - start
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`)
  return { milliseconds, rss: Number(output[3]?.toString() ?? 0) * 1024 }
}

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
