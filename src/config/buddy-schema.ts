// Owns: what the configuration of a Buddy of its own may say: every key, its type, its bounds, its meaning.
// Does not own: the configuration of a gateway (schema.ts), reading (buddy-config.ts).
// Called by: buddy-config.ts, buddy-options.ts, commands/program.ts (help), the README's reference.

import { z } from 'zod'
import { addressPattern } from './address.js'

const milliseconds = z.number().int().min(0).max(86_400_000)
const hostPort = z.string().regex(addressPattern, 'an address of the form host:port')
const publicKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'an Ed25519 public key in hex')

export const buddySchema = z.strictObject({
  gateway: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'a URL with http:// or https://')
    .describe('URL of the gateway whose lanes are executed again.'),
  gatewayKey: z.string().min(1).optional().describe('API key that the gateway wants.'),
  genesis: z.string().min(1).describe('File of the Hyper genesis: all that this Buddy trusts. Kept in the data folder after the first start.'),
  key: z.string().min(1).optional().describe('File of the private key, made at the first start. Default: key.pem in the data folder.'),
  listen: hostPort.optional().describe('Address for other Buddies. Default: none, this Buddy only dials.'),
  peers: z
    .array(z.string().regex(/^0x[0-9a-fA-F]{64}@(\[[0-9a-fA-F:.]+\]|[^\s:@[\]]+):\d{1,5}$/, 'a peer of the form 0x<public key>@host:port'))
    .optional()
    .describe('Other Buddies, each 0x<public key>@host:port. One that is not here must dial itself.'),
  followers: z.array(publicKey).optional().describe('Public keys of gateways that may connect to learn of Seals.'),
  dataDir: z.string().min(1).optional().describe('Folder for everything durable. Default ./.paralane-buddy.'),
  port: z.number().int().min(0).max(65_535).optional().describe('Serves reads of the own lanes by JSON-RPC on this port. Default: not at all.'),
  host: z.string().min(1).optional().describe('Address that reads are served on. Default 127.0.0.1.'),
  exchange: z
    .enum(['buddy', 'direct'])
    .optional()
    .describe('How votes are passed on: pairwise, or each to all; the same on all Buddies. Default buddy.'),
  deltaMs: milliseconds.min(1).optional().describe('Time that a message between Buddies is expected to take. Default 5.'),
  viewTimeoutMs: milliseconds.min(10).optional().describe('Patience with a proposer, before the next one takes its turn. Default 250.'),
  minPeriodMs: milliseconds.optional().describe('Least time between two Hyper Blocks. Default 100, at most the period of the genesis.'),
  heartbeatMs: milliseconds.optional().describe('An empty Hyper Block after so long in which nothing happened; 0 for none. Default 10000.'),
  onchainSeals: z
    .boolean()
    .optional()
    .describe('Signs what is sealed with a secp256k1 key too, and tells the gateway, so that contracts can check Seals. Default false.'),
  syncWrites: z.boolean().optional().describe('Lanes wait for the disk after each block. Default false: what a power cut takes is executed again.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .optional()
    .describe('Least level of the log on standard error. Default info.'),
})

export type BuddyConfig = z.infer<typeof buddySchema>
