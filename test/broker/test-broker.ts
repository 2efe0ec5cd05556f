/** A broker on a disk in memory, asked by frames of requests as clients send them. */
import { ByteReader } from '../../src/binary/reader.ts'
import { ByteWriter, type BytesElsewhere } from '../../src/binary/writer.ts'
import { uuidText } from '../../src/binary/uuid.ts'
import type { Broker } from '../../src/broker/broker.ts'
import { SILENT } from '../../src/broker/broker-log.ts'
import { answer } from '../../src/broker/router.ts'
import { startBroker, type StartOptions } from '../../src/broker/start-broker.ts'
import type { Disk } from '../../src/disk/disk.ts'
import type { FileRegion } from '../../src/disk/file-region.ts'
import { MemoryDisk } from '../../src/disk/memory-disk.ts'
import type { ValueOf } from '../../src/protocol/message.ts'
import type { Api } from '../../src/protocol/messages/api.ts'
import {
  requestHeader,
  requestHeaderVersion,
  responseHeader,
  responseHeaderVersion,
} from '../../src/protocol/request-header.ts'
import { NOW_MS } from '../log/new-log.ts'

export const LOG_DIRS = ['/logs/a', '/logs/b'] as const
export const ADVERTISED = { host: '127.0.0.1', port: 9092 }

export interface TestBroker {
  readonly broker: Broker
  readonly disk: MemoryDisk
  /** @param version by default the newest */
  call<A extends Api>(
    api: A,
    request: Partial<ValueOf<A['request']>>,
    version?: number,
  ): Promise<ValueOf<A['response']>>
  /** Undefined where there is no answer. */
  send(frame: Buffer): Promise<Buffer | undefined>
}

export type TestBrokerOptions = Partial<Omit<StartOptions, 'disk' | 'places' | 'file'>> & {
  readonly disk?: MemoryDisk
  /** What is written through, where that is not the disk itself. */
  readonly through?: Disk
  readonly file?: Readonly<Record<string, string>>
}

export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const { disk = new MemoryDisk(), through = disk, file = {}, ...others } = options
  if (disk.status('/logs') === undefined) {
    disk.makeDirectory('/logs')
    disk.syncDirectory('/')
  }
  const ids = idSequence()
  const broker = await startBroker({
    disk: through,
    takesLocks: false,
    places: placesOn(disk),
    nodeId: undefined,
    file: new Map(Object.entries(file)),
    advertised: ADVERTISED,
    clock: { nowMs: () => NOW_MS },
    timers: { every: () => () => undefined },
    newId: () => uuidText(ids.next()),
    newFolderId: () => ids.next().toString('hex'),
    newMemberId: () => ids.next().toString('hex'),
    newSessionId: () => ids.next().readInt32BE(12),
    drawJitterMs: () => 0,
    askLock: () => undefined,
    log: SILENT,
    ...others,
  })
  const send = async (frame: Buffer) => {
    const parts = await answer(frame, { clientHost: '127.0.0.1' }, broker)
    return parts && Buffer.concat(parts.map(part => bytesOf(part, disk)))
  }
  return {
    broker,
    disk,
    send,
    call: (api, request, version) => call(send, api, { request, version }),
  }
}

function placesOn(disk: MemoryDisk): StartOptions['places'] {
  const isEmpty = (path: string) => disk.status(path) === undefined || disk.list(path).length === 0
  return {
    paths: LOG_DIRS.filter(path => !isEmpty(path)),
    fresh: LOG_DIRS.filter(isEmpty).map(path => ({
      path,
      exists: disk.status(path) !== undefined,
    })),
    firstPath: LOG_DIRS[0],
  }
}

/** 16 bytes each, that nobody had before. */
function idSequence() {
  let last = 0
  return {
    next() {
      const bytes = Buffer.alloc(16, 0x42)
      bytes.writeInt32BE(++last, 12)
      return bytes
    },
  }
}

function bytesOf(part: Buffer | BytesElsewhere, disk: Disk): Buffer {
  if (Buffer.isBuffer(part)) return part
  const { path, position, size } = part as FileRegion
  const bytes = Buffer.alloc(size)
  const file = disk.open(path)
  file.read(bytes, position)
  file.close()
  return bytes
}

const CORRELATION_ID = 77

interface Call<A extends Api> {
  readonly request: Partial<ValueOf<A['request']>>
  readonly version: number | undefined
}

async function call<A extends Api>(
  send: TestBroker['send'],
  api: A,
  { request, version = api.request.newest }: Call<A>,
): Promise<ValueOf<A['response']>> {
  const response = await send(requestFrame(api, request, version))
  if (response === undefined) throw new Error(`no answer to ${api.name}`)
  const reader = new ByteReader(response)
  const header = responseHeader.codec(responseHeaderVersion(api, version)).decode(reader)
  if (header.correlationId !== CORRELATION_ID) throw new Error('an answer to something else')
  const answered = api.response.codec(version).decode(reader) as ValueOf<A['response']>
  if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes behind the answer`)
  return answered
}

export function requestFrame<A extends Api>(
  api: A,
  request: Partial<ValueOf<A['request']>>,
  version: number = api.request.newest,
): Buffer {
  const writer = new ByteWriter()
  requestHeader.codec(requestHeaderVersion(api, version)).encode(writer, {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId: CORRELATION_ID,
    clientId: 'test',
  })
  const defaults = api.request.defaults as object
  api.request.codec(version).encode(writer, { ...defaults, ...request })
  return Buffer.from(writer.written())
}
