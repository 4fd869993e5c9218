// Owns: the OpenRPC document, derived from the method table.
// Does not own: the table, or the schemas of parameters and results (methods.ts, params/).
// Called by: node.ts (serves it as /openrpc.json and rpc.discover), scripts/gen.ts.

import { isDeepStrictEqual } from 'node:util'
import type { JsonSchema, MethodRow, ParamCodec } from './method.js'

export type OpenRpcOptions = {
  version: string
  /** Development methods are listed only where they answer. */
  dev: boolean
}

export function openRpcDocument(methods: Record<string, MethodRow>, options: OpenRpcOptions): Record<string, unknown> {
  const schemas: Components = {}
  const listed = Object.entries(methods).filter(([, row]) => options.dev || row.route !== 'dev')
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Paralane JSON-RPC',
      description: 'Many EVM chains (lanes) behind one Ethereum JSON-RPC gateway.',
      version: options.version,
      license: { name: 'MIT' },
    },
    methods: listed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, row]) => methodObject(name, row, schemas)),
    components: { schemas },
  }
}

/** Schemas that have a title, by name: a block is described once, however many methods answer one. */
type Components = Record<string, unknown>

function methodObject(name: string, row: MethodRow, schemas: Components): Record<string, unknown> {
  return {
    name,
    summary: row.summary,
    tags: [{ name: name.split(/[._]/, 1)[0] }, { name: row.route }],
    paramStructure: 'by-position',
    params: row.params.map((param) => contentDescriptor(param, schemas)),
    result: { name: 'result', schema: named(row.result, schemas) },
  }
}

function contentDescriptor({ name, required, schema }: ParamCodec, schemas: Components): Record<string, unknown> {
  return { name, required, schema: named(schema, schemas) }
}

/** The schema with every titled part moved to `schemas` and referred to. A title that is taken by another schema stays where it is. */
function named(value: unknown, schemas: Components): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, schemas))
  if (typeof value !== 'object' || value === null) return value
  const schema: JsonSchema = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, named(part, schemas)]))
  if (typeof schema.title !== 'string') return schema
  const name = componentName(schema.title)
  schemas[name] ??= schema
  return isDeepStrictEqual(schemas[name], schema) ? { $ref: `#/components/schemas/${name}` } : schema
}

function componentName(title: string): string {
  return title
    .replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => next?.toUpperCase() ?? '')
    .replace(/^./, (first) => first.toUpperCase())
}
