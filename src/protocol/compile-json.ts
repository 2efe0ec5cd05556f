/** Value → JSON: closures that render one schema in one version. See `json.ts` for the rules. */
import type { Field, Fields } from './field.ts'
import { Float64, type Json } from './json.ts'
import { hasField, type MessageVersion } from './message-version.ts'
import { sameValue } from './same-value.ts'

type Render = (value: never) => Json
type Values = Readonly<Record<string, unknown>>

export function compileJson(
  fields: Fields,
  version: MessageVersion,
): (values: Values) => JsonObject {
  const members = Object.entries(fields)
    .filter(([, field]) => hasField(field, version))
    .map(([name, field]) => ({
      name,
      render: fieldRenderer(field, version),
      field: field.attributes,
    }))
  return values => {
    const json: Record<string, Json> = {}
    for (const { name, render, field } of members) {
      const value = values[name]
      if (field.tag !== undefined && sameValue(value, field.fallback)) continue
      json[name] = value === null ? null : render(value as never)
    }
    return json
  }
}

export type JsonObject = Readonly<Record<string, Json>>

function fieldRenderer({ type }: Field<unknown>, version: MessageVersion): Render {
  switch (type.kind) {
    case 'float64':
      return (value: number) => new Float64(value)
    case 'records':
      return () => Buffer.alloc(0)
    case 'array':
      return arrayRenderer(fieldRenderer(type.element, version))
    case 'struct':
      return compileJson(type.fields, version)
    default:
      return (value: Json) => value
  }
}

function arrayRenderer(renderElement: Render): Render {
  return (values: readonly never[]) => values.map(renderElement)
}
