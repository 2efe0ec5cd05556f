import fc from 'fast-check'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DiskError, UsageError } from '../../src/base/errors.ts'
import { ByteOutput } from '../../src/cli/byte-output.ts'
import type { CommandContext } from '../../src/cli/command-context.ts'
import { createProduceCommand } from '../../src/cli/commands/produce.ts'
import type { DirectorySinkOptions } from '../../src/cli/directory-sink.ts'
import { RecordJson } from '../../src/cli/render/record-json.ts'
import { DEFAULT_DECODE_LIMITS } from '../../src/base/limits.ts'
import type { InputStream } from '../../src/disk/input-stream.ts'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { DEFAULT_LOG_CONFIG } from '../../src/log/log-config.ts'
import { NO_BROKER_FILE } from '../../src/log-dirs/broker-file.ts'
import { V2Cursor } from '../../src/record/v2-cursor.ts'
import { MemorySink } from '../client/memory-sink.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { anyRecord } from '../record/arbitrary-record.ts'
import { cut, streamOf } from './produce-input/pieces.ts'

const NOW = 1_700_000_000_000
const directory = scratchDirectory()

describe('kbroker produce', () => {
  it('makes a record of each line, with the time of now', async () => {
    const { sink, exitCode } = await produce(['-q'], ['one\ntwo\n', '\nfour'])
    expect(sink.texts()).toEqual(['∅=one', '∅=two', '∅=', '∅=four'])
    expect(sink.records()[0]!.timestamp).toBe(BigInt(NOW))
    expect(exitCode).toBe(0)
  })

  it.each([
    [['-K:'], ['a:b\nc'], ['a=b', '∅=c']],
    [['-K:', '-Z'], ['a:\n:b\n\n'], ['a=∅', '∅=b', '∅=∅']],
    [['-k', 'key'], ['a'], ['key=a']],
    [['-D', '\\0'], ['a\nb\0c'], ['∅=a\nb', '∅=c']],
    [['-D', '\\x1e\\x1f', '-K', '\\t'], ['k\tv\x1e\x1fw'], ['k=v', '∅=w']],
    [['--reader-property', 'parse.key=true'], ['a\tb'], ['a=b']],
    [['--property', 'parse.key=true', '--property', 'key.separator=,'], ['a,b'], ['a=b']],
    [['--json'], ['{"key":"k","value":null}\n{"value":"v"}'], ['k=∅', '∅=v']],
    [['--rate', '100000'], ['a\nb\n'], ['∅=a', '∅=b']],
    [['--linger-ms', '0'], ['a\nb\n'], ['∅=a', '∅=b']],
  ])('with %j reads %j as %j', async (args, input, expected) => {
    const { sink } = await produce(args, input)
    expect(sink.texts()).toEqual(expected)
  })

  it('puts headers on every record', async () => {
    const { sink } = await produce(['-H', 'a=1', '-H', 'a=', '-H', 'n'], ['x\ny'])
    const headers = [
      { key: Buffer.from('a'), value: Buffer.from('1') },
      { key: Buffer.from('a'), value: Buffer.from('') },
      { key: Buffer.from('n'), value: null },
    ]
    expect(sink.records().map(record => record.headers)).toEqual([headers, headers])
  })

  it('hands on what the topic and the directory are to be like', async () => {
    const { asked } = await produce(
      [
        ...['--partitions', '6', '--durability', 'batch', '--idempotent'],
        ...['--topic-config', 'cleanup.policy=compact', '--topic-config', 'a=b=c'],
      ],
      [''],
    )
    expect(asked).toEqual({
      topic: 'orders',
      logDirs: ['/a', '/b'],
      brokerFile: NO_BROKER_FILE,
      partitionCount: 6,
      topicConfig: { 'cleanup.policy': 'compact', a: 'b=c' },
      durability: 'batch',
      isIdempotent: true,
    })
  })

  it('writes with sequence numbers where it is idempotent', async () => {
    const { sink } = await produce(['--idempotent', '--batch-size', '70'], ['a\nb\nc'])
    expect(sink.batches().map(({ baseSequence }) => baseSequence)).toEqual([0, 1, 2])
  })

  it('compresses as told, and with gzip where not told how', async () => {
    const lines = 'the same line\n'.repeat(1000)
    const codecIds = async (args: string[]) =>
      (await produce(args, [lines])).sink.batches().map(({ codecId }) => codecId)
    expect(new Set(await codecIds(['-z', 'zstd']))).toEqual(new Set([4]))
    expect(new Set(await codecIds(['-z', 'lz4']))).toEqual(new Set([3]))
    expect(new Set(await codecIds(['--compression-codec']))).toEqual(new Set([1]))
    expect(new Set(await codecIds([]))).toEqual(new Set([0]))
  })

  it('sends records where -p says, before what JSON says, before what the key says', async () => {
    const input = ['{"key":"abc","value":"","partition":1}\n{"key":"abc","value":""}\n']
    const partitions = async (args: string[]) =>
      (await produce([...args, '--json'], input, 10)).sink.appended.map(
        ({ partition }) => partition,
      )
    expect(await partitions([])).toEqual([1, 7])
    expect(await partitions(['-p', '-1'])).toEqual([1, 7])
    expect(await partitions(['-p', '3'])).toEqual([3])
    expect(await partitions(['--drop', 'partition'])).toEqual([7])
  })

  it('gives records the time of now where that of JSON is dropped', async () => {
    const { sink } = await produce(
      ['--json', '--drop', 'timestamp,partition'],
      ['{"value":"","timestamp":5,"partition":99}'],
    )
    expect(sink.records()[0]!.timestamp).toBe(BigInt(NOW))
  })

  it('is the inverse of what commands print as JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord(), { maxLength: 30 }), async records => {
        const lines = records.map(record => {
          const text = (bytes: Buffer | null) => bytes?.toString('base64') ?? null
          const headers = record.headers.map(({ key, value }) => ({
            key_b64: text(key),
            ...(value === null ? { value } : { value_b64: text(value) }),
          }))
          const { timestamp, key, value } = record
          const members = [
            `"timestamp":${timestamp},"headers":${JSON.stringify(headers)}`,
            key === null ? '"key":null' : `"key_b64":"${text(key)}"`,
            value === null ? '"value":null' : `"value_b64":"${text(value)}"`,
          ]
          return `{${members.join(',')}}\n`
        })
        const first = await produce(['--json', '--batch-size', '200'], lines)
        expect(first.sink.records()).toEqual(records)
        const second = await produce(['--json'], cut(printed(first.sink), [100, 500]))
        expect(second.sink.records()).toEqual(records)
      }),
      { seed: 4, numRuns: 50 },
    )
  })

  it('makes a record of each file, and with -l of each of their lines', async () => {
    const [one, two] = [join(directory, 'one'), join(directory, 'two')]
    writeFileSync(one, 'a\nb\n')
    writeFileSync(two, '')
    expect((await produce([one, two], [])).sink.texts()).toEqual(['∅=a\nb\n', '∅='])
    expect((await produce(['-Z', two], [])).sink.texts()).toEqual(['∅=∅'])
    expect((await produce(['-l', one, two, '-'], ['c'])).sink.texts()).toEqual(
      ['a', 'b', 'c'].map(value => `∅=${value}`),
    )
  })

  it('tells of a file that is not there, or is a directory, before it opens any log.dir', async () => {
    const file = join(directory, 'there')
    writeFileSync(file, 'a')
    const missing = await produce([file, '/missing'], [])
    expect(missing.failure).toBeInstanceOf(DiskError)
    expect(missing.failure?.message).toContain('cannot open /missing: no such file or directory')
    const comma = await produce([directory], ['a'])
    expect(comma.failure).toBeInstanceOf(UsageError)
    expect(comma.failure?.message).toBe(
      `${directory} is a directory, and no input: log.dirs are separated by commas, ` +
        'as in --log-dirs a,b',
    )
    expect([missing.asked, comma.asked]).toEqual([undefined, undefined])
  })

  it('goes on behind a file that is gone when its turn comes, and fails', async () => {
    const [first, gone, last] = ['first', 'gone', 'last'].map(name => join(directory, name))
    for (const file of [first!, gone!, last!]) writeFileSync(file, file === gone ? '' : 'a')
    const sink = new MemorySink(1)
    const scene = { sink, input: streamOf([]), onOpen: () => rmSync(gone!) }
    const args = ['-t', 'x', '--log-dirs', '/a', '-q', first!, gone!, last!]
    const { stderr, exitCode } = await run(args, scene)
    expect(sink.texts()).toEqual(['∅=a', '∅=a'])
    expect(stderr).toContain(`kbroker: cannot open ${gone}: no such file or directory`)
    expect(exitCode).toBe(1)
  })

  it('copies its input to stdout with -T', async () => {
    const { stdout } = await produce(['-T', '-K:'], ['a:b\n', 'c', '\nlast'])
    expect(stdout).toBe('a:b\nc\nlast')
  })

  it('stops after as many records as -c says, and reads no other file', async () => {
    const other = join(directory, 'other')
    writeFileSync(other, 'x\n')
    const { sink, stdout, exitCode } = await produce(
      ['-c', '2', '-T', '-l', '-', other],
      ['a\nb\nc\n'],
    )
    expect(sink.texts()).toEqual(['∅=a', '∅=b'])
    expect(stdout).toBe('a\nb\n')
    expect(exitCode).toBe(0)
  })

  it('writes what came before a malformed line, and tells where that is', async () => {
    const { sink, failure, stderr } = await produce(
      ['--json'],
      ['{"value":"a"}\n{"value":"b"}\n{oops}\n{"value":"c"}\n'],
    )
    expect(sink.texts()).toEqual(['∅=a', '∅=b'])
    expect(failure?.message).toBe(
      'standard input at byte 29: line 3, column 2: this is no JSON record: ' +
        'found "oops}", expected a name in quotes',
    )
    expect(stderr).toContain('produced 2 records')
  })

  it('refuses a record for a partition that is not there, by its line', async () => {
    const input = ['{"value":"a","partition":0}\n{"value":"b","partition":3}\n']
    const { sink, failure } = await produce(['--json'], input, 3)
    expect(sink.texts()).toEqual(['∅=a'])
    expect(failure?.message).toContain(
      'line 2: there is no such partition: found partition 3, expected 0 to 2',
    )
  })

  it('refuses a record that is too large, by its line', async () => {
    const input = [`{"value":"a"}\n{"value":"${'x'.repeat(200)}"}\n`]
    const { sink, failure } = await produce(['--json', '--max-record-bytes', '100'], input)
    expect(sink.texts()).toEqual(['∅=a'])
    expect(failure?.message).toBe(
      'standard input, line 2: the record: 200 bytes exceeds the limit of 100 bytes; ' +
        'raise it with --max-record-bytes',
    )
  })

  it('refuses what the topic does not take, by its line, and writes what came before', async () => {
    const cases = [
      [
        { isCompacted: true },
        ['-K:'],
        'k:1\nk:2\nnokey\nk:4\n',
        'standard input at byte 8: line 3: the topic is compacted (cleanup.policy): ' +
          'found a record without a key, expected one with a key',
      ],
      [
        { timestampAfterMaxMs: 1000 },
        ['--json'],
        '{"value":"1"}\n{"value":"2"}\n{"value":"3","timestamp":99999999999999}\n',
        'standard input at byte 28: line 3: newer than message.timestamp.after.max.ms=1000 allows: ' +
          `found timestamp 99999999999999, expected ${NOW + 1000} or less`,
      ],
      [
        { maxMessageBytes: 100 },
        [],
        `1\n2\n${'x'.repeat(40)}\n4\n`,
        'standard input at byte 4: line 3: too large for the topic (max.message.bytes=100): ' +
          'found a record that makes a batch of 108 bytes, expected 100 or less',
      ],
    ] as const
    for (const [config, args, input, message] of cases) {
      const topicConfig = { ...DEFAULT_LOG_CONFIG, ...config }
      const scene = { sink: new MemorySink(1, { topicConfig }), input: streamOf([input]) }
      const { sink, failure } = await run(['-t', 'x', '--log-dirs', '/a', ...args], scene)
      expect(sink.records().length).toBe(2)
      expect(failure?.message).toBe(message)
    }
  })

  it('makes batches no larger than the topic takes', async () => {
    const topicConfig = { ...DEFAULT_LOG_CONFIG, maxMessageBytes: 1000 }
    const lines = 'of a line\n'.repeat(1000)
    const scene = { sink: new MemorySink(1, { topicConfig }), input: streamOf([lines]) }
    const { sink } = await run(['-t', 'x', '--log-dirs', '/a', '--batch-size', '2MiB'], scene)
    expect(sink.records().length).toBe(1000)
    for (const { size } of sink.batches()) expect(size).toBeLessThanOrEqual(1000)
  })

  it.each([
    [['-p', '3'], '--partition 3: the topic has 0 to 2'],
    [['--topic-config', 'x'], '--topic-config x: expected name=value'],
    [['--reader-property', 'x=y'], '--reader-property x: no such property'],
    [['--json', '-K:'], "option '-K, --key-delimiter <text>' cannot be used with option '--json'"],
    [['--json', '--binary'], 'cannot be used with'],
    [['-z', 'brotli'], 'Allowed choices are none, gzip, snappy, lz4, zstd'],
    [['--drop', 'key'], 'Expected partition, timestamp or both'],
    [['--rate', '0'], 'It must be a number above 0'],
    [['-H', '=x'], 'Expected name=value'],
  ])('refuses %j', async (args, message) => {
    const { sink, failure, stderr } = await produce(args, ['x'], 3)
    expect(failure?.message ?? stderr).toContain(message)
    expect(sink.appended).toEqual([])
  })

  it('refuses to write nowhere', async () => {
    const { failure } = await produce([], ['x'], 1, [])
    expect(failure).toBeInstanceOf(UsageError)
    expect(failure?.message).toContain('give --log-dirs')
  })

  it('gives up waiting for input when the disk fails', async () => {
    const sink = new MemorySink(1, { byHand: true })
    const input = inputThatStops(['a\nb\n'])
    const produced = run(['-t', 'orders', '--log-dirs', '/a'], { sink, input })
    while (sink.appended.length === 0) await new Promise(resolve => setTimeout(resolve, 1))
    sink.fail(new DiskError('write', '/a/orders-0', new Error('no space left')))
    const { failure, isClosed, stderr } = await produced
    expect(failure?.message).toBe('cannot write /a/orders-0: no space left')
    expect(isClosed).toBe(true)
    expect(stderr).toContain('produced 0 records')
  })

  it('writes what has come when it is interrupted, without the line that was begun', async () => {
    const sink = new MemorySink(1)
    const input = inputThatStops(['a\nb\nhalf'])
    const interrupt = new AbortController()
    const scene = { sink, input, interrupt: interrupt.signal }
    const produced = run(['-t', 'orders', '--log-dirs', '/a', '--linger-ms', '60000'], scene)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(sink.appended).toEqual([])
    interrupt.abort()
    const { exitCode, isClosed, stderr } = await produced
    expect(sink.texts()).toEqual(['∅=a', '∅=b'])
    expect([exitCode, isClosed]).toEqual([1, true])
    expect(stderr).toContain('produced 2 records')
  })

  it.each([
    ['nobody reads any more', 'EPIPE', 'nobody reads it any more (EPIPE)'],
    ['is full', 'ENOSPC', 'no space left on device (ENOSPC)'],
  ])('ends like an interrupt when its stdout %s', async (_, code, reason) => {
    const cause = Object.assign(new Error(code), { code })
    for (const args of [['-T'], ['--print-acks']]) {
      const write = () => {
        throw new DiskError('write', 'standard output', cause)
      }
      const input = inputThatStops(['a\nb\nhalf'])
      const scene = { sink: new MemorySink(1), input, write }
      const produced = await run(['-t', 'orders', '--log-dirs', '/a', '-l', ...args], scene)
      const { sink, failure, exitCode, stderr, isClosed } = produced
      expect(sink.texts()).toEqual(['∅=a', '∅=b'])
      expect([failure, exitCode, isClosed]).toEqual([undefined, 1, true])
      expect(stderr).toContain(`kbroker: cannot write standard output: ${reason}\nproduced 2 rec`)
    }
  })

  it('tells of each batch where it is, with --print-acks', async () => {
    const { stdout } = await produce(['--print-acks', '--batch-size', '70'], ['a\nb\n'])
    const ack = (n: number) =>
      `{"topic":"orders","partition":0,"firstOffset":${n},"lastOffset":${n}}\n`
    expect(stdout).toBe(ack(0) + ack(1))
  })

  it('is interrupted between records that are far apart', async () => {
    const sink = new MemorySink(1)
    const interrupt = new AbortController()
    const scene = { sink, input: streamOf(['a\nb\n']), interrupt: interrupt.signal }
    const produced = run(['-t', 'orders', '--log-dirs', '/a', '--rate', '0.001'], scene)
    while (sink.appended.length === 0) await new Promise(resolve => setTimeout(resolve, 1))
    interrupt.abort()
    expect((await produced).exitCode).toBe(1)
    expect(sink.texts()).toEqual(['∅=a'])
  })

  it('sums up on stderr, with -v by partition, and with -q not at all', async () => {
    const lines = `${'x'.repeat(99)}\n`.repeat(1000)
    expect((await produce(['-q'], [lines])).stderr).toBe('')
    const { stderr } = await produce(['-v', '-p', '1'], [lines], 2)
    expect(stderr).toMatch(
      /^produced 1000 records, 106 KiB in 7 batches \(95 % full\), compression ratio 1\.00, 12 fsyncs, \d+\.\d s, \d+ records\/s, \d.*B\/s\nPARTITION +RECORDS +BATCHES +STORED +FILL +RATIO\n +1 +1000 +7 +106 KiB +95 % +1\.00\n$/,
    )
  })

  it('sends what has come as soon as the input pauses', async () => {
    const sink = new MemorySink(1)
    const input = inputThatStops(['a\nb\nhalf'])
    const produced = run(['-t', 'orders', '--log-dirs', '/a'], { sink, input })
    while (sink.appended.length === 0) await new Promise(resolve => setTimeout(resolve, 1))
    expect(sink.texts()).toEqual(['∅=a', '∅=b'])
    input.close()
    await produced
    expect(sink.texts()).toEqual(['∅=a', '∅=b', '∅=half'])
  })
})

interface Scene {
  readonly sink: MemorySink
  readonly input: InputStream
  readonly interrupt?: AbortSignal
  /** When the log.dirs are. */
  readonly onOpen?: () => void
  /** To stdout. */
  readonly write?: (bytes: Buffer) => void
}

interface Produced {
  readonly sink: MemorySink
  readonly asked: DirectorySinkOptions | undefined
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  readonly isClosed: boolean
  readonly failure: Error | undefined
}

function produce(
  args: readonly string[],
  pieces: readonly (Buffer | string)[],
  partitionCount = 1,
  logDirs = ['/a,/b'],
): Promise<Produced> {
  const sink = new MemorySink(partitionCount)
  const where = logDirs.flatMap(list => ['--log-dirs', list])
  return run(['-t', 'orders', ...where, ...args], { sink, input: streamOf(pieces) })
}

async function run(
  args: readonly string[],
  { sink, input, interrupt = new AbortController().signal, onOpen, write }: Scene,
): Promise<Produced> {
  const written: Buffer[] = []
  const stdout = new ByteOutput(write ?? (bytes => written.push(Buffer.from(bytes))))
  let [stderr, exitCode, isClosed] = ['', 0, false]
  let asked: DirectorySinkOptions | undefined
  let failure: Error | undefined
  const context: CommandContext = {
    stdout,
    stderr: line => (stderr += `${line}\n`),
    disk: nodeDisk,
    writableDisk: nodeDisk,
    workingDirectory: '/',
    environment: {},
    terminal: { stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 },
    randomBytes: size => Buffer.alloc(size, 7),
    nowMs: () => NOW,
    parallelism: 1,
    endWith: code => (exitCode = Math.max(exitCode, code)),
  }
  const command = createProduceCommand(context, {
    openSink: options => {
      asked = options
      onOpen?.()
      const producer = options.isIdempotent ? { producerId: 42n, producerEpoch: 0 } : undefined
      const close = () => {
        isClosed = true
        return Promise.resolve()
      }
      return Promise.resolve({ sink: Object.assign(sink, { syncCount: 12 }), producer, close })
    },
    standardInput: () => input,
    elapsedMs: () => performance.now(),
    interrupt,
  })
  command.exitOverride().configureOutput({ writeErr: text => (stderr += text) })
  try {
    await command.parseAsync([...args], { from: 'user' })
  } catch (error) {
    failure = error as Error
  }
  stdout.flush()
  return {
    sink,
    asked,
    stdout: Buffer.concat(written).toString(),
    stderr,
    exitCode,
    isClosed,
    failure,
  }
}

/** Waits behind its pieces until it is closed. */
function inputThatStops(pieces: readonly string[]): InputStream {
  const stream = streamOf(pieces)
  let end: (size: number) => void = () => undefined
  return {
    async read(buffer, start) {
      const size = await stream.read(buffer, start)
      return size > 0 ? size : new Promise(resolve => (end = resolve))
    },
    close: () => end(0),
  }
}

function printed(sink: MemorySink): Buffer {
  const pieces: Buffer[] = []
  const out = new ByteOutput(bytes => pieces.push(Buffer.from(bytes)))
  const json = new RecordJson(out)
  json.in({ topic: 'orders', partition: 0 })
  for (const batch of sink.batches()) {
    const cursor = new V2Cursor(batch, DEFAULT_DECODE_LIMITS)
    while (cursor.next()) json.line('create', cursor)
  }
  out.flush()
  return Buffer.concat(pieces)
}
