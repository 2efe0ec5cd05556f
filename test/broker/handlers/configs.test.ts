/** Configs of topics and of the broker, told and changed by requests. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../../src/protocol/error-codes.ts'
import { CREATE_TOPICS } from '../../../src/protocol/messages/19-create-topics.ts'
import { DESCRIBE_CONFIGS } from '../../../src/protocol/messages/32-describe-configs.ts'
import { ALTER_CONFIGS } from '../../../src/protocol/messages/33-alter-configs.ts'
import { INCREMENTAL_ALTER_CONFIGS } from '../../../src/protocol/messages/44-incremental-alter-configs.ts'
import { LIST_CONFIG_RESOURCES } from '../../../src/protocol/messages/74-list-config-resources.ts'
import { startTestBroker, type TestBroker } from '../test-broker.ts'

const [TOPIC, BROKER] = [2, 4]
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3]
let test: TestBroker

beforeEach(async () => {
  test = await startTestBroker({ file: { 'log.retention.hours': '5', 'num.partitions': '3' } })
  const topic = { name: 't', numPartitions: 1, replicationFactor: -1, assignments: [] }
  await test.call(CREATE_TOPICS, { topics: [{ ...topic, configs: [] }] })
})

type Change = readonly [name: string, operation: number, value: string | null]

async function alter(resourceType: number, resourceName: string, ...changes: readonly Change[]) {
  const configs = changes.map(([name, configOperation, value]) => ({
    name,
    configOperation,
    value,
  }))
  const resources = [{ resourceType, resourceName, configs }]
  const { responses } = await test.call(INCREMENTAL_ALTER_CONFIGS, { resources })
  return responses[0]!
}

async function described(resourceType: number, resourceName: string, ...names: readonly string[]) {
  const configurationKeys = names.length > 0 ? names : null
  const resources = [{ resourceType, resourceName, configurationKeys }]
  const answer = await test.call(DESCRIBE_CONFIGS, { resources, includeSynonyms: true })
  return answer.results[0]!
}

async function config(resourceType: number, resourceName: string, name: string) {
  return (await described(resourceType, resourceName, name)).configs[0]!
}

describe('a config of a topic', () => {
  it('counts from when it is set, for the log that is open', async () => {
    const { log } = test.broker.replicas.partition('t', 0)!
    expect(await alter(TOPIC, 't', ['max.message.bytes', SET, '2000'])).toMatchObject({
      errorCode: 0,
    })
    expect(log.config.maxMessageBytes).toBe(2000)
    expect(await config(TOPIC, 't', 'max.message.bytes')).toMatchObject({
      value: '2000',
      configSource: 1,
      configType: 3,
      readOnly: false,
      synonyms: [
        { name: 'max.message.bytes', value: '2000', source: 1 },
        { name: 'message.max.bytes', value: '1048588', source: 5 },
      ],
    })
    await alter(TOPIC, 't', ['max.message.bytes', DELETE, null])
    expect(log.config.maxMessageBytes).toBe(1_048_588)
  })

  it('is that of the broker’s file where nobody sets it, by whatever name', async () => {
    expect(await config(TOPIC, 't', 'retention.ms')).toMatchObject({
      value: '18000000',
      configSource: 4,
      synonyms: [{ name: 'log.retention.hours', value: '5', source: 4 }],
    })
  })

  it('that is a list changes by its elements', async () => {
    await alter(TOPIC, 't', ['cleanup.policy', APPEND, 'compact'])
    expect(await config(TOPIC, 't', 'cleanup.policy')).toMatchObject({ value: 'delete,compact' })
    await alter(TOPIC, 't', ['cleanup.policy', SUBTRACT, 'delete'])
    expect(test.broker.replicas.partition('t', 0)!.log.config.isCompacted).toBe(true)
    const { errorCode } = await alter(TOPIC, 't', ['retention.ms', APPEND, '1'])
    expect(errorCode).toBe(ERROR_CODES.INVALID_CONFIG)
  })

  it.each([
    ['an unknown name', ['no.such', SET, '1'], 'INVALID_CONFIG'],
    ['a wrong value', ['segment.bytes', SET, '7'], 'INVALID_CONFIG'],
    ['no value', ['retention.ms', SET, null], 'INVALID_REQUEST'],
    ['an unknown operation', ['retention.ms', 9, '1'], 'INVALID_REQUEST'],
  ] as const)('is refused with %s', async (_, change, error) => {
    expect((await alter(TOPIC, 't', change)).errorCode).toBe(ERROR_CODES[error])
    expect(test.broker.controller.image.configs.of('topic', 't').size).toBe(0)
  })

  it('is refused twice in a request, and of a topic that there is none of', async () => {
    const change = ['retention.ms', SET, '1'] as const
    expect((await alter(TOPIC, 't', change, change)).errorCode).toBe(ERROR_CODES.INVALID_REQUEST)
    const { errorCode } = await alter(TOPIC, 'u', change)
    expect(errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
    const unknown = await described(TOPIC, 'u')
    expect(unknown.errorCode).toBe(ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION)
  })

  it('goes where all are replaced and it is not named', async () => {
    await alter(TOPIC, 't', ['retention.ms', SET, '1'])
    const configs = [{ name: 'segment.ms', value: '2' }]
    const resources = [{ resourceType: TOPIC, resourceName: 't', configs }]
    await test.call(ALTER_CONFIGS, { resources, validateOnly: true })
    expect(test.broker.controller.image.configs.of('topic', 't').get('retention.ms')).toBe('1')
    await test.call(ALTER_CONFIGS, { resources })
    expect([...test.broker.controller.image.configs.of('topic', 't')]).toEqual([
      ['segment.ms', '2'],
    ])
  })
})

describe('a config of the broker', () => {
  it('that may change while it runs does, for topics too, and is there behind a start', async () => {
    await alter(BROKER, '', ['log.segment.delete.delay.ms', SET, '7'])
    await alter(BROKER, '1', ['log.segment.delete.delay.ms', SET, '8'])
    expect(await config(TOPIC, 't', 'file.delete.delay.ms')).toMatchObject({
      value: '8',
      configSource: 2,
      synonyms: [{ source: 2 }, { source: 3 }, { source: 5 }],
    })
    expect(test.broker.replicas.partition('t', 0)!.log.config.fileDeleteDelayMs).toBe(8)
    await test.broker.close()
    const again = await startTestBroker({ disk: test.disk })
    expect(again.broker.replicas.partition('t', 0)!.log.config.fileDeleteDelayMs).toBe(8)
  })

  it.each([
    ['is read-only', '1', ['num.partitions', SET, '7']],
    ['is of one broker alone, for all', '', ['listeners', SET, 'x']],
    ['is of another broker', '2', ['log.segment.delete.delay.ms', SET, '7']],
    ['is of no broker', 'x', ['log.segment.delete.delay.ms', SET, '7']],
  ] as const)('is refused where it %s', async (_, name, change) => {
    expect((await alter(BROKER, name, change)).errorCode).toBe(ERROR_CODES.INVALID_REQUEST)
  })

  it('is told with its source, secrets apart', async () => {
    expect(await config(BROKER, '1', 'num.partitions')).toMatchObject({
      value: '3',
      configSource: 4,
      readOnly: true,
    })
    expect(await config(BROKER, '1', 'ssl.keystore.password')).toMatchObject({
      value: null,
      isSensitive: true,
      configType: 9,
    })
    const { configs } = await described(BROKER, '1')
    expect(configs.length).toBeGreaterThan(300)
    await alter(BROKER, '', ['log.cleaner.threads', SET, '2'])
    const all = await described(BROKER, '')
    expect(all.configs.map(({ name }) => name)).toContain('log.cleaner.threads')
  })
})

it('resources with configs are listed by their types', async () => {
  const list = async (...resourceTypes: number[]) => {
    const { errorCode, configResources } = await test.call(LIST_CONFIG_RESOURCES, { resourceTypes })
    return errorCode === 0 ? configResources.map(({ resourceName }) => resourceName) : errorCode
  }
  expect(await list(TOPIC)).toEqual(['t'])
  expect(await list(TOPIC, BROKER)).toEqual(['t', '1'])
  expect(await list(99)).toBe(ERROR_CODES.UNSUPPORTED_VERSION)
})
