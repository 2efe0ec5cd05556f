/**
 * `npm run demo`: the commands on log.dirs that Apache Kafka wrote (fixtures/), each with what to look for.
 * Exit codes are part of the show, so an unexpected one ends it.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const LINES_SHOWN = 14

const STEPS = [
  {
    say: 'Two log.dirs of one Kafka 4.3.1 broker: what is in them, how much, and was it shut down cleanly?',
    args: 'log-dirs clean-4.3/a clean-4.3/b',
  },
  {
    say: 'The batches of a log, as kafka-dump-log prints them, byte for byte.',
    args: 'dump --files clean-4.3/a/records-zstd-0/00000000000000000000.log',
  },
  {
    say: 'Its records as JSON lines: null is null, bytes that are no UTF-8 come as base64.',
    args: 'dump clean-4.3/a/records-zstd-0 --print-data-log --json',
  },
  {
    say: 'The same bytes, field by field.',
    args: 'dump --files clean-4.3/a/records-none-0/00000000000000000000.log --hexdump --max-bytes 600',
  },
  {
    say: 'Every file held against every other. Nothing is wrong here …',
    args: 'verify clean-4.3/a clean-4.3/b',
  },
  {
    say: '… and here one bit has flipped in a compressed batch (exit code 4: the log is damaged).',
    args: 'verify damaged/bit-flip-compressed-body/log',
    exit: 4,
  },
  {
    say: 'Where is offset 45? The way a broker finds it: index, binary search, a short scan.',
    args: 'lookup orders-2 --log-dirs clean-4.3/a,clean-4.3/b --offset 45 --explain',
  },
  {
    say: 'First and last offsets, without a broker, as kafka-get-offsets prints them.',
    args: 'offsets --log-dirs clean-4.3/a,clean-4.3/b --topic orders',
  },
  {
    say: 'A key, through all partitions of a topic and both log.dirs.',
    args: 'search orders --log-dirs clean-4.3/a,clean-4.3/b --key order-14 --json',
  },
  {
    say: 'What the batches are like: sizes, codecs, ratios, producers.',
    args: 'stats clean-4.3/a/orders-1',
  },
  {
    say: 'Who holds the last stable offset back? Open transactions, from the files alone.',
    args: 'transactions --log-dirs transactions-4.3/log',
  },
  {
    say: 'Consumer groups and their lag, from __consumer_offsets.',
    args: 'groups --log-dirs internal-4.3/log',
  },
]

for (const { say, args, exit = 0 } of STEPS) {
  console.log(`\n# ${say}\n$ kbroker ${args}`)
  const { stdout, stderr, status } = run(args.split(' '))
  show(stdout + stderr)
  if (status !== exit) {
    console.error(`\nexit code ${status}, expected ${exit}`)
    process.exit(1)
  }
}
console.log(
  '\nNothing was written. kbroker --help lists the commands; each has examples of its own.',
)

function run(args) {
  const command = [join(ROOT, 'bin/kbroker.js'), ...args]
  return spawnSync(process.execPath, command, { cwd: join(ROOT, 'fixtures'), encoding: 'utf8' })
}

function show(text) {
  const lines = text.trimEnd().split('\n')
  for (const line of lines.slice(0, LINES_SHOWN))
    console.log(line.length > 180 ? `${line.slice(0, 179)}…` : line)
  if (lines.length > LINES_SHOWN) console.log(`… ${lines.length - LINES_SHOWN} more lines`)
}
