// Owns: judging a JSON value by the part of JSON Schema that the official result schemas use.
// Does not own: any other keyword: one that is not known here is an error, so that no schema is passed by not reading it.
// Called by: vector-run.ts.

export type Schema = { readonly [keyword: string]: unknown }

const annotations = ['title', 'description', '$schema', 'deprecated', 'examples']

type Rule = (value: unknown, wanted: never, at: string, schema: Schema) => string[]

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const rules: Record<string, Rule> = {
  type: (value, wanted: string | string[], at) =>
    [wanted].flat().some((type) => hasType(value, type)) ? [] : [`${at} is no ${[wanted].flat().join(' or ')}`],
  pattern: (value, wanted: string, at) =>
    typeof value !== 'string' || new RegExp(wanted, 'u').test(value) ? [] : [`${at} does not match ${wanted}`],
  enum: (value, wanted: unknown[], at) => (wanted.some((one) => same(one, value)) ? [] : [`${at} is none of ${JSON.stringify(wanted)}`]),
  const: (value, wanted: unknown, at) => (same(wanted, value) ? [] : [`${at} is not ${JSON.stringify(wanted)}`]),
  minimum: (value, wanted: number, at) => (typeof value !== 'number' || value >= wanted ? [] : [`${at} is below ${wanted}`]),
  maximum: (value, wanted: number, at) => (typeof value !== 'number' || value <= wanted ? [] : [`${at} is above ${wanted}`]),
  items: (value, wanted: Schema, at) => (Array.isArray(value) ? value.flatMap((item, i) => violations(item, wanted, `${at}[${i}]`)) : []),
  required: (value, wanted: string[], at) => (isRecord(value) ? wanted.filter((key) => !(key in value)).map((key) => `${at}.${key} is missing`) : []),
  properties: (value, wanted: Record<string, Schema>, at) =>
    isRecord(value) ? Object.entries(wanted).flatMap(([key, schema]) => (key in value ? violations(value[key], schema, `${at}.${key}`) : [])) : [],
  additionalProperties: (value, wanted: boolean | Schema, at, schema) => {
    const named = isRecord(schema['properties']) ? schema['properties'] : {}
    const others = isRecord(value) ? Object.entries(value).filter(([key]) => !(key in named)) : []
    if (typeof wanted !== 'boolean') return others.flatMap(([key, other]) => violations(other, wanted, `${at}.${key}`))
    return wanted ? [] : others.map(([key]) => `${at}.${key} is unknown`)
  },
  anyOf: (value, wanted: Schema[], at) => (matching(value, wanted) > 0 ? [] : [`${at} matches none of its forms: ${closest(value, wanted, at)}`]),
  oneOf: (value, wanted: Schema[], at) =>
    matching(value, wanted) === 1 ? [] : [`${at} matches ${matching(value, wanted)} of its forms: ${closest(value, wanted, at)}`],
}

/** What breaks the schema; empty when nothing does. @throws RangeError for a keyword this file does not know. */
export function violations(value: unknown, schema: Schema, at = 'result'): string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (annotations.includes(keyword)) return []
    const rule = rules[keyword]
    if (rule === undefined) throw new RangeError(`schema keyword ${keyword} is not known`)
    return rule(value, wanted as never, at, schema)
  })
}

function matching(value: unknown, schemas: Schema[]): number {
  return schemas.filter((schema) => violations(value, schema).length === 0).length
}

function closest(value: unknown, schemas: Schema[], at: string): string {
  const attempts = schemas.map((schema) => violations(value, schema, at)).sort((a, b) => a.length - b.length)
  return attempts[0]?.join('; ') ?? ''
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isRecord(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
