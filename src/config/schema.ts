// Owns: what a configuration may say: every key, its type, its bounds, its meaning. The reference in the README is generated from here.
// Does not own: where values come from (load.ts), what follows from them (lanes.ts, resolve.ts).
// Called by: whoever loads, resolves or stores a configuration; scripts/config-reference.ts.

import { z } from 'zod'
import { hyperLimits } from '../hyper/limits.js'
import { addressPattern } from './address.js'
import { rpcLimits } from '../rpc/limits.js'
import { laneLimits, poolLimits } from './lane-defaults.js'

const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER): z.ZodNumber => z.number().int().min(least).max(most)
/** An amount that may exceed what a number holds: digits in a string, or a whole number. */
const amount = z.union([z.string().regex(/^\d+$/, 'a whole number'), wholeNumber(0)])
const gasLimit = wholeNumber(1_000_000, 10_000_000_000)
const milliseconds = wholeNumber(0, 86_400_000)
const history = wholeNumber(0).optional().describe('Blocks of state history kept; all without it.')

/** Keys of an object of whole numbers, each optional, with the defaults told. */
function overridesOf<T extends Record<string, number | bigint>>(defaults: T) {
  const shape = Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, wholeNumber(0).optional().describe(`Default ${value}.`)]))
  return z.strictObject(shape as Record<keyof T & string, z.ZodOptional<z.ZodNumber>>)
}

/** As overridesOf, for what cannot work at 0; times are what a timer can hold. */
function boundsOf<T extends Record<string, number | bigint>>(defaults: T) {
  const bound = (key: string): z.ZodNumber => wholeNumber(1, key.endsWith('Ms') ? 86_400_000 : undefined)
  const shape = Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, bound(key).optional().describe(`Default ${value}.`)]))
  return z.strictObject(shape as Record<keyof T & string, z.ZodOptional<z.ZodNumber>>)
}

const { sessions, simulations, ...coordinator } = hyperLimits
const separateBuddySchema = z.strictObject({
  key: z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'an Ed25519 public key in hex'),
  address: z.string().regex(addressPattern, 'an address of the form host:port'),
  weight: wholeNumber(1).optional(),
})

export const hyperSchema = z.strictObject({
  periodMs: milliseconds.min(10).optional().describe('Time between two Hyper Blocks while something happens. Default 500.'),
  minPeriodMs: milliseconds
    .optional()
    .describe(
      'A session or message that commits is sealed at once, but never more often than this, nor for more than a twentieth of the time where Buddies run in the process. Default 100, at most periodMs.',
    ),
  heartbeatMs: milliseconds.optional().describe('An empty Hyper Block after so long in which nothing happened; 0 for none. Default 10000.'),
  buddies: z
    .union([wholeNumber(1, 32), z.array(separateBuddySchema).min(1).max(100)])
    .optional()
    .describe(
      'Buddies that seal Hyper Blocks: how many this process runs, or a list of { key, address, weight } of processes of their own (paralane buddy). Counts when the network begins and is kept from then on. Default 4.',
    ),
  maxUnsealed: wholeNumber(0)
    .optional()
    .describe('Blocks that a lane makes beyond its newest sealed one before it takes no more transactions; 0 for no bound. Default 4096.'),
  deltaMs: milliseconds.min(1).optional().describe('Time that a message between Buddies is expected to take. Default 5.'),
  viewTimeoutMs: milliseconds.min(10).optional().describe('Patience with a proposer, before the next one takes its turn. Default 250.'),
  censorMs: milliseconds
    .optional()
    .describe(
      'A Buddy refuses a proposal that leaves out a lane block that it knows for longer than this, twice as long in each further view. Default: four periods.',
    ),
  driftMs: milliseconds.optional().describe('How far ahead of the own clock the time of a proposal may be. Default 2000.'),
  onchainSeals: z
    .boolean()
    .optional()
    .describe(
      'The Buddies of this process also sign with secp256k1 keys, so that contracts can check Seals (hyper_getOnchainSeal); with Buddies of their own: their signatures are collected. Default false.',
    ),
  adminKey: z
    .string()
    .regex(/^0x[0-9a-fA-F]{64}$/, 'an Ed25519 public key in hex')
    .optional()
    .describe('Key that may add lanes and change the Buddies; counts when the network begins. Default: one is made and kept in the data folder.'),
  limits: boundsOf(coordinator)
    .extend({
      sessions: boundsOf(sessions)
        // A lane that says nothing for a minute is taken for one that will not answer (evm-lane/deadlines.ts).
        .extend({ sessionMs: wholeNumber(1, 50_000).optional().describe(`Default ${sessions.sessionMs}.`) })
        .optional()
        .describe('Bounds of one session, and of those that wait.'),
      simulations: boundsOf(simulations).optional().describe('Bounds of calls and estimates that leave their lane.'),
    })
    .optional()
    .describe('Bounds of the coordinator.'),
})

export const laneSchema = z.strictObject({
  chainId: wholeNumber(1).describe('EIP-155 chain id; also the path at which the lane is served.'),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a name of at most 32 of a-z, 0-9 and -, beginning with a letter')
    .describe('Short name; also a path at which the lane is served.'),
  production: z
    .enum(['instant', 'interval', 'none'])
    .optional()
    .describe(
      'When blocks are made: as soon as there is a transaction, every blockTimeMs, or never. Default: interval where blockTimeMs is given, else instant.',
    ),
  minBlockIntervalMs: milliseconds.optional().describe('Instant lanes: least time between two blocks. Default 0.'),
  heartbeatMs: milliseconds
    .min(10)
    .optional()
    .describe('Instant lanes: an empty block after so long without one, while the lane is not quiet. Default 500.'),
  blockTimeMs: milliseconds.min(10).optional().describe('Interval lanes: time between two blocks.'),
  quietAfterBlocks: wholeNumber(0).optional().describe('Empty blocks made after the last transaction before the lane falls quiet. Default 32.'),
  gasLimit: gasLimit.optional().describe('Gas limit of a block. Default 36000000.'),
  genesis: z
    .string()
    .min(1)
    .optional()
    .describe('A geth genesis.json to begin from; without it a genesis of our own with the preinstalls and the development accounts.'),
  hardfork: z.string().min(1).optional().describe('Fork that a genesis of our own begins with. Default: the newest final one.'),
  baseFeePerGas: amount.optional().describe('Wei, of block 0 of a genesis of our own. Default 1000000000.'),
  history,
  coinbase: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'an address')
    .optional()
    .describe('Who gets the tips. Default: the zero address.'),
  extraData: z.string().max(32).optional().describe('Text in each header. Default "paralane".'),
  syncWrites: z.boolean().optional().describe('Wait for the disk after each block, so that a power cut loses nothing either. Default false.'),
  pool: overridesOf(poolLimits).optional().describe('Bounds of the transaction pool.'),
  limits: overridesOf(laneLimits).optional().describe('Bounds of calls and queries.'),
})

export const configSchema = z.strictObject({
  host: z.string().min(1).optional().describe('Address to listen on. Default 127.0.0.1.'),
  port: wholeNumber(0, 65_535).optional().describe('TCP port; 0 takes a free one. Default 8545.'),
  dataDir: z.string().min(1).optional().describe('Folder for everything durable. Default ./.paralane.'),
  dev: z
    .boolean()
    .optional()
    .describe('Funded development accounts and the methods that sign with them. Default: on when host is a loopback address, off otherwise.'),
  accounts: wholeNumber(1, 1_000).optional().describe('Number of development accounts. Default 20.'),
  balance: z
    .union([z.string().regex(/^\d+(\.\d{1,18})?$/, 'an amount of ether'), z.number().min(0)])
    .optional()
    .describe('Ether of each development account on each lane. Default 10000.'),
  mnemonic: z.string().min(1).optional().describe('Words that the development accounts derive from. Default "test test … junk".'),
  blockTime: z
    .number()
    .min(0.01)
    .max(86_400)
    .optional()
    .describe('Seconds between blocks, for every lane of the configuration; overrides their own production.'),
  gasLimit: gasLimit.optional().describe('Gas limit of a block, for every lane of the configuration.'),
  history,
  wait: z.boolean().optional().describe('eth_sendRawTransaction answers once the block that holds the transaction exists (bounded). Default true.'),
  apiKeys: z.array(z.string().min(8)).min(1).optional().describe('Keys of which callers must show one. Without it everybody may call.'),
  rateLimit: z.number().gt(0).optional().describe('Requests per second and caller. Without it there is no limit.'),
  rateLimitBurst: wholeNumber(1).optional().describe('Requests that a caller may make at once. Default: twice rateLimit.'),
  cors: z.array(z.string().min(1)).optional().describe('Origins that a browser may call from; "*" for all, an empty list for none. Default: all.'),
  trustProxy: z.boolean().optional().describe('Behind one reverse proxy: take the caller’s address from X-Forwarded-For. Default false.'),
  explorerUrl: z.string().min(1).optional().describe('Base URL of a block explorer, with {chainId} in it, for chains.json.'),
  silent: z.boolean().optional().describe('No banner. Default false.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .optional()
    .describe('Least level of the log on standard error. Default warn.'),
  senderThreads: wholeNumber(1, 64).optional().describe('Threads that recover transaction senders. Default: 1 on up to three cores, else 2.'),
  limits: overridesOf(rpcLimits).optional().describe('Bounds of the gateway.'),
  hyper: hyperSchema.optional().describe('What happens between lanes, and its Hyper Blocks: see the table below.'),
  lanes: z.array(laneSchema).min(1).max(256).optional().describe('The lanes. Default: the four of the table above.'),
})

export type LaneConfig = z.infer<typeof laneSchema>
export type Config = z.infer<typeof configSchema>
