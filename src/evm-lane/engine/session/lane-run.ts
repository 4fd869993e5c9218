// Owns: one joint execution on this lane: calls that come in from other lanes, calls that go out, and undoing them to any earlier moment (S2, S3).
// Does not own: locks and order (hyper/core/atomic.ts), the lane's block around it (session-block.ts).
// Called by: session-block.ts (sessions), simulations.ts (calls that leave nothing).

import { Message } from '@ethereumjs/evm'
import type { EVMResult } from '@ethereumjs/evm'
import { Address as LibAddress } from '@ethereumjs/util'
import type { Address, Bytes } from '../../../primitives.js'
import { bareHex, equalBytes, fromHex } from '../../../primitives.js'
import type { LogData, ReceiptData } from '../../chain-data.js'
import type { CrossCall, CrossResult, SystemRefusal } from '../../session-protocol.js'
import { libBlock } from '../block-env.js'
import { createProxyCalldata } from '../portal/portal-calls.js'
import { PORTAL, SYSTEM } from '../portal/addresses.js'
import { proxyAddress } from '../portal/proxy-address.js'
import { keyOf } from '../state/keys.js'
import { precompileAddresses } from '../simulate/overrides.js'
import type { LaneTx } from '../tx.js'
import { Abandoned } from './evm-aborted.js'
import { savepoint, restore } from './evm-savepoint.js'
import type { EvmSavepoint } from './evm-savepoint.js'
import { PortalGate } from './portal-gate.js'
import type { CrossPort, FrameSets, GateStage, Waiting } from './portal-gate.js'

/** An inbound call that is not nested in a frame of this lane (S6). */
export type InboundLeg = {
  mark: number
  from: Address
  to: Address
  value: bigint
  gas: bigint
  data: Bytes
  success: boolean
  gasUsed: bigint
  logs: LogData[]
}

/** What a run puts into this lane's block, in order: its own transactions, and calls from other lanes. */
export type RunEntry = { kind: 'leg'; leg: InboundLeg } | { kind: 'tx'; tx: LaneTx; receipt: ReceiptData }

/** What to go back to when an inbound call is undone after it returned. */
type Inbound = { mark: number; point: EvmSavepoint; entries: number; sets: FrameSets; setsBefore: FrameSets }

const lib = (address: Address): LibAddress => new LibAddress(address as Uint8Array<ArrayBuffer>)
const nothing = new Uint8Array(0)
/**
 * Where an inbound frame's refund counter begins: what it takes back may have been counted in another frame (EIP-3529), whose counter is on another
 * lane, and the library takes a counter below zero for an error. Only the difference travels.
 */
const refundStart = 1n << 60n
/** executeCrossChainCall, staticCallLookup. */
const proxySelectors = [fromHex('0x9af53259'), fromHex('0x7aa4da2e')]

/** The view must have a checkpoint open below everything the run does. */
export class LaneRun {
  readonly gate: PortalGate
  entries: RunEntry[] = []
  /** An execution was cut off in the middle: the EVM of the run is not used again. */
  broken = false
  /** It has called another lane. */
  leftLane = false
  private readonly stage: GateStage
  private inbound: Inbound[] = []
  /** Frames of this lane that are executing or waiting. */
  private openFrames = 0
  private sets: FrameSets = { selfdestruct: new Map(), created: new Set() }

  /** Every call that leaves gets this instead (S10). */
  refusal: SystemRefusal | null = null

  constructor(stage: GateStage, port: CrossPort) {
    this.stage = stage
    this.gate = new PortalGate(stage, {
      cross: async (call) => {
        if (this.refusal !== null) return { kind: 'refused', refusal: this.refusal, mark: this.gate.crossings }
        this.leftLane = true
        const result = await port.cross(call)
        if (result.kind === 'abandoned') throw new Abandoned()
        this.gate.crossings = result.mark
        return result
      },
      undoSince: async (mark) => {
        this.undo(mark)
        await port.undoSince(mark)
      },
    })
    stage.slot.gate = this.gate
  }

  /** Runs this lane's own transaction as the outermost frame. `mark`: cross calls of the run so far. null: abandoned. */
  async outermost<T>(mark: number, run: () => Promise<T>): Promise<T | null> {
    this.gate.crossings = mark
    this.openFrames++
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error
      this.broken = true
      return null
    } finally {
      this.openFrames--
      // The library ended its own transaction; its earlier moments are no places to go back to any more.
      this.inbound = []
    }
  }

  /** Gas of the entries so far. */
  get gasUsed(): bigint {
    return this.entries.reduce((sum, entry) => sum + (entry.kind === 'leg' ? entry.leg.gasUsed : entry.receipt.gasUsed), 0n)
  }

  /** A call from another lane. `mark`: its number among the cross calls of the run. */
  async callIn(call: CrossCall, mark: number, as: 'proxy' | 'system' = 'proxy'): Promise<CrossResult> {
    try {
      return await this.execute(call, mark, as)
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error
      this.broken = true
      return { kind: 'abandoned' }
    }
  }

  private async execute(call: CrossCall, mark: number, as: 'proxy' | 'system'): Promise<CrossResult> {
    this.gate.crossings = mark
    if (as === 'proxy' && isForgery(call)) return { kind: 'done', success: false, returnData: nothing, gasUsed: 0n, gasRefund: 0n, mark }
    const waiting = this.gate.waiting.at(-1)
    const record = this.remember(mark, waiting)
    if (this.openFrames === 0) this.beginTransaction(call)
    const proxy = as === 'system' ? SYSTEM : proxyAddress(call.from.account, BigInt(call.from.chainId))
    // The view of a block far below the head, when a session is run again.
    const loading = this.stage.view.loadAccount(keyOf(proxy))
    if (loading !== undefined) await loading
    const proxyGas = as === 'system' ? 0n : await this.ensureProxy(call, proxy)
    if (proxyGas === null) return this.failedIn(record, call, proxy, { returnData: nothing, gasUsed: call.gas })
    this.stage.view.addBalanceSync(proxy, call.value)
    this.stage.view.addBridged({ in: call.value, out: 0n })
    const { execResult } = await this.frame(call, proxy, call.gas - proxyGas, record.sets)
    const gasUsed = proxyGas + execResult.executionGasUsed
    if (execResult.exceptionError !== undefined) {
      const reverted = execResult.exceptionError.error === 'revert'
      return this.failedIn(record, call, proxy, { returnData: reverted ? execResult.returnValue : nothing, gasUsed })
    }
    for (const [address, heir] of execResult.selfdestruct ?? []) record.sets.selfdestruct.set(address, heir)
    for (const address of execResult.createdAddresses ?? []) record.sets.created.add(address)
    // A static call leaves nothing, not even the proxy that it was given to be called back.
    if (call.isStatic && proxyGas > 0n) restore(this.stage.slot, this.stage.view, record.point)
    const logs = execResult.logs ?? []
    if (waiting !== undefined) waiting.logs.push({ mark, logs })
    else this.addLeg(call, proxy, { mark, success: true, gasUsed, logs: logs.map(([address, topics, data]) => ({ address, topics, data })) })
    return {
      kind: 'done',
      success: true,
      returnData: execResult.returnValue,
      gasUsed,
      gasRefund: (execResult.gasRefund ?? refundStart) - refundStart,
      mark: this.gate.crossings,
    }
  }

  /** Undoes every inbound call after `mark`. Those that a failed frame of this lane has undone itself are only forgotten. */
  undo(mark: number): void {
    const first = this.inbound.find((entry) => entry.mark > mark)
    if (first === undefined) return
    for (const { sets, setsBefore } of this.inbound.filter((entry) => entry.mark > mark).reverse()) {
      copySets(setsBefore, sets)
    }
    restore(this.stage.slot, this.stage.view, first.point)
    this.entries.length = Math.min(this.entries.length, first.entries)
    this.inbound = this.inbound.filter((entry) => entry.mark <= mark)
    for (const waiting of this.gate.waiting) waiting.logs = waiting.logs.filter((entry) => entry.mark <= mark)
  }

  /** Ends what Ethereum ends with a transaction: destroyed accounts go, warm sets and transient storage are forgotten. */
  async endTransaction(): Promise<void> {
    const { slot, view } = this.stage
    for (const address of this.sets.selfdestruct.keys()) {
      if (this.sets.created.has(address)) await slot.evm.journal.deleteAccount(lib(fromHex(address)))
    }
    await slot.evm.journal.cleanup()
    slot.evm.transientStorage.clear()
    view.originalStorageCache.clear()
    this.sets = { selfdestruct: new Map(), created: new Set() }
    this.inbound = []
    this.gate.crossings = 0
  }

  close(): void {
    this.stage.slot.gate = null
  }

  private remember(mark: number, waiting: Waiting | undefined): Inbound {
    const sets = waiting?.sets ?? this.sets
    const setsBefore = { selfdestruct: new Map(sets.selfdestruct), created: new Set(sets.created) }
    const record = { mark, point: savepoint(this.stage.slot, this.stage.view), entries: this.entries.length, sets, setsBefore }
    this.inbound.push(record)
    return record
  }

  /** The block and the transaction that the EVM's opcodes ask for, and what a transaction has warm from the start (EIP-2929, EIP-3651). */
  private beginTransaction(call: CrossCall): void {
    const { slot, env } = this.stage
    Object.assign(slot.evm, { _block: libBlock(env), _tx: { gasPrice: call.gasPrice, origin: lib(call.origin) } })
    const { journal } = slot.evm
    for (const address of precompileAddresses(env.common)) journal.addAlwaysWarmAddress(address)
    journal.addAlwaysWarmAddress(bareHex(env.coinbase))
    journal.addAlwaysWarmAddress(bareHex(call.to.account))
  }

  /** The caller's proxy here, so that the callee can call back. Answers the gas it took, null when there was not enough. */
  private async ensureProxy(call: CrossCall, proxy: Address): Promise<bigint | null> {
    const { view, slot } = this.stage
    if (view.codeSync(proxy).length > 0) return 0n
    const data = createProxyCalldata(call.from.account, BigInt(call.from.chainId))
    const sets = { selfdestruct: new Map(), createdAddresses: new Set<`0x${string}`>() }
    const message = new Message({ caller: lib(SYSTEM), to: lib(PORTAL), data, gasLimit: call.gas, depth: call.depth, ...sets })
    const { execResult } = await slot.evm.runCall({ message })
    return execResult.exceptionError === undefined ? execResult.executionGasUsed : null
  }

  private async frame(call: CrossCall, proxy: Address, gasLimit: bigint, sets: FrameSets): Promise<EVMResult> {
    const message = new Message({
      caller: lib(proxy),
      to: lib(call.to.account),
      value: call.value,
      data: call.data,
      gasLimit,
      depth: call.depth,
      isStatic: call.isStatic,
      gasRefund: refundStart,
      selfdestruct: new Map(sets.selfdestruct) as Map<`0x${string}`, `0x${string}`>,
      createdAddresses: new Set(sets.created) as Set<`0x${string}`>,
    })
    this.gate.inbound.push({ from: { ...call.from, chainId: BigInt(call.from.chainId) }, target: call.to.account, depth: call.depth })
    this.openFrames++
    try {
      return await this.stage.slot.evm.runCall({ message })
    } finally {
      this.openFrames--
      this.gate.inbound.pop()
    }
  }

  private failedIn(record: Inbound, call: CrossCall, proxy: Address, { returnData, gasUsed }: { returnData: Bytes; gasUsed: bigint }): CrossResult {
    restore(this.stage.slot, this.stage.view, record.point)
    copySets(record.setsBefore, record.sets)
    if (this.openFrames === 0) this.addLeg(call, proxy, { mark: record.mark, success: false, gasUsed, logs: [] })
    return { kind: 'done', success: false, returnData, gasUsed, gasRefund: 0n, mark: this.gate.crossings }
  }

  private addLeg(call: CrossCall, proxy: Address, outcome: Pick<InboundLeg, 'mark' | 'success' | 'gasUsed' | 'logs'>): void {
    this.entries.push({ kind: 'leg', leg: { ...outcome, from: proxy, to: call.to.account, value: call.value, gas: call.gas, data: call.data } })
  }
}

/** A call from a proxy that the portal would believe: it says itself who sent it (contracts/portal/CrossLaneCalls.sol refuses it where it leaves). */
function isForgery({ to, data }: CrossCall): boolean {
  return equalBytes(to.account, PORTAL) && data.length >= 4 && proxySelectors.some((selector) => equalBytes(selector, data.subarray(0, 4)))
}

function copySets(from: FrameSets, to: FrameSets): void {
  to.selfdestruct.clear()
  to.created.clear()
  for (const [address, heir] of from.selfdestruct) to.selfdestruct.set(address, heir)
  for (const address of from.created) to.created.add(address)
}
