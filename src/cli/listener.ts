/**
 * Where a broker listens, and where clients find it: by the command line, or else by `listeners` and
 * `advertised.listeners` of its file, as `PLAINTEXT://host:port`. A broker here has one, without encryption or
 * authentication.
 *
 * Source: kafka.server.KafkaConfig, org.apache.kafka.common.network.ListenerName
 */
import { hostname } from 'node:os'
import { UsageError } from '../base/errors.ts'

export interface Listener {
  readonly host: string
  readonly port: number
}

export interface Listening extends Listener {
  /** Undefined where clients find it where it listens. */
  readonly advertised: Listener | undefined
}

export interface ListenerOptions {
  readonly host?: string | undefined
  readonly port?: number | undefined
}

const HOST = '127.0.0.1'
const PORT = 9092
const ANY_HOST: ReadonlySet<string> = new Set(['', '0.0.0.0', '::'])

/** @throws UsageError where a config is none, or asks for what there is not */
export function listenerOf(
  configs: ReadonlyMap<string, string>,
  { host, port }: ListenerOptions,
): Listening {
  const given = clientListener('listeners', configs)
  const listened = { host: host ?? given?.host ?? HOST, port: port ?? given?.port ?? PORT }
  const told = clientListener('advertised.listeners', configs)
  if (told !== undefined) return { ...bound(listened), advertised: told }
  if (!ANY_HOST.has(listened.host)) return { ...listened, advertised: undefined }
  const advertised = { host: hostname(), port: listened.port }
  return { ...bound(listened), advertised }
}

export function isLoopback({ host }: Listener): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** No name stands for all addresses, of IPv6 as well. */
function bound({ host, port }: Listener): Listener {
  return { host: host === '' ? '::' : host, port }
}

/** The first that is not the controller's. */
function clientListener(
  config: 'listeners' | 'advertised.listeners',
  configs: ReadonlyMap<string, string>,
): Listener | undefined {
  const value = configs.get(config)
  if (value === undefined) return undefined
  const controllers = namesIn(configs.get('controller.listener.names') ?? 'CONTROLLER')
  const protocols = protocolMap(configs.get('listener.security.protocol.map'))
  const wanted = namesIn(value).filter(text => !controllers.includes(text.split('://')[0]!))
  const [first] = wanted
  if (first === undefined) return undefined
  const [, name, host, port] =
    /^([A-Za-z0-9_]+):\/\/(?:\[(?=[0-9a-fA-F:]+\]))?([^\]/]*?)\]?:(\d{1,5})$/.exec(first) ?? []
  if (name === undefined || host === undefined || Number(port) > 65_535) {
    throw new UsageError(`${config}: found ${first}, expected a listener as PLAINTEXT://host:9092`)
  }
  const protocol = protocols.get(name) ?? name
  if (protocol.toUpperCase() !== 'PLAINTEXT') {
    throw new UsageError(`${config}: ${first} is of ${protocol}; kbroker serves PLAINTEXT alone`)
  }
  return { host, port: Number(port) }
}

function namesIn(list: string): string[] {
  return list.split(',').flatMap(part => part.trim() || [])
}

function protocolMap(value: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    namesIn(value ?? '').map(pair => {
      const [name = '', protocol = ''] = pair.split(':')
      return [name.trim(), protocol.trim()] as const
    }),
  )
}
