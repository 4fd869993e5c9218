// Owns: an engine without a chain: answers every operation with its sample; the first byte of the address of `balance` asks for a misbehaviour.
// Called by: lane-client tests (in the thread), fake-worker.ts (in a worker).

import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../src/errors.js'
import type { EngineEvents, HostedEngine } from '../../src/evm-lane/lane-host.js'
import type { LaneSpec } from '../../src/evm-lane/lane-spec.js'
import type { Handlers, Op } from '../../src/evm-lane/protocol.js'
import { hash, head, poolTx, samples } from './protocol-samples.js'

/** What the first byte of the address makes the engine do. */
export const misbehave = { revert: 0x10, silence: 0x11, loop: 0x12, crash: 0x13, facts: 0x14, slow: 0x15, fatal: 0x16, mutate: 0x17, peers: 0x18 }

export const spec: LaneSpec = {
  chainId: 77_009,
  name: 'fake',
  dir: null,
  production: { kind: 'none' },
  genesis: { kind: 'default', hardfork: null, timestamp: 1n, alloc: [], baseFeePerGas: 1n },
  gasLimit: 30_000_000n,
  coinbase: new Uint8Array(20),
  extraData: new Uint8Array(0),
  quietAfterBlocks: 0,
  historyBlocks: null,
  syncWrites: false,
  pool: { pendingMax: 1, queuedMax: 1, perSenderMax: 1, txBytesMax: 1, priceBumpPercent: 10, minTip: 0n },
  limits: { callGas: 1n, callMs: 1, callsInFlight: 1, logsMax: 1, logScanBlocksMax: 1, feeHistoryBlocksMax: 1 },
}

export function openFakeEngine(given: LaneSpec, events: EngineEvents): Promise<HostedEngine> {
  if (given.name === 'broken') return Promise.reject(new AppError('genesis-mismatch', 'stored genesis differs', { chainId: given.chainId }))
  const handlers = Object.fromEntries(Object.entries(samples).map(([op, { req, res }]) => [op, echo(op as Op, req, res)])) as unknown as Handlers
  handlers.balance = ({ address, at }) =>
    (at.kind === 'tag' ? echo('balance', samples.balance.req, samples.balance.res)({ address, at }) : act(address, given, events)) as bigint
  return Promise.resolve({ handlers, head: () => head(0n), genesisHash: hash(9), stop: () => Promise.resolve() })
}

function echo(op: Op, req: unknown, res: unknown): (got: unknown) => unknown {
  return (got) => {
    if (!isDeepStrictEqual(got, req)) throw new AppError('internal', `${op}: request changed on the way`)
    return res
  }
}

function act(address: Uint8Array, given: LaneSpec, events: EngineEvents): bigint | Promise<bigint> {
  switch (address[0]) {
    case misbehave.revert:
      throw new AppError('reverted', 'execution reverted: no', { data: new Uint8Array([1, 2]) })
    case misbehave.silence:
      return new Promise(() => undefined)
    case misbehave.loop:
      for (;;) if (address[1] === 0xff) return 0n
    case misbehave.crash:
      setImmediate(() => {
        throw new Error('crash as asked')
      })
      return new Promise(() => undefined)
    case misbehave.facts:
      events.onHead(head(1n))
      events.onPoolAdded([poolTx])
      events.onMarks({ safe: 1n, finalized: 1n })
      events.onHead(head(2n))
      return 3n
    case misbehave.slow:
      return new Promise((resolve) => setImmediate(() => resolve(4n)))
    case misbehave.fatal:
      events.onFatal(new AppError('store-failed', 'disk gone'))
      return new Promise(() => undefined)
    case misbehave.mutate:
      address.fill(0xee)
      return 5n
    case misbehave.peers:
      return BigInt(given.peers?.length ?? 0)
    default:
      return BigInt(address[0] ?? 0)
  }
}
