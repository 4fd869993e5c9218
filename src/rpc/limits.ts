// Owns: the named bounds of the gateway and their defaults (style 16).
// Called by: config (overrides), server, dispatch, filters, subscriptions.

export type RpcLimits = {
  bodyBytesMax: number
  batchMax: number
  /** Sum of the answers of one batch, bytes. */
  batchResponseBytesMax: number
  /** Nesting of arrays and objects in one request. */
  depthMax: number
  /** Requests of one batch that run at the same time. */
  batchConcurrency: number
  wsConnectionsMax: number
  /** Bytes waiting for a slow WebSocket consumer before it is dropped with close code 1013. */
  wsBufferBytesMax: number
  wsInFlightMax: number
  subscriptionsPerConnectionMax: number
  filtersMax: number
  /** A filter that nobody polls goes after this. */
  filterIdleMs: number
  filterItemsMax: number
  /** How long eth_sendRawTransaction waits for its block (L3); 0 answers at admission. */
  sendWaitMs: number
  /** EIP-7966 default and maximum. */
  sendSyncMs: number
  sendSyncMaxMs: number
}

export const rpcLimits: RpcLimits = {
  bodyBytesMax: 10 * 1024 * 1024,
  batchMax: 1_000,
  batchResponseBytesMax: 64 * 1024 * 1024,
  depthMax: 32,
  batchConcurrency: 64,
  wsConnectionsMax: 2_048,
  wsBufferBytesMax: 16 * 1024 * 1024,
  wsInFlightMax: 256,
  subscriptionsPerConnectionMax: 256,
  filtersMax: 10_000,
  filterIdleMs: 5 * 60_000,
  filterItemsMax: 10_000,
  sendWaitMs: 2_000,
  sendSyncMs: 2_000,
  sendSyncMaxMs: 30_000,
}
