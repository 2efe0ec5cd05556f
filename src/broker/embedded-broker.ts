/**
 * A broker that clients can reach: it listens first, so that its address is known when it registers, and answers when it
 * has started.
 */
import type { BrokerConfigs } from '../metadata/broker-configs.ts'
import { brokerNumber } from '../metadata/broker-configs.ts'
import { ResourceConfigs } from '../metadata/resource-configs.ts'
import type { RequestHandler } from '../transport/connection.ts'
import type { ZeroCopyMode } from '../transport/region-sender.ts'
import type { ResponseParts } from '../transport/response-parts.ts'
import { listen, type Server } from '../transport/server.ts'
import type { Broker } from './broker.ts'
import { Housekeeping, type HousekeepingOptions } from './housekeeping.ts'
import { answer } from './router.ts'
import { startBroker, type StartOptions } from './start-broker.ts'

export interface EmbeddedOptions extends Omit<StartOptions, 'advertised'>, HousekeepingOptions {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** Where clients find it, if that is not where it listens. */
  readonly advertised?: { readonly host: string; readonly port: number } | undefined
  readonly zeroCopy?: ZeroCopyMode
}

export interface EmbeddedBroker {
  readonly broker: Broker
  readonly server: Server
  /** As clients are configured with it: `127.0.0.1:9092`. */
  readonly bootstrapServers: string
  /** What was asked is answered first, unless that takes too long. @throws DiskError */
  close(): Promise<void>
}

const QUEUED_BYTES_MAX = 4 * 2 ** 20
/** Clients have five requests in flight, most of them; Java's admin client as many as it likes. */
const IN_FLIGHT_MAX = 64
const CLOSE_GRACE_MS = 300

/** @throws as `startBroker`; DiskError where nobody can listen there */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedBroker> {
  let started: (broker: Broker) => void
  const ready = new Promise<Broker>(resolve => (started = resolve))
  const server = await listenFor(ready, options)
  const { host } = options
  const { port } = server
  try {
    const advertised = options.advertised ?? { host, port }
    const broker = await startBroker({ ...options, advertised })
    const housekeeping = new Housekeeping(broker, options)
    housekeeping.start()
    started!(broker)
    return {
      broker,
      server,
      bootstrapServers: addressText(advertised),
      close: () => close({ broker, server, housekeeping }),
    }
  } catch (error) {
    await server.close(0)
    throw error
  }
}

/** Of IPv6 in brackets. */
export function addressText({ host, port }: { readonly host: string; readonly port: number }) {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function listenFor(ready: Promise<Broker>, options: EmbeddedOptions): Promise<Server> {
  const { host, port, zeroCopy = 'auto', log, file, nodeId } = options
  const configs: BrokerConfigs = { knowsTopics: false, dynamic: NO_CONFIGS, nodeId, file }
  let broker: Broker | undefined
  void ready.then(one => (broker = one))
  const handle: RequestHandler = async (request, { host: clientHost }) => {
    const parts = await answer(request, { clientHost }, broker ?? (await ready))
    return parts as ResponseParts | undefined
  }
  return listen({
    host,
    port,
    zeroCopy,
    log,
    handle,
    requestBytesMax: brokerNumber('socket.request.max.bytes', configs),
    connectionsMax: brokerNumber('max.connections', configs),
    connectionsPerIpMax: brokerNumber('max.connections.per.ip', configs),
    idleMs: brokerNumber('connections.max.idle.ms', configs),
    queuedBytesMax: QUEUED_BYTES_MAX,
    inFlightMax: IN_FLIGHT_MAX,
  })
}

const NO_CONFIGS = new ResourceConfigs()

interface Running extends Pick<EmbeddedBroker, 'broker' | 'server'> {
  readonly housekeeping: Housekeeping
}

/** Fetches that wait are answered with nothing, groups that come together with an error. */
async function close({ broker, server, housekeeping }: Running): Promise<void> {
  broker.stopWaiting()
  await server.close(CLOSE_GRACE_MS)
  await housekeeping.stop()
  await broker.close()
}
