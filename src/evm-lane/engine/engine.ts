// Owns: one lane at work: its owners composed, blocks produced and committed, waiting callers told.
// Does not own: any of the parts' work; the operations' bodies (handlers.ts).
// Called by: worker.ts and client-local.ts through lane-host.ts.

import { assert } from '../../assert.js'
import type { EngineEvents, HostedEngine } from '../lane-host.js'
import type { LaneSpec } from '../lane-spec.js'
import { buildBounds, fillBlock } from './builder.js'
import type { Store } from '../../store/store.js'
import { commitBlock } from './committer.js'
import { createHandlers } from './handlers.js'
import { Importer } from './importer.js'
import type { LaneParts } from './lane-parts.js'
import { openLane } from './open-lane.js'
import { PendingBlocks } from './pending.js'
import { Producer, systemClock } from './producer.js'
import type { Clock } from './producer.js'
import { LaneReader } from './query.js'
import { handOverKnown } from './session/hand-over.js'
import { Simulations } from './session/simulations.js'
import { hasCode } from './state/records.js'
import { txData } from './tx-data.js'
import type { LaneTx } from './tx.js'
import { TxPool } from './txpool.js'
import type { PoolView } from './txpool.js'
import { Waiters } from './waiters.js'

/** @throws AppError of openLane. */
export async function openEngine(spec: LaneSpec, events: EngineEvents, clock: Clock = systemClock, store?: Store): Promise<HostedEngine> {
  const parts = await openLane(spec, store)
  const waiters = new Waiters(clock)
  const importer = new Importer()
  const watch = { pool: false }
  const wanted = (tx: LaneTx, lanes: number[]): void =>
    events.onSessionWanted({ hash: tx.hash, sender: tx.sender, nonce: tx.nonce, gasLimit: tx.gasLimit, to: tx.to, lanes })
  const onExecutable = (txs: LaneTx[]): void => {
    if (handOverKnown(parts, pool, txs, wanted).length > 0) producer.notify()
    if (watch.pool) events.onPoolAdded(txs.map((tx) => ({ sender: tx.sender, nonce: tx.nonce, tx: txData(tx) })))
  }
  const pool = new TxPool(spec.pool, poolView(parts), onExecutable, (tx) => wanted(tx, []))
  const reader = new LaneReader(parts, new PendingBlocks(parts, pool, clock.nowMs))
  const afterBlock = (txs: LaneTx[]): void => {
    pool.blockApplied(txs)
    waiters.mined(txs.map((tx) => tx.hashKey))
    events.onHead(reader.headInfo())
  }
  const producer = new Producer({
    production: spec.following === true ? { kind: 'none' } : spec.production,
    quietAfterBlocks: spec.quietAfterBlocks,
    clock,
    produce: (allowEmpty) => produce(parts, pool, { nowMs: clock.nowMs(), allowEmpty }, { afterBlock, wanted }),
    hasWork: () => pool.hasExecutable(),
    mayBuild: () => parts.hyper.canBuild(parts.chain.head.block.header.number),
    onFatal: events.onFatal,
  })
  const stop = async (): Promise<void> => {
    await producer.stop()
    waiters.close()
    await importer.idle()
    await parts.store.close()
  }
  const simulations = new Simulations(parts, events.ask)
  const afterRecovery = (): void => {
    if (recovered) return
    recovered = true
    events.onHead(reader.headInfo())
    producer.release(null)
  }
  const handlers = createHandlers({
    parts,
    pool,
    reader,
    waiters,
    importer,
    watch,
    afterBlock,
    stop,
    producer,
    onMarks: events.onMarks,
    simulations,
    ask: events.ask,
    nowMs: clock.nowMs,
    afterRecovery,
  })
  let recovered = spec.coordinated !== true
  if (recovered) producer.start()
  else void producer.hold()
  return { handlers, head: () => reader.headInfo(), genesisHash: parts.genesisHash, stop }
}

/** Builds and commits the next block. null: there was nothing to put in and it may not be empty. */
async function produce(
  parts: LaneParts,
  pool: TxPool,
  wish: { nowMs: number; allowEmpty: boolean },
  tell: { afterBlock: (txs: LaneTx[]) => void; wanted: (tx: LaneTx, lanes: number[]) => void },
): Promise<number | null> {
  const filled = await fillBlock(parts, pool.executable(), wish.nowMs, buildBounds)
  try {
    for (const tx of filled.rejected) pool.drop(tx)
    for (const { tx, chainId } of filled.leaving) {
      pool.handOver(tx)
      tell.wanted(tx, chainId === null ? [] : [chainId])
    }
    if (filled.txCount === 0 && !wish.allowEmpty) return null
    const built = await filled.finish()
    assert(built !== undefined, 'only the producer moves the head of a lane that produces')
    const { txs } = built.entry
    await commitBlock(parts, built.entry, built.sealed)
    tell.afterBlock(txs)
    return txs.length
  } finally {
    filled.close()
  }
}

function poolView(parts: LaneParts): PoolView {
  return {
    account: (sender) => {
      const view = parts.state.view()
      const record = view.accountSync(sender)
      if (record === undefined) return { nonce: 0n, balance: 0n, hasCode: false, delegated: false }
      const code = hasCode(record) ? view.code(record.codeHash) : new Uint8Array(0)
      const delegated = code.length === 23 && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00
      return { nonce: record.nonce, balance: record.balance, hasCode: code.length > 0, delegated }
    },
    admission: () => {
      const { header } = parts.chain.head.block
      const common = parts.forks.commonAt(header.number + 1n, header.timestamp)
      const blobs = common.isActivatedEIP(4844) ? Number(common.getBlobGasSchedule().maxBlobGasPerBlock / 131_072n) : 0
      // EIP-7594 lets one transaction carry at most 6 blobs.
      const maxBlobsPerTx = common.isActivatedEIP(7594) ? Math.min(blobs, 6) : blobs
      return { limits: parts.spec.pool, blockGasLimit: header.gasLimit, maxBlobsPerTx }
    },
  }
}
