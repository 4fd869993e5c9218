// Owns: the OpenRPC document, derived from the method table.
// Does not own: the table, or the schemas of parameters and results (methods.ts, params/).
// Called by: node.ts (serves it as /openrpc.json and rpc.discover), scripts/gen.ts.

import type { MethodRow, ParamCodec } from './method.js'

export type OpenRpcOptions = {
  version: string
  /** Development methods are listed only where they answer. */
  dev: boolean
  /** Where the gateway is reached; left out of a document that is not bound to a running one. */
  url?: string
}

export function openRpcDocument(methods: Record<string, MethodRow>, options: OpenRpcOptions): Record<string, unknown> {
  const listed = Object.entries(methods).filter(([, row]) => options.dev || row.route !== 'dev')
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Paralane JSON-RPC',
      description: 'Many EVM chains (lanes) behind one Ethereum JSON-RPC gateway.',
      version: options.version,
      license: { name: 'MIT' },
    },
    ...(options.url === undefined ? {} : { servers: [{ name: 'gateway', url: options.url }] }),
    methods: listed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, row]) => methodObject(name, row)),
  }
}

function methodObject(name: string, row: MethodRow): Record<string, unknown> {
  return {
    name,
    summary: row.summary,
    tags: [{ name: name.split(/[._]/, 1)[0] }, { name: row.route }],
    paramStructure: 'by-position',
    params: row.params.map(contentDescriptor),
    result: { name: 'result', schema: row.result },
  }
}

function contentDescriptor({ name, required, schema }: ParamCodec): Record<string, unknown> {
  return { name, required, schema }
}
