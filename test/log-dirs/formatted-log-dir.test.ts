import { describe, expect, it } from 'vitest'
import { nodeDisk } from '../../src/disk/node-disk.ts'
import { formattedLogDir } from '../../src/log-dirs/formatted-log-dir.ts'
import { readMetaProperties } from '../../src/log-dirs/meta-properties.ts'
import { fixturePath } from '../log/fixture.ts'
import { batchesOf, bytesOf } from '../metadata/fixture-batches.ts'

describe('a log.dir that is formatted', () => {
  const bootstrap = fixturePath('clean-4.3', 'a', 'bootstrap.checkpoint')
  const path = fixturePath('clean-4.3', 'a', 'meta.properties')
  const metaBytes = nodeDisk.readWhole(path)
  const { clusterId = '', nodeId = -1, directoryId = '' } = readMetaProperties(metaBytes, path)
  const identity = { clusterId, nodeId, directoryId }
  const formattedMs = Date.parse('2026-11-22T13:59:13Z')

  it('says whose it is last, byte for byte as Kafka does', () => {
    const { name, bytes } = formattedLogDir(identity, formattedMs).at(-1)!
    expect(name).toBe('meta.properties')
    expect(bytes.toString()).toBe(metaBytes.toString())
  })

  it('begins with the bootstrap.checkpoint that Kafka writes', () => {
    const batches = batchesOf(bootstrap)
    const timeOf = ({ baseTimestamp }: { baseTimestamp: bigint }) => Number(baseTimestamp)
    for (const batch of batches) {
      const [file] = formattedLogDir(identity, timeOf(batch))
      expect(file?.name).toBe('bootstrap.checkpoint')
      expect(file?.bytes.length).toBe(nodeDisk.readWhole(bootstrap).length)
      expect(file?.bytes.includes(bytesOf(batch))).toBe(true)
    }
  })
})
