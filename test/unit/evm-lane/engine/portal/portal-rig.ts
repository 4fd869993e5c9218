// Owns: one lane's EVM with the portal in it and a stand-in for the engine behind the gate, which records what it is asked.
// Does not own: the real gate (engine/session).
// Called by: the tests of this folder.

import { createCustomCommon, Mainnet, type Hardfork } from '@ethereumjs/common'
import { createEVM, EVMError, Message, type EVM, type EVMResult } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'
import { bytesToHex, hexToBytes, type Hex } from 'viem'
import { equalBytes, type Bytes } from '../../../../../src/primitives.js'
import { GATE, PORTAL } from '../../../../../src/evm-lane/engine/portal/addresses.js'
import { decodeGateCall, encodeInboundCaller, encodeQuote, type GateCall } from '../../../../../src/evm-lane/engine/portal/gate-call.js'
import { deliveryFee, type PortalLog } from '../../../../../src/evm-lane/engine/portal/messages.js'
import { portalAccounts } from '../../../../../src/evm-lane/engine/portal/portal-accounts.js'
import { probeCode } from './probe.js'

export const HERE = 77001n
export const THERE = 77002n
export const portal = bytesToHex(PORTAL)
export const gate = bytesToHex(GATE)
export const system: Hex = '0x50415241000000000000000000000000000000ff'
export const user: Hex = `0x${'aa'.repeat(20)}`
export const probe: Hex = `0x${'bb'.repeat(20)}`
export const probe2: Hex = `0x${'cc'.repeat(20)}`
export const far: Hex = `0x${'dd'.repeat(20)}`
export const baseFee = 7n
const rich = 10n ** 24n

export type Asked = { call: GateCall; value: bigint; isStatic: boolean; gas: bigint }
export type Answer = { success: boolean; data: Bytes }
export type Sent = { from: Hex; to: Hex; data?: Hex; value?: bigint; gas?: bigint; isStatic?: boolean }
export type Outcome = { success: boolean; data: Hex; gasUsed: bigint; error: string | undefined; logs: PortalLog[] }

type Inside = { _executeCall(message: Message): Promise<EVMResult> }

export class PortalRig {
  readonly evm: EVM
  readonly chainId: bigint
  readonly asked: Asked[] = []
  burnt = 0n
  /** What the far side answers to a cross call. */
  answer: (call: Extract<GateCall, { kind: 'crossCall' }>) => Answer = () => ({ success: true, data: new Uint8Array(0) })
  inbound: { callee: Hex; chainId: bigint; account: Hex } | undefined

  constructor(evm: EVM, chainId: bigint) {
    this.evm = evm
    this.chainId = chainId
    const inside = evm as unknown as Inside
    const plain = inside._executeCall.bind(evm)
    inside._executeCall = (message) => (isGateCall(message) ? this.atGate(message) : plain(message))
  }

  async send({ from, to, data = '0x', value = 0n, gas = 10_000_000n, isStatic = false }: Sent): Promise<Outcome> {
    this.evm.journal.cleanJournal()
    this.evm.stateManager.originalStorageCache.clear()
    const result = await this.evm.runCall({
      caller: address(from),
      origin: address(from),
      to: address(to),
      data: hexToBytes(data),
      value,
      gasLimit: gas,
      isStatic,
      // A nonce at the address of a proxy yet to be made would forbid making it.
      skipNonceIncrement: true,
    })
    const { execResult } = result
    return {
      success: execResult.exceptionError === undefined,
      data: bytesToHex(execResult.returnValue),
      gasUsed: execResult.executionGasUsed,
      error: execResult.exceptionError?.error,
      logs: (execResult.logs ?? []).map(([at, topics, bytes]) => ({ address: at, topics, data: bytes })),
    }
  }

  async balance(of: Hex): Promise<bigint> {
    return (await this.evm.stateManager.getAccount(address(of)))?.balance ?? 0n
  }

  async give(to: Hex, amount: bigint): Promise<void> {
    const account = (await this.evm.stateManager.getAccount(address(to))) ?? new Account()
    account.balance += amount
    await this.evm.journal.putAccount(address(to), account)
  }

  async place(at: Hex, code: Hex): Promise<void> {
    await this.evm.stateManager.putCode(address(at), hexToBytes(code))
  }

  async codeAt(at: Hex): Promise<Hex> {
    return bytesToHex(await this.evm.stateManager.getCode(address(at)))
  }

  private async atGate(message: Message): Promise<EVMResult> {
    const call = decodeGateCall(message.data)
    if (call === null) throw new Error(`the portal sent what the gate cannot read: ${bytesToHex(message.data)}`)
    this.asked.push({ call, value: message.value, isStatic: message.isStatic, gas: message.gasLimit })
    switch (call.kind) {
      case 'crossCall': {
        const answer = this.answer(call)
        if (answer.success) await this.burn(message.value)
        return finished(answer)
      }
      case 'burn':
        await this.burn(message.value)
        return finished({ success: true, data: new Uint8Array(0) })
      case 'quote':
        return finished({ success: true, data: encodeQuote(deliveryFee({ ...call, baseFee })) })
      case 'inboundCaller': {
        const known = this.inbound !== undefined && this.inbound.callee === bytesToHex(call.callee) ? this.inbound : undefined
        const who =
          known === undefined
            ? { chainId: this.chainId, account: new Uint8Array(20) }
            : { chainId: known.chainId, account: hexToBytes(known.account) }
        return finished({ success: true, data: encodeInboundCaller(who) })
      }
      case 'callAs':
        return this.callAs(call, message)
    }
  }

  private async callAs(call: Extract<GateCall, { kind: 'callAs' }>, outer: Message): Promise<EVMResult> {
    await this.burn(outer.value)
    await this.give(bytesToHex(call.asProxy), outer.value)
    return this.evm.runCall({
      message: new Message({
        caller: new Address(call.asProxy),
        to: new Address(call.target),
        value: outer.value,
        data: call.data,
        gasLimit: outer.gasLimit,
        depth: outer.depth,
        isStatic: outer.isStatic,
        selfdestruct: outer.selfdestruct ?? new Map(),
        createdAddresses: outer.createdAddresses ?? new Set(),
      }),
    } as Parameters<EVM['runCall']>[0])
  }

  private async burn(amount: bigint): Promise<void> {
    await this.give(portal, -amount)
    this.burnt += amount
  }
}

export async function portalRig(hardfork: Hardfork | `${Hardfork}`, chainId = HERE): Promise<PortalRig> {
  const common = createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork })
  const evm = await createEVM({ common })
  const rig = new PortalRig(evm, chainId)
  for (const { address: at, nonce, code } of portalAccounts()) {
    await evm.stateManager.putAccount(new Address(at), new Account(nonce))
    await evm.stateManager.putCode(new Address(at), code)
  }
  const code = probeCode()
  for (const at of [probe, probe2]) await rig.place(at, code)
  for (const at of [user, probe, probe2, system]) await rig.give(at, rich)
  return rig
}

/** As the engine sees it: called by the portal itself, not by borrowed code. */
function isGateCall(message: Message): boolean {
  return message.to !== undefined && equalBytes(message.to.bytes, GATE) && equalBytes(message.caller.bytes, PORTAL) && !message.delegatecall
}

function finished({ success, data }: Answer): EVMResult {
  const base = { returnValue: data, executionGasUsed: 0n }
  return { execResult: success ? base : { ...base, exceptionError: new EVMError(EVMError.errorMessages.REVERT) } }
}

function address(hex: Hex): Address {
  return new Address(hexToBytes(hex))
}
