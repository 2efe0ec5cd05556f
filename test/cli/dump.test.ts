import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { ABORTED_TRANSACTION } from '../../src/log/transaction-index.ts'
import { encodeBatch, record } from '../record/encode-batch.ts'
import { FOREIGN } from '../record/foreign-bytes.ts'
import { runInProcess } from './run-in-process.ts'

const LOG = '/data/orders-0/00000000000000000000.log'

/** Three batches: offsets 0-1, 2-4, 5. */
const BATCHES = [
  encodeBatch({ baseOffset: 0n, records: [record(0, 'a', 'k0'), record(1, 'b', 'k1')] }),
  encodeBatch({ baseOffset: 2n, records: [record(0, 'c'), record(1, 'd'), record(2, 'e')] }),
  encodeBatch({ baseOffset: 5n, records: [record(0, 'f')] }),
]
const SIZES = BATCHES.map(({ length }) => length)

let disk: MemoryDisk

beforeEach(() => {
  disk = new MemoryDisk()
})

describe('what of a log is dumped', () => {
  beforeEach(() => disk.put(LOG, Buffer.concat(BATCHES)))

  it('tells a partition by the folder, of files as well', async () => {
    const other = LOG.replace('orders-0', 'orders-1')
    disk.put(other, BATCHES[0]!)
    for (const words of [
      [LOG, other],
      ['--files', `${LOG},${other}`],
      ['/data/orders-0', '/data/orders-1'],
    ]) {
      const { stdout, exitCode } = await dump(...words, '--partition', '1')
      expect(stdout.match(/^Dumping .*/gm)).toEqual([`Dumping ${other}`])
      expect(exitCode).toBe(0)
    }
  })

  it('prints nothing of a named file that begins behind the range, nor of a copy outside of it', async () => {
    const later = LOG.replace('00.log', '05.log')
    disk.put(LOG, Buffer.concat(BATCHES.slice(0, 2)))
    disk.put(later, BATCHES[2]!)
    const copy = LOG.replace('0'.repeat(20), '0')
    disk.put(copy, BATCHES[2]!)
    const { stdout } = await dump(LOG, later, copy, '--offsets', '2:4')
    expect(stdout.match(/^baseOffset: \d+/gm)).toEqual(['baseOffset: 2'])
  })

  it('leaves out batches without a record in the range of times, however they are ordered', async () => {
    const at = (baseOffset: bigint, ...timestamps: bigint[]) =>
      encodeBatch({
        baseOffset,
        baseTimestamp: timestamps[0]!,
        maxTimestamp: timestamps.reduce((a, b) => (a > b ? a : b)),
        records: timestamps.map((timestamp, index) => ({
          ...record(index, 'v'),
          timestampDelta: timestamp - timestamps[0]!,
        })),
      })
    const batches = [at(0n, 1000n, 1500n), at(2n, 3000n), at(3n, 3000n, 1200n), at(5n, 900n)]
    disk.put(LOG, Buffer.concat(batches))
    const { stdout } = await dump(
      LOG,
      '--from',
      '1970-01-01T00:00:01Z',
      '--to',
      '1970-01-01T00:00:02Z',
      '--deep-iteration',
    )
    expect(stdout.match(/^baseOffset: \d+/gm)).toEqual(['baseOffset: 0', 'baseOffset: 3'])
    expect(stdout.match(/^\| offset: \d+/gm)).toEqual(['| offset: 0', '| offset: 1', '| offset: 4'])
  })

  it('refuses an option twice, and takes lists in pieces', async () => {
    const twice = await dump(LOG, '--offsets', '0:1', '--offsets', '2:3')
    expect(twice.stderr).toContain("option '--offsets <range>' was given more than once")
    expect(twice.exitCode).toBe(2)
    const pieces = await dump('--files', LOG, '--files', LOG)
    expect(pieces.stdout.match(/^Dumping /gm)).toHaveLength(2)
  })

  it('tells the file and the place of what exceeds a limit', async () => {
    const { stderr } = await dump(LOG, '--deep-iteration', '--max-batch-bytes', '70')
    expect(stderr).toContain(`batch at byte 0 of ${LOG}`)
  })

  it('refuses a partition that is not there, or that nothing tells', async () => {
    expect((await dump(LOG, '--partition', '7')).stderr).toContain('nothing of partition 7')
    const nowhere = '/copy/00000000000000000000.log'
    disk.put(nowhere, BATCHES[0]!)
    const { stderr, exitCode } = await dump(nowhere, '--partition', '0')
    expect(stderr).toContain("--partition can't choose among files whose folder is not named")
    expect(exitCode).toBe(2)
  })

  it('refuses a reversed range, and notices one that a partition reverses', async () => {
    for (const range of [
      ['--offsets', 'end:start'],
      ['--offsets', '9:3'],
      ['--from', 'now', '--to', '-1h'],
    ]) {
      const { exitCode } = await dump(LOG, ...range)
      expect(exitCode).toBe(2)
    }
    for (const command of ['dump', 'search']) {
      const args = [command, '/data/orders-0', '--offsets', '-1:3']
      const { stderr, exitCode } = await runInProcess(args, { disk })
      const empty = 'the range holds nothing there: it begins at offset 5 and ends at 3'
      expect(stderr).toBe(`kbroker: /data/orders-0: ${empty}\n`)
      expect(exitCode).toBe(0)
    }
  })

  it('notices a range wholly behind the end of the log, whether its end is given or not', async () => {
    for (const range of ['500:', '500:600']) {
      const { stderr, exitCode } = await dump('/data/orders-0', '--offsets', range)
      const empty = 'the range holds nothing there: it begins at offset 500 and ends at 6'
      expect([stderr, exitCode]).toEqual([`kbroker: /data/orders-0: ${empty}\n`, 0])
    }
    expect((await dump('/data/orders-0', '--offsets', '5:600')).stderr).toBe('')
    expect((await dump('/data/orders-0', '--offsets', '3:3')).stderr).toBe('')
  })

  it.each([[[]], [['--json']]])('tells once where a decoder needs a key: %j', async json => {
    const { stderr, exitCode } = await dump(LOG, '--offsets-decoder', ...json)
    expect(stderr.match(/message had a missing key/g)).toHaveLength(1)
    expect(exitCode).toBe(1)
  })

  it.each([[[]], [['--json']]])('fails at control records that Kafka refuses: %j', async json => {
    const marker = encodeBatch({
      attributes: 0x30,
      producerId: 1n,
      records: [record(0, null, 'k')],
    })
    disk.put(LOG, marker)
    const { stdout, stderr, exitCode } = await dump(LOG, '--deep-iteration', ...json)
    expect(stdout).toContain('unreadable control record: ')
    expect(stderr).toContain(`kbroker: ${LOG}: offset 0: unreadable control record: `)
    expect(exitCode).toBe(1)
    expect((await dump(LOG, ...json)).exitCode).toBe(0)
  })

  it('says which of several decoders counts', async () => {
    const { stderr } = await dump(LOG, '--transaction-log-decoder', '--offsets-decoder')
    const ignored = '--transaction-log-decoder is ignored'
    expect(stderr).toContain(`--offsets-decoder decides, as for kafka-dump-log: ${ignored}`)
    expect((await dump(LOG, '--offsets-decoder')).stderr).not.toContain('decides')
  })
})

describe('dump of a damaged log', () => {
  it('names a file in findings as it was given', async () => {
    disk.put(LOG, Buffer.concat([BATCHES[0]!, BATCHES[2]!]))
    const { stdout } = await dump('data/orders-0', '--deep-iteration', '--json')
    const found = stdout.split('\n').filter(line => line.includes('"finding"'))
    expect(found).toEqual([expect.stringContaining('"file":"data/orders-0/')])
  })

  it('goes on behind a batch whose records are damaged, and says where', async () => {
    const bad = Buffer.from(BATCHES[1]!)
    bad[61] = 0x7f
    disk.put(LOG, Buffer.concat([BATCHES[0]!, bad, BATCHES[2]!]))
    const { stdout, stderr, exitCode } = await dump(LOG, '--deep-iteration')
    expect(stdout).toContain('baseOffset: 5 ')
    expect(stdout).toMatch(/^baseOffset: 2 .* isvalid: false$/m)
    expect(stderr).toMatch(
      `kbroker: ${LOG} at byte ${SIZES[0]! + 61}: record length of record 1 of 3 is impossible`,
    )
    expect(exitCode).toBe(1)
  })

  it('ends where the framing is lost, as kafka-dump-log does', async () => {
    disk.put(LOG, withSizeFieldOfSecond(5))
    const { stdout, stderr, exitCode } = await dump(LOG)
    expect(stdout.match(/^baseOffset/gm)).toHaveLength(1)
    expect(stderr).toContain(`at byte ${SIZES[0]!}: impossible size of a record batch: found 5`)
    expect(exitCode).toBe(1)
  })

  it('goes on under --resync, and says exactly what it skipped', async () => {
    disk.put(LOG, withSizeFieldOfSecond(5))
    const { stdout, stderr, exitCode } = await dump(LOG, '--resync')
    expect(exitCode).toBe(1)
    expect(stdout.match(/^baseOffset: \d/gm)).toEqual(['baseOffset: 0', 'baseOffset: 5'])
    const [from, to] = [SIZES[0]!, SIZES[0]! + SIZES[1]!]
    expect(stderr).toContain(
      `kbroker: ${LOG}: skipped bytes ${from} to ${to - 1} (${to - from} bytes): offsets 2 to 4\n`,
    )
  })

  it('misses the offsets from the base offset on where the first batch was skipped', async () => {
    const later = LOG.replace('00.log', '02.log')
    disk.put(later, withSizeFieldOfSecond(5).subarray(SIZES[0]))
    const { stdout, stderr } = await dump(later, '--resync')
    expect(stdout.match(/^baseOffset: \d/gm)).toEqual(['baseOffset: 5'])
    expect(stderr).toBe(
      `kbroker: ${later}: skipped bytes 0 to ${SIZES[1]! - 1} (${SIZES[1]} bytes): offsets 2 to 4\n`,
    )
  })

  it('misses no offset before the batch that an index led to', async () => {
    disk.put(LOG, withSizeFieldOfSecond(SIZES[1]! - 12 + 20))
    disk.put(LOG.replace(/log$/, 'index'), indexEntry(4, SIZES[0]!))
    const { stdout, stderr } = await dump(LOG, '--resync', '--offsets', '4:6')
    expect(stdout.match(/^baseOffset: \d/gm)).toEqual(['baseOffset: 2', 'baseOffset: 5'])
    expect(stderr).toContain(': offsets 2 to 4\n')
  })

  it('says under --resync what is lost at the end of a segment that another follows', async () => {
    const torn = Buffer.concat(BATCHES).subarray(0, SIZES[0]! + 30)
    disk.put(LOG, torn)
    disk.put(LOG.replace('00.log', '05.log'), BATCHES[2]!)
    const { stdout, stderr, exitCode } = await dump(LOG, '--resync')
    expect(stdout).toContain('Found 30 invalid bytes at the end of 00000000000000000000.log\n')
    const bytes = `skipped bytes ${SIZES[0]} to ${torn.length - 1} (30 bytes)`
    expect(stderr).toBe(`kbroker: ${LOG}: ${bytes}: offsets 2 to 4\n`)
    expect(exitCode).toBe(1)
    const inRange = await dump(LOG, '--resync', '--offsets', '0:2')
    expect([inRange.stderr, inRange.exitCode]).toEqual(['', 0])
    const json = await dump(LOG, '--resync', '--json')
    expect(json.stdout).toContain('"reason":"skipped"')
    expect(json.exitCode).toBe(1)
  })

  it.each([
    ['garbage', Buffer.alloc(40, 0xab), true],
    ['garbage shorter than a header', Buffer.alloc(15, 0xab), true],
    ['a write that a crash cut off', BATCHES[1]!.subarray(0, 30), false],
    ['a file allocated ahead', Buffer.alloc(4096), false],
  ])('tells damage under --resync at the end of the last segment: %s', async (_, end, isDamage) => {
    disk.put(LOG, Buffer.concat([BATCHES[0]!, end]))
    const { stdout, stderr, exitCode } = await dump(LOG, '--resync')
    expect(stdout).toContain(`Found ${end.length} invalid bytes`)
    const told = 'what offsets they held from 2 on is not known\n'
    expect([stderr.endsWith(told), exitCode]).toEqual([isDamage, isDamage ? 1 : 0])
  })

  it('does not let a damaged size field swallow the batch behind it under --resync', async () => {
    disk.put(LOG, withSizeFieldOfSecond(SIZES[1]! - 12 + 20))
    const { stdout } = await dump(LOG, '--resync')
    expect(stdout.match(/^baseOffset: \d/gm)).toEqual([
      'baseOffset: 0',
      'baseOffset: 2',
      'baseOffset: 5',
    ])
  })

  it('does not distrust the framing where only a body is damaged', async () => {
    const bad = Buffer.from(BATCHES[1]!)
    bad[bad.length - 2]! ^= 1
    disk.put(LOG, Buffer.concat([BATCHES[0]!, bad, BATCHES[2]!]))
    const { stdout, stderr, exitCode } = await dump(LOG, '--resync')
    expect(stdout.match(/^baseOffset: \d/gm)).toHaveLength(3)
    expect([stderr, exitCode]).toEqual(['', 0])
  })

  it('counts the bytes of a batch that was cut off, and is content', async () => {
    disk.put(LOG, Buffer.concat(BATCHES).subarray(0, -1))
    const { stdout, exitCode } = await dump(LOG)
    const invalid = SIZES[2]! - 1
    expect(stdout).toContain(
      `Found ${invalid} invalid bytes at the end of 00000000000000000000.log\n`,
    )
    expect(exitCode).toBe(0)
  })

  it('says what a batch larger than the limit would cost, and how to allow it', async () => {
    disk.put(LOG, FOREIGN.v2Gzip)
    const { stderr, exitCode } = await dump(LOG, '--deep-iteration', '--max-batch-bytes', '200')
    expect([stderr, exitCode]).toEqual(['', 0])
    const small = await dump(LOG, '--deep-iteration', '--max-batch-bytes', '100')
    expect(small.stderr).toContain('exceeds the limit of 100; raise it with --max-batch-bytes')
    expect(small.exitCode).toBe(1)
  })
})

describe('dump of a transaction index', () => {
  const INDEX = LOG.replace(/log$/, 'txnindex')
  const entry = (version: number) =>
    ABORTED_TRANSACTION.encode({
      version,
      producerId: 1n,
      firstOffset: 2n,
      lastOffset: 3n,
      lastStableOffset: 4n,
    })

  it('prints the first byte of the version, as Kafka reads it', async () => {
    disk.put(INDEX, Buffer.concat([entry(0x0007), entry(-0x0200)]))
    const { stdout, exitCode } = await dump(INDEX)
    expect(stdout.match(/^version: \S+/gm)).toEqual(['version: 0', 'version: -2'])
    expect(exitCode).toBe(0)
  })

  it('says in one line which entries Kafka does not take, and prints the others', async () => {
    disk.put(INDEX, Buffer.concat([entry(0), entry(0x0700), entry(0x0100), entry(0)]))
    const { stdout, stderr, exitCode } = await dump(INDEX)
    expect(stdout.match(/^version: \S+/gm)).toEqual(['version: 0', 'version: 0'])
    const reason = 'unknown version of an aborted transaction'
    expect(stderr).toBe(
      `kbroker: ${INDEX} at byte 34: ${reason}: found 7, and 1 more of such entries, expected 0\n`,
    )
    expect(exitCode).toBe(1)
  })
})

describe('dump', () => {
  beforeEach(() => disk.put(LOG, Buffer.concat(BATCHES)))

  it.each([
    ['1:3', ['0', '2'], ['1', '2']],
    ['4:', ['2', '5'], ['4', '5']],
    [':1', ['0'], ['0']],
    ['-1', ['5'], ['5']],
    ['100:200', [], []],
    ['3:3', [], []],
  ])('shows the batches and records of --offsets %s', async (range, batches, records) => {
    const { stdout } = await dump(LOG, '--deep-iteration', '--offsets', range)
    expect([...stdout.matchAll(/^baseOffset: (\d+)/gm)].map(match => match[1])).toEqual(batches)
    expect([...stdout.matchAll(/^\| offset: (\d+)/gm)].map(match => match[1])).toEqual(records)
  })

  it('shows bytes field by field with --hexdump, each byte once', async () => {
    const { stdout } = await dump(LOG, '--hexdump')
    const lines = [...stdout.matchAll(/^ {2} *(\d+) {2}((?:[0-9a-f]{2} )+)/gm)]
    const shown = Buffer.from(lines.map(match => match[2]!.replaceAll(' ', '')).join(''), 'hex')
    expect(shown.equals(Buffer.concat(BATCHES))).toBe(true)
    expect(stdout).toContain('baseOffset: 2')
    expect(stdout).toMatch(/record 0 key size: 4|record 0 key size: 2/)
  })

  it('prints JSON with the record line of every command, and the batch behind it', async () => {
    const { stdout } = await dump(LOG, '--print-data-log', '--json')
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(lines[0]).toEqual({ kind: 'file', file: LOG, type: 'log', baseOffset: 0 })
    expect(Object.keys(lines[1]!).slice(0, 9)).toEqual([
      'kind',
      'topic',
      'partition',
      'offset',
      'timestampType',
      'timestamp',
      'headers',
      'key',
      'value',
    ])
    expect(lines[1]).toMatchObject({
      topic: 'orders',
      partition: 0,
      offset: 0,
      key: 'k0',
      value: 'a',
    })
    expect(lines).toHaveLength(7)
  })

  it.each([
    ['', ['']],
    [`,${LOG}`, ['', LOG]],
    [`${LOG},,`, [LOG]],
    [',,', []],
  ])('splits --files "%s" as Kafka does', async (files, names) => {
    const { stdout, stderr, exitCode } = await dump('--files', files)
    expect(stdout.match(/^Dumping .*/gm) ?? []).toEqual(names.map(name => `Dumping ${name}`))
    expect([stderr, exitCode]).toEqual([names.includes('') ? 'Ignoring unknown file \n' : '', 0])
  })

  it('prints as findings in JSON what it tells on stderr in text', async () => {
    disk.put(LOG, Buffer.concat([BATCHES[0]!, BATCHES[2]!]))
    disk.put(LOG.replace(/log$/, 'index'), Buffer.from('0000000700000000', 'hex'))
    const { stdout, stderr } = await dump('/data/orders-0', '--all', '--deep-iteration', '--json')
    const findings = stdout.split('\n').filter(line => line.includes('"kind":"finding"'))
    expect(findings.map(line => (JSON.parse(line) as { reason: string }).reason)).toEqual([
      'index-mismatch',
      'non-consecutive-offsets',
    ])
    expect(stderr).toBe('')
  })

  it('prints bytes that are no text as hex or base64 where asked', async () => {
    disk.put('/data/b-0/00000000000000000000.log', binaryLog())
    const path = '/data/b-0/00000000000000000000.log'
    expect((await dump(path, '--value-encoding', 'hex')).stdout).toContain('payload: ff00fe')
    expect((await dump(path, '--value-encoding', 'base64')).stdout).toContain('payload: /wD+')
    expect((await dump(path, '--json', '--print-data-log')).stdout).toContain('"value_b64":"/wD+"')
  })

  it.each([
    [['nothing-here'], /no file or folder nothing-here/],
    [[LOG, '--offsets', 'begining'], /"begining" is no range of offsets/],
    [[LOG, '--from', 'yesterday'], /"yesterday" is no time/],
    [[LOG, '--max-bytes', '-5'], /It must be a whole number/],
    [[LOG, '--value-decoder-class', 'my.Avro'], /Java classes cannot be loaded here/],
    [[LOG, '--deep-iterration'], /Did you mean --deep-iteration/],
    [[], /nothing to dump/],
  ])('refuses %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await dump(...args)
    expect(stderr).toMatch(message)
    expect([stdout, exitCode]).toEqual(['', 2])
  })

  it('goes on with the next file where one is missing', async () => {
    const files = `/data/x-0/00000000000000000007.log,${LOG}`
    const { stdout, stderr, exitCode } = await dump('--files', files)
    expect(stderr).toBe(
      'kbroker: cannot open /data/x-0/00000000000000000007.log: no such file or directory (ENOENT)\n',
    )
    expect(stdout.match(/^baseOffset/gm)).toHaveLength(3)
    expect(exitCode).toBe(1)
  })
})

function dump(...args: readonly string[]) {
  return runInProcess(['dump', ...args], { disk })
}

function withSizeFieldOfSecond(size: number): Buffer {
  const second = Buffer.from(BATCHES[1]!)
  second.writeInt32BE(size, 8)
  return Buffer.concat([BATCHES[0]!, second, BATCHES[2]!])
}

function indexEntry(relativeOffset: number, position: number): Buffer {
  const entry = Buffer.alloc(8)
  entry.writeInt32BE(relativeOffset)
  entry.writeInt32BE(position, 4)
  return entry
}

function binaryLog(): Buffer {
  const binary = { ...record(0, null), value: Buffer.from('ff00fe', 'hex') }
  return encodeBatch({ records: [binary] })
}
