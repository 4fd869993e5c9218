// Owns: the operations of protocol.ts as one table for a lane; each row only calls the owner of the work.
// Called by: engine.ts. To add an operation: a row in protocol.ts Requests and samples, a row here.

import { AppError } from '../../errors.js'
import { bareHex, toHex } from '../../primitives.js'
import type { Hash32 } from '../../primitives.js'
import type { Handlers, PoolTx, Request } from '../protocol.js'
import { findLogs } from './chain/log-query.js'
import type { HandlerParts } from './handler-parts.js'
import { blockData, locatedReceipts, locatedTx, uncleData } from './query.js'
import { sessionHandlers } from './handlers-session.js'
import { hyperHandlers } from './handlers-hyper.js'
import { simulateHandlers } from './handlers-simulate.js'
import { decodeTx } from './tx.js'
import { refuseUnsealed } from './unsealed.js'
import { txData } from './tx-data.js'
import { checkSize } from './tx-rules.js'
import type { LaneTx } from './tx.js'

export function createHandlers(h: HandlerParts): Handlers {
  return {
    ...chainHandlers(h),
    ...stateHandlers(h),
    ...poolHandlers(h),
    ...simulateHandlers(h),
    ...sessionHandlers(h),
    ...hyperHandlers(h),
    ...lifeHandlers(h),
  }
}

type ChainOps = 'block' | 'blockReceipts' | 'blockTxCount' | 'uncle' | 'transaction' | 'transactionAt' | 'rawTransaction' | 'receipt' | 'logs'

function chainHandlers({ parts, pool, reader }: HandlerParts): Pick<Handlers, ChainOps> {
  const pooled = (hash: Hash32): LaneTx | undefined => pool.get(bareHex(hash))
  return {
    block: async ({ at, full }) => {
      const found = await reader.find(at)
      return found === undefined ? null : blockData(found, full)
    },
    blockReceipts: async ({ at }) => {
      const found = await reader.find(at)
      return found === undefined ? null : locatedReceipts(found.entry, found.pending)
    },
    blockTxCount: async ({ at }) => {
      const found = await reader.find(at)
      return found === undefined ? null : { txs: found.entry.txs.length, uncles: found.entry.block.uncles.length }
    },
    uncle: async ({ at, index }) => {
      const found = await reader.find(at)
      return found === undefined ? null : uncleData(found.entry, index)
    },
    transaction: async ({ hash }) => {
      const mined = await reader.transaction(hash)
      if (mined !== null) return mined
      const tx = pooled(hash)
      return tx === undefined ? null : { tx: txData(tx), position: null }
    },
    transactionAt: async ({ at, index }) => {
      const found = await reader.find(at)
      return found === undefined ? null : locatedTx(found.entry, index)
    },
    rawTransaction: async (req) => {
      if ('index' in req) return (await reader.find(req.at))?.entry.txs[req.index]?.raw ?? null
      return pooled(req.hash)?.raw ?? (await reader.rawTransaction(req.hash))
    },
    receipt: ({ hash }) => reader.receipt(hash),
    logs: async (query) => {
      const { range } = query
      if (range.kind === 'block') {
        const number = await reader.require({ kind: 'hash', hash: range.hash })
        return findLogs({ ...parts, limits: parts.spec.limits }, query, number, number)
      }
      const from = await reader.logBound(range.from)
      const to = await reader.logBound(range.to)
      if (from > to) throw new AppError('invalid-params', 'invalid block range params')
      const head = parts.chain.head.block.header.number
      return findLogs({ ...parts, limits: parts.spec.limits }, query, from, to < head ? to : head)
    },
  }
}

type StateOps = 'status' | 'balance' | 'nonce' | 'code' | 'storage' | 'storageValues' | 'proof'

function stateHandlers({ parts, pool, reader }: HandlerParts): Pick<Handlers, StateOps> {
  return {
    status: () => ({ head: reader.headInfo(), genesisHash: parts.genesisHash, poolPending: pool.pendingCount, poolQueued: pool.queuedCount }),
    balance: async ({ address, at }) => (await reader.account(address, at))?.balance ?? 0n,
    nonce: async ({ address, at }) => {
      if (at.kind !== 'tag' || at.tag !== 'pending') return (await reader.account(address, at))?.nonce ?? 0n
      // L5: the pool knows without building the pending block.
      return pool.nextNonce(bareHex(address)) ?? (await reader.account(address, { kind: 'tag', tag: 'latest' }))?.nonce ?? 0n
    },
    code: ({ address, at }) => reader.code(address, at),
    storage: async ({ address, slot, at }) => (await reader.slots(address, [slot], at))[0] as Hash32,
    storageValues: ({ requests, at }) => Promise.all(requests.map(({ address, slots }) => reader.slots(address, slots, at))),
    proof: ({ address, slots, at }) => reader.proof(address, slots, at),
  }
}

type PoolOps = 'submit' | 'submitSync' | 'poolStatus' | 'poolContent' | 'watchPool'

function poolHandlers({ parts, pool, reader, waiters, watch }: HandlerParts): Pick<Handlers, PoolOps> {
  const producing = parts.spec.production.kind !== 'none'
  const admit = (req: Pick<Request<'submit'>, 'raw' | 'sender'>): LaneTx => {
    if (parts.spec.following === true) throw new AppError('not-allowed', 'a lane that follows another node takes no transactions')
    checkSize(req.raw, parts.spec.pool)
    const { header } = parts.chain.head.block
    refuseUnsealed(parts)
    // A lane that never makes a next block judges by the rules of its last.
    const common = parts.forks.commonAt(producing ? header.number + 1n : header.number, header.timestamp)
    const tx = decodeTx(req.raw, common, req.sender)
    if (tx.type === 3 && tx.raw === req.raw) throw new AppError('tx-blob', 'missing sidecar in blob transaction')
    pool.add(tx)
    return tx
  }
  const poolTx = (tx: LaneTx): PoolTx => ({ sender: tx.sender, nonce: tx.nonce, tx: txData(tx) })
  return {
    submit: async (req) => {
      const tx = admit(req)
      const mined = req.waitMs > 0 && (await waiters.wait(tx.hashKey, req.waitMs))
      return { hash: tx.hash, mined }
    },
    submitSync: async (req) => {
      const tx = admit(req)
      const hash = toHex(tx.hash)
      if (!(await waiters.wait(tx.hashKey, req.timeoutMs)))
        throw new AppError('tx-not-mined', 'the transaction was added to the pool but no block holds it yet', { hash })
      const receipt = await reader.receipt(tx.hash)
      if (receipt === null) throw new AppError('internal', `receipt of ${hash} is missing after its block`)
      return receipt
    },
    poolStatus: () => ({ pending: pool.pendingCount, queued: pool.queuedCount }),
    poolContent: ({ from }) => {
      const { pending, queued } = pool.content()
      const wanted = (tx: LaneTx): boolean => from === null || tx.senderKey === bareHex(from)
      return { pending: pending.filter(wanted).map(poolTx), queued: queued.filter(wanted).map(poolTx) }
    },
    watchPool: ({ on }) => {
      watch.pool = on
      return null
    },
  }
}

function lifeHandlers({ parts, importer, afterBlock, stop }: HandlerParts): Pick<Handlers, 'importBlock' | 'stop'> {
  return {
    importBlock: async (req) => {
      const { following, production } = parts.spec
      if ((following === true) !== (req.own !== undefined))
        throw new AppError('not-allowed', 'a lane takes blocks of its own network if it follows, else foreign ones')
      if (following !== true && production.kind !== 'none') throw new AppError('not-allowed', 'a lane that produces blocks cannot import any')
      const result = await importer.take(parts, req)
      if (!result.known) afterBlock(parts.chain.head.txs)
      return result
    },
    stop: async () => {
      await stop()
      return null
    },
  }
}
