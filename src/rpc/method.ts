// Owns: what one row of the method table is, and what a handler is given.
// Does not own: the rows (methods.ts), parameter codecs (params/), or how a request reaches a row (dispatch.ts).
// Called by: methods.ts, handlers, dispatch.ts, openrpc.ts.

import type { LaneFeed } from '../hyper/feed/feed.js'
import type { Following } from '../hyper/follower/following.js'
import type { AdminRequest } from '../hyper/admin-request.js'
import type { HyperReader } from '../hyper/reader.js'
import type { SealingReader } from '../hyper/sealing-reader.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { DevAccounts } from './dev-accounts.js'
import type { RpcLimits } from './limits.js'

/** Where a method runs: `local` needs no lane, the others the lane of the request; `dev` rows answer only where dev methods are on. */
export type RouteClass = 'local' | 'lane-read' | 'lane-write' | 'lane-stream' | 'hyper-read' | 'hyper-write' | 'fan-out' | 'dev'

export type JsonSchema = Record<string, unknown>

/** Decodes one JSON parameter to the inside form. @throws AppError 'invalid-params' that says what was wanted and what came. */
export type ParamCodec<T = unknown> = {
  name: string
  schema: JsonSchema
  required: boolean
  decode: (json: unknown) => T
}

/** One WebSocket connection as subscription handlers see it. */
export interface Connection {
  /** Queues one message; a consumer that lets the bound overflow is closed with code 1013. */
  send(text: string): void
  readonly subscriptions: Map<string, () => void>
}

/** What the composition root hands the gateway. */
export type GatewayContext = {
  lanes: LaneDirectory
  limits: RpcLimits
  /** null where lanes are served without a coordinator. */
  hyper: HyperReader | null
  /** Blocks and transcripts for those who execute the lanes again; null where they are not served. */
  feed: LaneFeed | null
  /** null where the lanes are this server's own. */
  following: Following | null
  /** null where no Hyper Blocks are made. */
  sealing: SealingReader | null
  /** A lane from its JSON, as the admin asked for it (H3); null where lanes cannot be added. */
  addLane: ((request: AdminRequest) => Promise<LaneClient>) | null
  /** null outside dev mode. */
  dev: DevAccounts | null
  clientVersion: string
  /** Text of the generated OpenRPC document. */
  openrpc: () => unknown
  /** Told of what callers only learn as "internal error": a fault of this program or of its disk. */
  onFault: (method: string, lane: LaneClient, error: unknown) => void
}

export interface LaneDirectory {
  all(): LaneClient[]
  /** By decimal chain id or name. */
  find(key: string): LaneClient | undefined
  /** The lane served at `/`. */
  default(): LaneClient
}

export type CallContext = Omit<GatewayContext, 'onFault'> & {
  /** The lane of this request. For route class `local` it is the default lane or the one of the URL. */
  lane: LaneClient
  connection: Connection | null
}

export type MethodRow = {
  summary: string
  route: RouteClass
  params: readonly ParamCodec[]
  /** JSON schema of the result, for OpenRPC. */
  result: JsonSchema
  /** Gets the decoded parameters in order; an omitted optional one is undefined. Answers plain JSON. */
  handler: (ctx: CallContext, ...params: never[]) => unknown
}

type Decoded<P extends readonly ParamCodec[]> = { [I in keyof P]: P[I] extends ParamCodec<infer T> ? T : never }

/** Builds a row; the handler's arguments are inferred from `params`. */
export function row<const P extends readonly ParamCodec[]>(spec: {
  summary: string
  route: RouteClass
  params: P
  result: JsonSchema
  handler: (ctx: CallContext, ...params: Decoded<P>) => unknown
}): MethodRow {
  return spec as unknown as MethodRow
}
