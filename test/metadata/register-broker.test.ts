import { describe, expect, it } from 'vitest'
import { ClusterImage } from '../../src/metadata/cluster-image.ts'
import { decodeMetadataRecord, metadataSerde } from '../../src/metadata/metadata-records.ts'
import { newRecord } from '../../src/metadata/new-record.ts'
import { registerBroker } from '../../src/metadata/register-broker.ts'
import { fixturePath } from '../log/fixture.ts'
import { metadataRecordsOf } from './fixture-batches.ts'

const INCARNATION = 'G1oi93AvSCecB4WRlFyuCA'
const DIRECTORY = 'UvPNZ5O9ZGtm1N2KgtJI_g'
const broker = {
  brokerId: 1,
  brokerEpoch: 10n,
  incarnationId: INCARNATION,
  logDirs: [DIRECTORY],
}

describe('the registration of a broker that is stopped', () => {
  it('is known as that which a broker of Kafka has left', () => {
    const path = fixturePath('clean-4.3', 'a', '__cluster_metadata-0', '00000000000000000000.log')
    const image = new ClusterImage()
    for (const record of metadataRecordsOf(path)) image.apply(record)
    const theirs = image.brokers.byId(1)!
    image.apply(registerBroker({ ...theirs, brokerEpoch: 99n }, image))
    expect(image.brokers.byId(1)).toEqual({ ...theirs, brokerEpoch: 99n })
    expect(theirs).toMatchObject({ isFenced: true, isInControlledShutdown: true })
  })

  it.each([
    [7, 1, []],
    [8, 2, []],
    [16, 2, []],
    [17, 3, [DIRECTORY]],
    [29, 3, [DIRECTORY]],
    [30, 4, [DIRECTORY]],
  ])('is in a version that metadata.version %d has: %d', (featureLevel, version, logDirs) => {
    const image = new ClusterImage()
    image.apply(newRecord('FeatureLevelRecord', { name: 'metadata.version', featureLevel }))
    const record = decodeMetadataRecord(metadataSerde.encode(registerBroker(broker, image)))
    expect(record).toMatchObject({
      version,
      value: { ...broker, rack: null, fenced: true, inControlledShutdown: true, logDirs },
    })
  })
})
