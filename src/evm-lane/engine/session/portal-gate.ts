// Owns: what the gate does for the portal: calls into other lanes, who called from outside, deliveries in somebody's name, prices of messages.
// Does not own: carrying a call to another lane (the CrossPort it is given), accepting one from there (lane-run.ts).
// Called by: gate.ts for every gate call of an EVM that has this gate.

import { EVMError, Message } from '@ethereumjs/evm'
import type { ExecResult } from '@ethereumjs/evm'
import { Address as LibAddress } from '@ethereumjs/util'
import { AppError } from '../../../errors.js'
import { unreachable } from '../../../assert.js'
import { equalBytes } from '../../../primitives.js'
import type { Address, Bytes } from '../../../primitives.js'
import type { CrossCall, CrossResult, SystemRefusal } from '../../session-protocol.js'
import type { BlockEnv } from '../block-env.js'
import type { EvmSlot } from '../evm-slot.js'
import { PORTAL } from '../portal/addresses.js'
import { decodeGateCall, encodeInboundCaller, encodeQuote } from '../portal/gate-call.js'
import type { GateCall } from '../portal/gate-call.js'
import { calleeRevert, encodeRefusal } from '../portal/refusal.js'
import { keyOf } from '../state/keys.js'
import type { StateView } from '../state/state-view.js'
import type { Gate, GateMessage } from './gate.js'
import { deliveryFee, deliveryGas } from '../portal/messages.js'

/** How a call gets to another lane. */
export type CrossPort = {
  cross: (call: CrossCall) => Promise<CrossResult>
  /** What cross calls after `mark` did on other lanes is undone. */
  undoSince: (mark: number) => Promise<void>
}

/** The accounts a frame destroyed and created so far, as the library carries them (EIP-6780). */
export type FrameSets = { selfdestruct: Map<string, string>; created: Set<string> }

/** While a frame of this lane waits for another lane: what inbound calls meanwhile leave behind for it. */
export type Waiting = { sets: FrameSets; logs: { mark: number; logs: NonNullable<ExecResult['logs']> }[] }

/** A frame that was entered from another lane. */
export type InboundFrame = { from: { chainId: bigint; account: Address }; target: Address; depth: number }

/** peers: chain ids of the other lanes; absent where there are none. */
export type GateStage = { chainId: number; peers?: ReadonlySet<number> | undefined; slot: EvmSlot; view: StateView; env: BlockEnv }

/** Gas that one crossing costs beside what the far side uses: two thread messages and a frame there. */
const crossingGas = 5_000n
const gasPerByte = 3n
/** A delivery is a transaction like others: EIP-7825. */
const deliveryGasMax = 16_777_216n
const nothing = new Uint8Array(0)

export class PortalGate implements Gate {
  readonly waiting: Waiting[] = []
  readonly inbound: InboundFrame[] = []
  readonly frames: Message[] = []
  /** Raised by lane-run when calls come in; replies of the coordinator carry the newest. */
  crossings = 0
  private readonly stage: GateStage
  private readonly port: CrossPort

  constructor(stage: GateStage, port: CrossPort) {
    this.stage = stage
    this.port = port
  }

  mark(): number {
    return this.crossings
  }

  frameFailed(mark: number): Promise<void> {
    return this.port.undoSince(mark)
  }

  async enter(message: GateMessage): Promise<ExecResult> {
    const call = decodeGateCall(message.data)
    if (call === null) return failed(EVMError.errorMessages.REVERT, nothing, 0n)
    switch (call.kind) {
      case 'crossCall':
        return this.cross(message, call)
      case 'inboundCaller':
        return done(message, encodeInboundCaller(this.callerOf(call.callee)), 0n)
      case 'callAs':
        return this.callAs(message, call)
      case 'quote':
        return this.quote(message, call)
      case 'burn':
        return this.burn(message, call)
      default:
        return unreachable(call)
    }
  }

  /**
   * The frame asked about called the portal. Code that runs in the callee's name by DELEGATECALL (ERC-1967) is the callee: what counts is the frame
   * that was entered from outside.
   */
  private callerOf(callee: Address): { chainId: bigint; account: Address } {
    const entered = this.inbound.at(-1)
    // The last frame is the portal's; the gate has none.
    let at = this.frames.length - 2
    while (this.frames[at]?.delegatecall === true && isContext(this.frames[at], callee)) at--
    const asked = this.frames[at]
    const outside =
      entered !== undefined && asked !== undefined && asked.depth === entered.depth && isContext(asked, callee) && equalBytes(entered.target, callee)
    return outside ? entered.from : { chainId: BigInt(this.stage.chainId), account: new Uint8Array(20) }
  }

  /** A message that no delivery could carry is refused before anything is paid for it. */
  private quote(message: GateMessage, { chainId, dataLength, gasLimit }: Extract<GateCall, { kind: 'quote' }>): ExecResult {
    const refuse = (refusal: SystemRefusal): ExecResult => failed(EVMError.errorMessages.REVERT, encodeRefusal(refusal), 0n)
    if (this.stage.peers?.has(Number(chainId)) !== true) return refuse({ error: 'LaneUnknown', chainId: Number(chainId) })
    if (deliveryGas({ dataLength, gasLimit }) > deliveryGasMax) return refuse({ error: 'SessionLimit', which: 'gas' })
    return done(message, encodeQuote(deliveryFee({ dataLength, gasLimit, baseFee: this.stage.env.baseFee ?? 1n })), 0n)
  }

  /** What a message carries, and its fee, leave this lane's supply (S9). Only what it carries will come to be elsewhere. */
  private burn(message: GateMessage, { fee }: Extract<GateCall, { kind: 'burn' }>): ExecResult {
    const { view } = this.stage
    view.addBalanceSync(PORTAL, -message.value)
    view.addBridged({ in: 0n, out: fee < message.value ? message.value - fee : 0n })
    return done(message, nothing, 0n)
  }

  private async cross(message: GateMessage, { chainId, target, source, data }: Extract<GateCall, { kind: 'crossCall' }>): Promise<ExecResult> {
    const own = crossingGas + gasPerByte * BigInt(data.length)
    if (message.gasLimit < own) return failed(EVMError.errorMessages.OUT_OF_GAS, nothing, message.gasLimit)
    const tx = (this.stage.slot.evm as unknown as { _tx: { origin: LibAddress; gasPrice: bigint } })._tx
    const call: CrossCall = {
      from: { chainId: this.stage.chainId, account: source },
      to: { chainId: Number(chainId), account: target },
      value: message.value,
      data,
      gas: message.gasLimit - own,
      isStatic: message.isStatic,
      depth: message.depth,
      origin: tx.origin.bytes,
      gasPrice: tx.gasPrice,
    }
    const waiting = this.wait(message)
    // The value is burned here and minted there (S2); it comes back when the call fails.
    this.leave(message.value)
    const result = await this.port.cross(call).finally(() => this.waiting.pop())
    if (result.kind === 'abandoned') throw new AppError('internal', 'an abandoned run does not come back to its frames')
    if (result.kind === 'done' && result.success) {
      const gas = own + result.gasUsed
      return { ...done(message, result.returnData, gas, result.gasRefund), logs: waiting.logs.flatMap(({ logs }) => logs) }
    }
    this.leave(-message.value)
    if (result.kind === 'refused') return failed(EVMError.errorMessages.REVERT, encodeRefusal(result.refusal), own)
    return failed(EVMError.errorMessages.REVERT, calleeRevert(result.returnData), own + result.gasUsed)
  }

  /** Negative: it comes back. */
  private leave(value: bigint): void {
    const { view } = this.stage
    view.addBalanceSync(PORTAL, -value)
    view.addBridged({ in: 0n, out: value })
  }

  private wait(message: GateMessage): Waiting {
    const sets = { selfdestruct: message.selfdestruct ?? new Map<string, string>(), created: message.createdAddresses ?? new Set<string>() }
    const waiting: Waiting = { sets: sets as FrameSets, logs: [] }
    this.waiting.push(waiting)
    return waiting
  }

  /** A delivered message runs in the name of its sender's proxy, with the value the portal passes on. */
  private async callAs(
    message: GateMessage,
    { asProxy, chainId, account, target, data }: Extract<GateCall, { kind: 'callAs' }>,
  ): Promise<ExecResult> {
    const { view, slot } = this.stage
    const caller = new LibAddress(asProxy as Uint8Array<ArrayBuffer>)
    const loading = view.loadAccount(keyOf(asProxy))
    if (loading !== undefined) await loading
    const before = view.accountSync(PORTAL)?.balance ?? 0n
    if (before < message.value) return failed(EVMError.errorMessages.INSUFFICIENT_BALANCE, nothing, 0n)
    view.addBalanceSync(PORTAL, -message.value)
    view.addBalanceSync(asProxy, message.value)
    const inner = new Message({
      caller,
      to: new LibAddress(target as Uint8Array<ArrayBuffer>),
      value: message.value,
      data,
      gasLimit: message.gasLimit,
      depth: message.depth,
      isStatic: message.isStatic,
      gasRefund: message.gasRefund,
      ...(message.selfdestruct === undefined ? {} : { selfdestruct: message.selfdestruct }),
      ...(message.createdAddresses === undefined ? {} : { createdAddresses: message.createdAddresses }),
    })
    this.inbound.push({ from: { chainId, account }, target, depth: message.depth })
    const { execResult } = await slot.evm.runCall({ message: inner }).finally(() => this.inbound.pop())
    if (execResult.exceptionError !== undefined) {
      view.addBalanceSync(asProxy, -message.value)
      view.addBalanceSync(PORTAL, message.value)
    }
    return execResult
  }
}

function isContext(frame: Message | undefined, address: Address): boolean {
  return frame?.to !== undefined && equalBytes(frame.to.bytes, address)
}

function done(message: GateMessage, returnValue: Bytes, gas: bigint, refund = 0n): ExecResult {
  return { returnValue, executionGasUsed: gas, gasRefund: message.gasRefund + refund }
}

function failed(error: string, returnValue: Bytes, gas: bigint): ExecResult {
  return { returnValue, executionGasUsed: gas, exceptionError: new EVMError(error as ConstructorParameters<typeof EVMError>[0]) }
}
