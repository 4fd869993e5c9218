// Owns: the rules of the house as data: layers and what they may import, owners of dependencies, lengths, words.
// Does not own: checking them (checks.ts).
// Called by: checks.ts. The table is that of the style guide, with the folders that exist.

/** First match wins; a path is relative to the project. */
export const layers: readonly [layer: string, prefix: string][] = [
  ['main', 'src/main.ts'],
  ['main', 'src/node.ts'],
  ['main', 'src/buddy-node.ts'],
  ['main', 'src/commands/'],
  ['process', 'src/process/'],
  ['config', 'src/config/'],
  ['store', 'src/store/'],
  ['store', 'src/schema.ts'],
  ['engine', 'src/evm-lane/engine/'],
  ['lane', 'src/evm-lane/'],
  ['buddy-core', 'src/buddy/core/'],
  ['buddy', 'src/buddy/'],
  ['hyper-core', 'src/hyper/core/'],
  ['hyper', 'src/hyper/'],
  ['rpc', 'src/rpc/'],
  ['leaf', 'src/'],
  ['contracts', 'contracts/'],
  ['scripts', 'scripts/'],
  ['test', 'test/'],
]

/** Layer → layers it may import besides itself; `*` is all. Leaves may be imported by everybody. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  main: ['*'],
  process: ['store', 'lane', 'engine', 'hyper', 'rpc', 'config'],
  config: ['lane', 'hyper', 'rpc'],
  store: [],
  engine: ['store', 'lane'],
  lane: ['engine'],
  'buddy-core': [],
  buddy: ['buddy-core', 'store'],
  'hyper-core': ['buddy-core', 'lane'],
  hyper: ['hyper-core', 'store', 'lane', 'buddy', 'buddy-core'],
  rpc: ['lane', 'hyper', 'hyper-core'],
  leaf: [],
  contracts: [],
  scripts: ['*'],
  test: ['*'],
}

/** Narrower than a layer: only these files of `from` may import `to`. */
export const onlyThese: readonly { from: string; to: string; files: readonly string[]; why: string }[] = [
  {
    from: 'lane',
    to: 'engine',
    files: ['src/evm-lane/worker.ts', 'src/evm-lane/client-local.ts', 'src/evm-lane/sender-recovery-task.ts'],
    why: 'everybody else talks to a lane through its client',
  },
  {
    from: 'config',
    to: 'rpc',
    files: ['src/config/schema.ts', 'src/config/resolve.ts', 'src/config/lanes.ts', 'src/config/dev-accounts.ts'],
    why: 'only its limits and settings are configured',
  },
  { from: 'config', to: 'hyper', files: ['src/config/schema.ts', 'src/config/resolve.ts'], why: 'only its limits are configured' },
]

/** Package (or scope) → the files or folders of src/ that may import it. */
export const owners: Readonly<Record<string, readonly string[]>> = {
  fastify: ['src/rpc/server.ts'],
  '@fastify': ['src/rpc/server.ts'],
  ws: ['src/rpc/ws.ts', 'src/rpc/ws-connection.ts', 'src/hyper/feed/gateway-wake.ts'],
  'prom-client': ['src/rpc/metrics.ts'],
  level: ['src/store/level-store.ts'],
  '@ethereumjs': ['src/evm-lane/engine/'],
  '@noble/curves': ['src/evm-lane/secp256k1.ts', 'src/hyper/core/light-crypto.ts'],
  secp256k1: ['src/evm-lane/secp256k1.ts'],
  'hash-wasm': ['src/evm-lane/engine/keccak.ts'],
  '@noble/hashes': ['src/evm-lane/engine/', 'src/hyper/core/light-crypto.ts'],
  pino: ['src/process/log.ts'],
  'cli-progress': ['src/process/progress.ts'],
  commander: ['src/commands/program.ts'],
  'smol-toml': ['src/config/load.ts'],
  zod: ['src/config/'],
  viem: ['src/config/', 'src/rpc/'],
}

export const linesMax = 500
/** Lines at which a file is worth splitting; told, not refused. */
export const linesWarn = 400

/** Matched in sources and documents. Each is written so that this file does not contain it. */
export const forbidden: readonly { pattern: RegExp; why: string }[] = [
  {
    pattern: new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|${['XX', 'X'].join('')})\\b`),
    why: 'an open end belongs into an issue',
  },
  { pattern: new RegExp(`@ts-${'ignore'}`), why: 'hides every error of the line' },
  { pattern: new RegExp(`(it|test|describe)\\.${'only'}\\(`), why: 'the other tests would not run' },
  { pattern: new RegExp(`(^|[^\\w.])/(work|tmp)/${'main'}\\b`), why: 'a path of one machine' },
]

/** Bans in pure cores, which have no clock, no randomness and no IO. */
export const coreLayers: readonly string[] = ['buddy-core', 'hyper-core']
export const coreForbidden: readonly RegExp[] = [/\bDate\b/, /\bMath\.random\b/, /\basync\b/, /\bawait\b/, /\bPromise\b/, /from 'node:/]

/** Lines of the design that a test must name in its title. */
export const testedRules: readonly string[] = Array.from({ length: 12 }, (_, i) => `S${i + 1}`)

/** Nobody imports these: they are started. */
export const entryPoints: readonly RegExp[] = [
  /^src\/main\.ts$/,
  /^src\/evm-lane\/worker\.ts$/,
  /^scripts\/[^/]+\.ts$/,
  /^scripts\/[^/]+\/main\.ts$/,
  /^scripts\/bench\/(sessions|seal|buddies|trie)\.ts$/,
  /\.test\.ts$/,
  /-(worker|child)\.ts$/,
]
