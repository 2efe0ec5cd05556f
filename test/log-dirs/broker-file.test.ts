import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import { readBrokerFile } from '../../src/log-dirs/broker-file.ts'
import { topicLogConfigs } from '../../src/log-dirs/topic-log-configs.ts'
import { ResourceConfigs } from '../../src/metadata/resource-configs.ts'

function brokerFile(text: string) {
  const disk = new MemoryDisk()
  disk.put('/server.properties', Buffer.from(text, 'latin1'))
  return readBrokerFile(disk, '/server.properties')
}

describe('server.properties', () => {
  it('names the log.dirs of a broker, and its node', () => {
    const file = brokerFile('node.id=4\nlog.dir=/x\nlog.dirs = /data/a , /data/b\n')
    expect(file).toMatchObject({ nodeId: 4, logDirs: ['/data/a', '/data/b'] })
    expect(brokerFile('log.dir=/x').logDirs).toEqual(['/x'])
    expect(brokerFile('')).toMatchObject({ nodeId: undefined, logDirs: [] })
  })

  it('is taken with whatever else it says', () => {
    const { configs } = brokerFile('listeners=PLAINTEXT://:9092\nlog.segment.bytes=2000000 \n')
    expect(configs.get('log.segment.bytes')).toBe('2000000')
  })

  it('is refused by line and key where a broker would not start over it', () => {
    const text = '# comment\n\nnode.id=1\nlog.cleanup.\\\n  policy=none\n'
    const refused = new UsageError(
      '/server.properties, line 4: Invalid value none for configuration log.cleanup.policy: ' +
        'String must be one of: compact, delete',
    )
    expect(() => brokerFile(text)).toThrow(refused)
    expect(() => brokerFile('a=\\u12')).toThrow(/^\/server.properties at byte 0: malformed escape/)
  })

  it('makes the defaults of all topics, but of the controller’s log', () => {
    const { configs: file } = brokerFile(
      'log.segment.bytes=2000000\nlog.cleanup.policy=compact\nlog.cleaner.max.compaction.lag.ms=5\n',
    )
    const dynamic = new ResourceConfigs()
    const configOf = topicLogConfigs({ knowsTopics: true, dynamic, nodeId: 1, file })
    expect(configOf('orders')).toMatchObject({
      segmentBytes: 2_000_000,
      isCompacted: true,
      segmentMs: 5,
    })
    expect(configOf('__cluster_metadata').segmentBytes).toBe(1_073_741_824)
  })
})
