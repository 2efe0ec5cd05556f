/**
 * `npm run demo`: the commands at work, each with what to look for. First on two log.dirs of its own, in a temporary
 * directory: written by a pipeline, left by a writer that is killed, put in order, read. Then on log.dirs that Apache
 * Kafka wrote (fixtures/), which nothing is written to. Exit codes are part of the show, so an unexpected one ends it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '..')
const KBROKER = join(ROOT, 'bin/kbroker.js')
const FIXTURES = join(ROOT, 'fixtures')
const LINES_SHOWN = 8
/** How long a writer may take to write so many bytes before it is killed. */
const WRITING_MS_MAX = 20_000
const WRITTEN_BYTES = 20_000

const BEFORE_THE_CRASH = [
  {
    say: 'Lines from a pipe into a new topic of four partitions over two empty log.dirs, by key.',
    feeds: 'orders',
    args: 'produce -t orders --log-dirs a,b --partitions 4 -K: -z lz4 -v',
    input: Array.from({ length: 10_000 }, (_, i) => `customer-${i % 97}:order ${i}\n`).join(''),
  },
  {
    say: 'The topic is in __cluster_metadata-0, where Apache Kafka will find it, too.',
    args: 'topics describe --topic orders --log-dirs a,b',
  },
]

const CRASH = 'produce -t payments --log-dirs a,b --durability batch'

const AFTER_THE_CRASH = [
  {
    say: 'What would a start do about it? recover tells, and changes nothing …',
    args: 'recover --log-dirs a,b',
    showsEnd: true,
  },
  { say: '… and now does it.', args: 'recover --log-dirs a,b --execute', showsEnd: true },
  { say: 'Is every file as it should be?', args: 'verify a b' },
  {
    say: 'Where is offset 100 of what the killed writer had written?',
    args: 'lookup payments-0 --log-dirs a,b --offset 100',
  },
  {
    say: 'The last that it had written.',
    args: 'consume -t payments --log-dirs a,b -o -3 -f %p@%o:\\x20%v\\n',
  },
  {
    say: 'Records as JSON lines, which produce --json reads back.',
    args: 'consume -t orders --log-dirs a,b -c 3 --json',
  },
]

/** On log.dirs that Apache Kafka wrote. */
const READING = [
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

const directory = mkdtempSync(join(tmpdir(), 'kbroker-demo-'))
try {
  for (const name of ['a', 'b']) mkdirSync(join(directory, name))
  for (const step of BEFORE_THE_CRASH) showStep(step, directory)
  await crash()
  for (const step of AFTER_THE_CRASH) showStep(step, directory)
} finally {
  rmSync(directory, { recursive: true })
}
for (const step of READING) showStep(step, FIXTURES)
console.log('\nkbroker --help lists the commands; each has examples of its own.')

function showStep({ say, args, exit = 0, feeds, input, showsEnd = false }, cwd) {
  console.log(`\n# ${say}\n$ ${feeds === undefined ? '' : `${feeds} | `}kbroker ${args}`)
  const command = [KBROKER, ...args.split(' ')]
  const { stdout, stderr, status } = spawnSync(process.execPath, command, {
    cwd,
    input,
    encoding: 'utf8',
  })
  show(stdout + stderr, showsEnd)
  if (status !== exit) throw new Error(`exit code ${status}, expected ${exit}`)
}

/** Kills a writer amid its work. */
async function crash() {
  console.log('\n# A writer that syncs every batch is killed amid its work (kill -9).')
  console.log(`$ payments | kbroker ${CRASH}`)
  const writer = spawn(process.execPath, [KBROKER, ...CRASH.split(' ')], {
    cwd: directory,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const ended = new Promise(resolve => writer.once('close', (_, signal) => resolve(signal)))
  writer.stdin.on('error', () => {})
  const deadline = Date.now() + WRITING_MS_MAX
  for (let i = 0; bytesOf('payments') < WRITTEN_BYTES && Date.now() < deadline;) {
    for (const end = i + 20; i < end; i++) writer.stdin.write(`payment ${i}\n`)
    await sleep(5)
  }
  writer.kill('SIGKILL')
  const signal = await ended
  if (signal !== 'SIGKILL') throw new Error('the writer ended by itself')
  console.log(`killed, with ${bytesOf('payments')} bytes in its log`)
}

function bytesOf(topic) {
  let bytes = 0
  for (const dir of ['a', 'b']) {
    for (const name of readdirSync(join(directory, dir))) {
      if (!name.startsWith(`${topic}-`)) continue
      for (const file of readdirSync(join(directory, dir, name))) {
        if (file.endsWith('.log')) bytes += statSync(join(directory, dir, name, file)).size
      }
    }
  }
  return bytes
}

function show(text, showsEnd) {
  const lines = text.trimEnd().split('\n')
  const left = lines.length - LINES_SHOWN
  if (left > 0 && showsEnd) console.log(`… ${left} lines before`)
  for (const line of showsEnd ? lines.slice(-LINES_SHOWN) : lines.slice(0, LINES_SHOWN)) {
    console.log(line.length > 180 ? `${line.slice(0, 179)}…` : line)
  }
  if (left > 0 && !showsEnd) console.log(`… ${left} more lines`)
}
