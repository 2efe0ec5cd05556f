import fs from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { CorruptDataError, RefusedError } from '../../src/base/errors.ts'
import { runInProcess } from '../cli/run-in-process.ts'
import { scratchDirectory } from '../disk/scratch.ts'
import { FIXTURES } from '../inspect/fixture-partitions.ts'

const scratch = scratchDirectory()
let count = 0
let here = ''
beforeEach(() => {
  here = join(scratch, `case-${count++}`)
  fs.mkdirSync(here)
})

const run = (...args: string[]) => runInProcess(args, { workingDirectory: here })
const CLEAN = join(FIXTURES, 'clean-4.3')
const clean = ['--log-dirs', `${CLEAN}/a,${CLEAN}/b`]
const into = ['--log-dirs', 'a,b']

async function done(...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await run(...args)
  expect([exitCode, stderr.replace(/^.*\(exit 0\)\n/, '')]).toEqual([0, expect.anything()])
  return stdout
}

function logsIn(...folders: string[]): Record<string, string> {
  const logs: Record<string, string> = {}
  for (const folder of folders) {
    for (const name of fs.readdirSync(folder)) {
      if (name.endsWith('.log')) logs[name] = fs.readFileSync(join(folder, name), 'base64')
    }
  }
  return logs
}

function everything(): string[] {
  return fs
    .readdirSync(here, { recursive: true, withFileTypes: true })
    .map(each => `${each.parentPath}/${each.name}`)
    .sort()
}

describe('a folder that was exported', () => {
  it('comes back byte for byte, and verify finds nothing', async () => {
    await done('export', 'orders', ...clean, '--to', 'out')
    await done('import', 'out', ...into, '--execute')
    const folderOf = (partition: number) =>
      ['a', 'b'].map(dir => join(here, dir, `orders-${partition}`)).find(fs.existsSync)!
    for (const [dir, partition] of [
      ['b', 0],
      ['a', 1],
      ['b', 2],
    ] as const) {
      const original = join(CLEAN, dir, `orders-${partition}`)
      expect(logsIn(folderOf(partition))).toEqual(logsIn(original))
    }
    const { exitCode } = await run('verify', 'a', 'b')
    expect(exitCode).toBe(0)
    const described = await done('topics', 'describe', '--topic', 'orders', ...into)
    expect(described).toContain('TopicId: G1oi93AvSCecB4WRlFyuCA')
    expect(described).toContain('segment.index.bytes=4096')
  })

  it('is not taken where a byte of it has changed, and nothing is there afterwards', async () => {
    await done('export', 'orders-1', ...clean, '--to', 'out')
    const file = join(here, 'out/orders-1/00000000000000000000.log')
    const bytes = fs.readFileSync(file)
    bytes[100]! ^= 1
    fs.writeFileSync(file, bytes)
    const before = everything()
    await expect(run('import', 'out', ...into, '--execute')).rejects.toThrow(/has changed since/)
    expect(everything()).toEqual(before)
  })

  it('is shown without --execute, and changes nothing', async () => {
    await done('export', 'orders-1', ...clean, '--to', 'out')
    const before = everything()
    const { stdout, stderr } = await run('import', 'out', ...into)
    expect(stdout).toContain('orders-1: offsets 0 to 100, into b (new partition)')
    expect(stderr).toBe('nothing was changed: --execute does it\n')
    expect(everything()).toEqual(before)
  })

  it('does not go over other records, and is left alone where it is there already', async () => {
    await done('export', 'orders', ...clean, '--to', 'out')
    await done('import', 'out', ...into, '--execute')
    const again = await run('import', 'out', ...into, '--execute')
    expect(again.stderr.match(/holds it already/g)).toHaveLength(3)
    await done('export', 'big', ...clean, '--to', 'other')
    const over = await run('import', 'other', '--topic', 'orders', '-p', '2', ...into, '--execute')
    expect(over).toMatchObject({ exitCode: 2, stdout: '' })
    expect(over.stderr).toContain('has other records')
  })

  it('of a killed broker ends at the last whole batch, and is recovered by then', async () => {
    const killed = join(FIXTURES, 'killed-4.3')
    const dirs = ['--log-dirs', `${killed}/a,${killed}/b`]
    const { stderr } = await run('export', 'events', ...dirs, '--to', 'out')
    expect(stderr).toContain('the copy ends at byte 310, offset 118')
    await done('import', 'out', ...into, '--execute')
    const copied = await done('consume', '-t', 'events', ...into, '--json', '--partition-order')
    expect(copied).toBe(
      await done('consume', '-t', 'events', ...dirs, '--json', '--partition-order'),
    )
  })

  it('of a range holds whole batches, and begins at its first offset', async () => {
    await done('export', 'orders-1', ...clean, '--offsets', '30:60', '--to', 'out')
    await done('import', 'out', ...into, '--execute')
    const lines = (await done('consume', '-t', 'orders', ...into, '--json')).trimEnd().split('\n')
    const offsets = lines.map(line => (JSON.parse(line) as { offset: number }).offset)
    expect(offsets[0]).toBe(30)
    expect(offsets.at(-1)).toBeGreaterThanOrEqual(59)
    expect(offsets.at(-1)).toBeLessThan(71)
    expect((await run('verify', 'a', 'b')).exitCode).toBe(0)
  })

  it('keeps what had deleted records before it', async () => {
    const killed = join(FIXTURES, 'killed-4.3')
    await done('export', `${killed}/a/expired-0`, '--to', 'out')
    await done('import', 'out', '--topic', 'kept', ...into, '--execute')
    const offsets = await done('offsets', 'kept', ...into, '--time', '-2')
    expect(offsets).toBe('kept:0:50\n')
  })
})

const bytes = fc.option(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }).map(text => Buffer.from(text)),
    fc.uint8Array({ maxLength: 12 }).map(array => Buffer.from(array)),
  ),
)
const record = fc.record({
  gap: fc.nat({ max: 3 }),
  partition: fc.nat({ max: 2 }),
  timestamp: fc.oneof(fc.bigInt(-1n, 2n ** 62n), fc.constant(-1n)),
  timestampType: fc.constantFrom('create', 'append'),
  headers: fc.array(fc.tuple(bytes, bytes), { maxLength: 3 }),
  key: bytes,
  value: bytes,
  producer: fc.option(fc.nat({ max: 3 })),
  leaderEpoch: fc.nat({ max: 2 }),
})

function member(name: string, value: Buffer | null): string {
  if (value === null) return `"${name}":null`
  const text = value.toString('utf8')
  const isText = Buffer.from(text).equals(value)
  if (!isText) return `"${name}_b64":"${value.toString('base64')}"`
  // As kbroker writes it: DEL and C1 controls are escaped.
  const escaped = JSON.stringify(text).replace(
    /[\u007f-\u009f]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${name}":${escaped}`
}

describe('lines that were exported', () => {
  it('come back as they are, in every field, whatever they say', async () => {
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async records => {
        const dirs = ['--log-dirs', `d${round}`]
        const next = new Map<number, { offset: bigint; epoch: number }>()
        const sequences = new Map<string, number>()
        const lines = records.map(each => {
          const { partition, producer } = each
          const known = next.get(partition) ?? { offset: 0n, epoch: 0 }
          const offset = known.offset + BigInt(each.gap)
          const epoch = Math.max(known.epoch, each.leaderEpoch)
          next.set(partition, { offset: offset + 1n, epoch })
          const headers = each.headers.map(
            ([key, value]) =>
              `{${member('key', key ?? Buffer.alloc(0))},${member('value', value)}}`,
          )
          const sequenceKey = `${partition} ${producer}`
          const sequence = sequences.get(sequenceKey) ?? 0
          sequences.set(sequenceKey, sequence + 1)
          const produced =
            producer === null
              ? ''
              : `,"producerId":${producer},"producerEpoch":0,"sequence":${sequence}`
          const line =
            `{"topic":"t","partition":${partition},"offset":${offset},` +
            `"timestampType":"${each.timestampType}","timestamp":${each.timestamp},` +
            `"headers":[${headers.join(',')}],${member('key', each.key)},` +
            `${member('value', each.value)},"leaderEpoch":${epoch}${produced}}\n`
          return { partition, line }
        })
        const inOrder = lines.sort((a, b) => a.partition - b.partition).map(({ line }) => line)
        fs.writeFileSync(join(here, 'in.jsonl'), inOrder.join(''))
        const options = ['-t', 't', '--keep-offsets', ...dirs, '--execute', '--partitions', '3']
        await done('import', 'in.jsonl', ...options)
        const out = await done('export', 't', ...dirs, '--markers', 'keep', '--to', '-')
        expect(out.trimEnd().split('\n').map(parsed)).toEqual(inOrder.map(parsed))
        expect((await run('verify', `d${round++}`)).stdout).not.toMatch(/^error/m)
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  it.each(['.jsonl', '.jsonl.gz', '.jsonl.zst'])('come back from %s', async ending => {
    await done('export', 'orders', ...clean, '--to', `out${ending}`)
    await done('import', `out${ending}`, '-t', 'orders', '--keep-offsets', ...into, '--execute')
    const out = await done('export', 'orders', ...into, '--to', '-')
    expect(out).toBe(await done('export', 'orders', ...clean, '--to', '-'))
  })

  it('are of one topic, as import takes no file of several; standard output takes them all', async () => {
    const refused = await run('export', 'orders', 'big', ...clean, '--to', 'out.jsonl.gz')
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused.stderr).toContain('a file takes one topic, and these are 2: name one')
    expect(everything()).toEqual([])
    const { stdout, stderr } = await run('export', 'orders', 'big', ...clean, '--to', '-')
    expect([stdout, stdout]).toEqual([
      expect.stringContaining('"topic":"orders"'),
      expect.stringContaining('"topic":"big"'),
    ])
    expect(stderr).toContain('these are 2 topics: kbroker import takes a file of one')
  })

  it('keep transactions as they were, markers and all', async () => {
    const dirs = ['--log-dirs', join(FIXTURES, 'transactions-4.3/log')]
    await done('export', 'payments', ...dirs, '--markers', 'keep', '--to', 'out.jsonl')
    await done('import', 'out.jsonl', '-t', 'payments', '--keep-offsets', ...into, '--execute')
    const committed = ['--isolation-level', 'read_committed', '--json']
    expect(await done('consume', '-t', 'payments', ...into, ...committed)).toBe(
      await done('consume', '-t', 'payments', ...dirs, ...committed),
    )
    const { stdout } = await run(
      'diff',
      `${FIXTURES}/transactions-4.3/log`,
      'a,b',
      'payments',
      '--records',
    )
    expect(stdout).toContain('payments-0: the same records')
  })

  it('are told of where they leave a transaction open, lines or a folder', async () => {
    const dirs = ['--log-dirs', join(FIXTURES, 'transactions-4.3/log')]
    const cut = ['payments', ...dirs, '--offsets', '0:11']
    await done('export', ...cut, '--markers', 'keep', '--to', 'out.jsonl')
    await done('export', ...cut, '--to', 'out')
    const told = ': the transaction of producer 1, epoch 1, from offset 10 is open'
    for (const [from, ...how] of [['out.jsonl', '--keep-offsets'], ['out']] as const) {
      const topic = `of-${from.length}`
      const args = ['import', from, '-t', topic, ...how, ...into]
      const preview = await run(...args)
      expect(preview.stderr).toContain(`kbroker: ${topic}-0${told}`)
      expect(preview.stderr.match(/is open/g)).toHaveLength(1)
      expect((await run(...args, '--execute')).stderr).toContain(`kbroker: ${topic}-0${told}`)
    }
    cut[cut.length - 1] = '0:10'
    await done('export', ...cut, '--markers', 'keep', '--to', 'ended.jsonl')
    const ended = await run('import', 'ended.jsonl', '-t', 'e', '--keep-offsets', ...into)
    expect(ended.stderr).not.toContain('is open')
  })

  it('leave out what was not committed where markers are not kept', async () => {
    const dirs = ['--log-dirs', join(FIXTURES, 'transactions-4.3/log')]
    await done('export', 'ledger', ...dirs, '--markers', 'keep', '--to', 'out.jsonl')
    await done('import', 'out.jsonl', '-t', 'l', ...into, '--execute')
    const values = async (topic: string, where: string[], level: string) =>
      done('consume', '-t', topic, ...where, '--isolation-level', level, '--partition-order')
    expect(await values('l', into, 'read_uncommitted')).toBe(
      await values('ledger', dirs, 'read_committed'),
    )
  })

  it('are told with the offsets of what is kept of them', async () => {
    const dirs = ['--log-dirs', join(FIXTURES, 'transactions-4.3/log')]
    await done('export', 'payments', ...dirs, '--markers', 'keep', '--to', 'out.jsonl')
    const how = ['--keep-offsets', '--markers', 'drop', '--execute']
    expect(await done('import', 'out.jsonl', '-t', 'p', ...how, ...into)).toContain(
      'p-0: 21 records, offsets 0 to 88, ',
    )
    expect(await done('offsets', 'p', ...into)).toBe('p:0:89\n')
  })

  it('go behind the records that are there, and those before stay', async () => {
    await done('export', 'orders-1', ...clean, '--to', 'out.jsonl')
    for (let round = 0; round < 2; round++) {
      await done('import', 'out.jsonl', '-t', 'o', '-p', '0', ...into, '--execute')
    }
    const lines = (await done('consume', '-t', 'o', ...into, '--json')).trimEnd().split('\n')
    const offsets = lines.map(line => (JSON.parse(line) as { offset: number }).offset)
    expect(offsets).toEqual(Array.from({ length: 202 }, (_, offset) => offset))
    expect((await run('verify', 'a', 'b')).exitCode).toBe(0)
    const early = await run('import', 'out.jsonl', '-t', 'o', '-p', '0', '--keep-offsets', ...into)
    expect(early.stderr).toContain('has records up to offset 201')
  })

  it.each([
    ['{"partition":0,"value":"a"}\n{"partition":0}\n', [], /line 2.*a record without a value/],
    ['{"partition":0,"value":"a"}\n', ['--keep-offsets'], /line 1.*says no offset/],
    ['{"value":"a"}\n', [], /line 1.*says no partition/],
    [
      '{"topic":"a","partition":0,"value":""}\n{"topic":"b","partition":0,"value":""}',
      [],
      /line 2.*of another topic/,
    ],
    [
      '{"partition":0,"offset":3,"value":""}\n{"partition":0,"offset":3,"value":""}',
      ['--keep-offsets'],
      /line 2.*offsets have to ascend/,
    ],
    ['{"partition":0,"offset":-1,"value":""}', [], /an offset, 0 to/],
    ['{"partition":0,"isTransactional":1,"value":""}', [], /true or false/],
    ['{"partition":0,"timestampType":"x","value":""}', [], /create, append or none/],
    ['{"partition":0,"timestamp":9000000000000000,"value":""}', [], /newer than message.timestamp/],
  ])('that are wrong change nothing: %s %j', async (text, options, message) => {
    fs.writeFileSync(join(here, 'in.jsonl'), text)
    const before = everything()
    const wrong = run('import', 'in.jsonl', '-t', 't', ...options, ...into, '--execute')
    await expect(wrong).rejects.toThrow(message)
    await expect(wrong).rejects.toThrow(CorruptDataError)
    expect(everything()).toEqual(before)
  })

  it('do not go into log.dirs that were not shut down cleanly', async () => {
    await done('export', 'orders-1', ...clean, '--to', 'out.jsonl')
    await done('import', 'out.jsonl', '-t', 'o', ...into, '--execute')
    fs.rmSync(join(here, 'a/.kafka_cleanshutdown'))
    fs.mkdirSync(join(here, 'a/x-0'))
    const refused = run('import', 'out.jsonl', '-t', 'p', ...into, '--execute')
    await expect(refused).rejects.toThrow(RefusedError)
  })

  it('are no records for produce where they are markers', async () => {
    const line = '{"partition":0,"key":"","value":"","leaderEpoch":0,"control":"COMMIT"}'
    fs.writeFileSync(join(here, 'in.jsonl'), line)
    const produced = run('produce', '-t', 't', '--json', '--log-dirs', 'd', 'in.jsonl')
    await expect(produced).rejects.toThrow(/a control record/)
  })
})

function parsed(line: string): unknown {
  return JSON.parse(line.replace(/"(timestamp|offset)":(-?\d+)/g, '"$1":"$2"'))
}
