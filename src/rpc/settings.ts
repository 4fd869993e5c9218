// Owns: what an operator can switch at the gateway's door, and the defaults.
// Does not own: reading it from files and flags (config/), or the bounds of requests (limits.ts).
// Called by: config (overrides), server.ts and the parts it builds.

export type NativeCurrency = { name: string; symbol: string; decimals: number }

export type ServerSettings = {
  /** Origins that a browser may call from; null switches CORS off. WebSockets are held to the same list. */
  cors: '*' | readonly string[] | null
  /** True behind one reverse proxy: the caller's address is what that proxy appended to X-Forwarded-For. */
  trustProxy: boolean
  /** Keys that callers must show; null lets everybody in. */
  apiKeys: readonly string[] | null
  /** Token bucket per API key, or per address without keys; every request of a batch costs one. null: no limit. */
  rateLimit: { perSecond: number; burst: number } | null
  /** What wallets and chain lists are told of every lane's coin. */
  nativeCurrency: NativeCurrency
  /** Base URL of a block explorer, with `{chainId}` replaced; null when there is none. */
  explorerUrl: string | null
}

export const serverSettings: ServerSettings = {
  cors: '*',
  trustProxy: false,
  apiKeys: null,
  rateLimit: null,
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  explorerUrl: null,
}
