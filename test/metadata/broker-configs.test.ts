import { describe, expect, it } from 'vitest'
import {
  brokerConfigProblem,
  brokerNumber,
  effectiveConfigs,
} from '../../src/metadata/broker-configs.ts'
import { ResourceConfigs } from '../../src/metadata/resource-configs.ts'

type Configs = Readonly<Record<string, string>>

/** What topic `t` has of one config, on broker 1. */
function effective(
  name: string,
  {
    topic = {},
    broker = {},
    all = {},
    file = {},
  }: { topic?: Configs; broker?: Configs; all?: Configs; file?: Configs },
  nodeId: number | undefined = 1,
) {
  const dynamic = new ResourceConfigs()
  const set = (resourceType: number, resourceName: string, configs: Configs) => {
    for (const [key, value] of Object.entries(configs)) {
      dynamic.set({ resourceType, resourceName, name: key, value })
    }
  }
  set(2, 't', topic)
  set(4, '1', broker)
  set(4, '', all)
  const configs = { knowsTopics: true, dynamic, nodeId, file: new Map(Object.entries(file)) }
  return effectiveConfigs('t', configs).get(name)
}

describe('the configs of a topic', () => {
  const topic = { 'segment.bytes': '1' }
  const broker = { 'log.segment.bytes': '2' }
  const all = { 'log.segment.bytes': '3' }
  const file = { 'log.segment.bytes': '4' }

  it('go before those of its broker, of all brokers, and of the file', () => {
    const name = 'segment.bytes'
    expect(effective(name, { topic, broker, all, file })).toEqual({ value: '1', source: 'topic' })
    expect(effective(name, { broker, all, file })).toEqual({ value: '2', source: 'broker' })
    expect(effective(name, { all, file })).toEqual({ value: '3', source: 'all-brokers' })
    expect(effective(name, { file })).toEqual({ value: '4', source: 'file' })
    expect(effective(name, {})).toBeUndefined()
  })

  it('know nothing of a broker that nobody knows', () => {
    expect(effective('segment.bytes', { broker, all }, undefined)).toMatchObject({ value: '2' })
    expect(effective('segment.bytes', { broker, all }, 2)).toMatchObject({ value: '3' })
  })

  it.each<[string, Configs, string | undefined]>([
    ['segment.ms', { 'log.roll.hours': '2' }, '7200000'],
    ['segment.ms', { 'log.roll.hours': '2', 'log.roll.ms': '5' }, '5'],
    ['segment.jitter.ms', { 'log.roll.jitter.hours': '1' }, '3600000'],
    ['retention.ms', { 'log.retention.hours': '1' }, '3600000'],
    ['retention.ms', { 'log.retention.hours': '1', 'log.retention.minutes': '1' }, '60000'],
    ['retention.ms', { 'log.retention.hours': '-1' }, '-1'],
    ['flush.ms', { 'log.flush.scheduler.interval.ms': '1000' }, '1000'],
    ['flush.ms', { 'log.flush.scheduler.interval.ms': '1000', 'log.flush.interval.ms': '7' }, '7'],
    ['max.message.bytes', { 'message.max.bytes': '9' }, '9'],
    ['segment.bytes', { 'segment.bytes': '9' }, undefined],
  ])('have %s of a file with %j', (name, file, value) => {
    expect(effective(name, { file })?.value).toBe(value)
  })

  it('take what stands in for another from the file only', () => {
    const dynamic = { 'log.roll.hours': '1' }
    expect(effective('segment.ms', { all: dynamic, broker: dynamic })).toBeUndefined()
  })
})

describe('the configs of a broker', () => {
  it('are Kafka’s defaults where nobody sets them', () => {
    const none = {
      knowsTopics: true,
      dynamic: new ResourceConfigs(),
      nodeId: 1,
      file: new Map<string, string>(),
    }
    expect(brokerNumber('producer.id.expiration.ms', none)).toBe(86_400_000)
    const file = new Map([['producer.id.expiration.ms', '5']])
    expect(brokerNumber('producer.id.expiration.ms', { ...none, file })).toBe(5)
  })

  it.each([
    ['log.segment.bytes', '1', 'Value must be at least 1048576'],
    ['log.segment.bytes', '1G', 'Not a number of type INT'],
    ['log.roll.hours', '0', 'Value must be at least 1'],
    ['log.preallocate', 'yes', 'Expected value to be either true or false'],
    ['log.flush.scheduler.interval.ms', '', 'Not a number of type LONG'],
    ['node.id', '-1', 'Value must be at least 0'],
  ])('are refused in Kafka’s words: %s=%s', (name, value, why) => {
    expect(brokerConfigProblem(name, value)).toContain(`for configuration ${name}: ${why}`)
  })

  it('are looked at whatever they are about, where Kafka knows them', () => {
    expect(brokerConfigProblem('num.io.threads', 'many')).toContain('Not a number of type INT')
    expect(brokerConfigProblem('num.io.threads', '0')).toContain('Value must be at least 1')
    expect(brokerConfigProblem('ssl.keystore.password', 'any')).toBeUndefined()
    expect(brokerConfigProblem('my.own.plugin.threads', 'many')).toBeUndefined()
  })
})
