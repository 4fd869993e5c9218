// Owns: lane.json in a lane's folder: what the lane was born as, so that a later start serves the same chain.
// Does not own: the chain itself (the lane's store beside it) or which lanes run (lanes.ts).
// Called by: resolve.ts, commands/lane-init.ts, commands/lane-list.ts.

import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError, errorText } from '../errors.js'
import { fromHex, toHex } from '../primitives.js'
import { replaceFile } from '../whole-file.js'
import type { GenesisSource } from '../evm-lane/lane-spec.js'
import { laneSchema, type LaneConfig } from './schema.js'

/** `config`: served while a configuration names it. `init`: made by `lane init`, served always. `added`: while a process ran, served always as `lane` says. */
export type LaneOrigin = 'config' | 'init' | 'added'
export type LaneRecord = { chainId: number; name: string; origin: LaneOrigin; genesis: GenesisSource; lane?: LaneConfig }

const digits = z.string().regex(/^\d+$/)
const recordSchema = z.strictObject({
  version: z.literal(1),
  chainId: laneSchema.shape.chainId,
  name: laneSchema.shape.name,
  origin: z.enum(['config', 'init', 'added']),
  lane: laneSchema.optional(),
  genesis: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('default'),
      hardfork: z.string().nullable(),
      timestamp: digits,
      baseFeePerGas: digits,
      funded: z.array(z.strictObject({ address: z.string(), balance: digits })),
    }),
    z.strictObject({ kind: z.literal('geth') }),
  ]),
})

export function laneFolder(dataDir: string, chainId: number): string {
  return join(dataDir, `lane-${chainId}`)
}

/** All lanes that the data folder knows. @throws AppError 'store-corrupt' for a record that cannot be read. */
export function readLaneRecords(dataDir: string): LaneRecord[] {
  if (!existsSync(dataDir)) return []
  const folders = readdirSync(dataDir).filter((name) => /^lane-\d+$/.test(name) && existsSync(join(dataDir, name, 'lane.json')))
  return folders.map((name) => readLaneRecord(join(dataDir, name))).sort((a, b) => a.chainId - b.chainId)
}

function readLaneRecord(folder: string): LaneRecord {
  const path = join(folder, 'lane.json')
  try {
    const { chainId, name, origin, genesis, lane } = recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    const added = lane === undefined ? {} : { lane }
    if (genesis.kind === 'geth')
      return { chainId, name, origin, ...added, genesis: { kind: 'geth', json: readFileSync(join(folder, 'genesis.json'), 'utf8') } }
    const alloc = genesis.funded.map(({ address, balance }) => ({
      address: fromHex(address),
      balance: BigInt(balance),
      nonce: 0n,
      code: new Uint8Array(0),
      storage: [],
    }))
    const { hardfork, timestamp, baseFeePerGas } = genesis
    return {
      chainId,
      name,
      origin,
      ...added,
      genesis: { kind: 'default', hardfork, timestamp: BigInt(timestamp), baseFeePerGas: BigInt(baseFeePerGas), alloc },
    }
  } catch (error) {
    throw new AppError('store-corrupt', `cannot read ${path}: ${errorText(error)}`, { path })
  }
}

/** @throws AppError 'store-failed'. */
export function writeLaneRecord(dataDir: string, record: LaneRecord): void {
  const folder = laneFolder(dataDir, record.chainId)
  mkdirSync(folder, { recursive: true })
  const { chainId, name, origin, genesis, lane } = record
  if (genesis.kind === 'geth') replaceFile(join(folder, 'genesis.json'), genesis.json)
  const stored =
    genesis.kind === 'geth'
      ? { kind: genesis.kind }
      : {
          kind: genesis.kind,
          hardfork: genesis.hardfork,
          timestamp: String(genesis.timestamp),
          baseFeePerGas: String(genesis.baseFeePerGas),
          funded: genesis.alloc.map(({ address, balance }) => ({ address: toHex(address), balance: String(balance) })),
        }
  replaceFile(join(folder, 'lane.json'), `${JSON.stringify({ version: 1, chainId, name, origin, genesis: stored, lane }, null, 2)}\n`)
}
