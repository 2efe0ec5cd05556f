/**
 * Configs that were set while the cluster ran, by what they are of.
 *
 * Source: org.apache.kafka.image.ConfigurationsDelta, org.apache.kafka.common.config.ConfigResource
 */
export type ResourceType = 'topic' | 'broker' | 'broker-logger' | 'client-metrics' | 'group'

/** Of configs of all brokers. */
export const ALL_BROKERS = ''

export const RESOURCE_TYPE_IDS: Readonly<Record<ResourceType, number>> = {
  topic: 2,
  broker: 4,
  'broker-logger': 8,
  'client-metrics': 16,
  group: 32,
}

interface ConfigValue {
  readonly resourceType: number
  readonly resourceName: string
  readonly name: string
  /** Null where it is no longer set. */
  readonly value: string | null
}

const NONE: ReadonlyMap<string, string> = new Map()

export class ResourceConfigs {
  readonly #byResource = new Map<string, Map<string, string>>()

  of(type: ResourceType, resourceName: string): ReadonlyMap<string, string> {
    return this.#byResource.get(keyOf(RESOURCE_TYPE_IDS[type], resourceName)) ?? NONE
  }

  set({ resourceType, resourceName, name, value }: ConfigValue): void {
    const key = keyOf(resourceType, resourceName)
    const configs = this.#byResource.get(key) ?? new Map<string, string>()
    if (value === null) configs.delete(name)
    else configs.set(name, value)
    this.#byResource.set(key, configs)
  }

  clear(type: ResourceType, resourceName: string): void {
    this.#byResource.delete(keyOf(RESOURCE_TYPE_IDS[type], resourceName))
  }
}

function keyOf(resourceType: number, resourceName: string): string {
  return `${resourceType} ${resourceName}`
}
