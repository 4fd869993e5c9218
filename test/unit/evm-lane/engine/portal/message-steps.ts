// Owns: the steps that the tests of messages are told in: an incoming message, its delivery, what became of it.
// Called by: the tests of this folder.

import assert from 'node:assert/strict'
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import { fromHex, toHex } from '../../../../../src/primitives.js'
import type { PortalMessage } from '../../../../../src/evm-lane/portal-message.js'
import { decodeMessageDelivered, decodeMessageSent, deliverCalldata } from '../../../../../src/evm-lane/engine/portal/messages.js'
import { encode, portalAbi } from './portal-abi.js'
import { far, HERE, portal, probe, system, THERE, user, type Outcome, type PortalRig } from './portal-rig.js'
import { probeAbi } from './probe.js'

export const nobody: Hex = `0x${'00'.repeat(20)}`
export const errorOf = (outcome: Outcome): string => {
  assert.equal(outcome.success, false)
  return decodeErrorResult({ abi: portalAbi, data: outcome.data }).errorName
}
export const closed = encodeFunctionData({ abi: probeAbi, functionName: 'maybe' })
export const take = (data: Hex): Hex => encodeFunctionData({ abi: probeAbi, functionName: 'take', args: [data] })

/** From `far` on THERE to the probe on HERE, the next of its nonce. */
export function incoming(nonce: bigint, parts: Partial<PortalMessage> = {}): PortalMessage {
  return {
    fromChainId: THERE,
    toChainId: HERE,
    sender: fromHex(far),
    nonce,
    target: fromHex(probe),
    value: 0n,
    gasLimit: 200_000n,
    refundTo: fromHex(nobody),
    data: new Uint8Array(0),
    ...parts,
  }
}

/** As the engine does: mints the value to SYSTEM, which sends it along. */
export async function deliver(rig: PortalRig, message: PortalMessage, gas?: bigint): Promise<Outcome> {
  await rig.give(system, message.value)
  return rig.send({ from: system, to: portal, data: toHex(deliverCalldata(message)), value: message.value, ...(gas === undefined ? {} : { gas }) })
}

export async function status(rig: PortalRig, id: Hex): Promise<string> {
  const { data } = await rig.send({ from: user, to: portal, data: encode('messageStatus', [id]), isStatic: true })
  return ['Unknown', 'Delivered', 'Failed', 'Refunded'][decodeFunctionResult({ abi: portalAbi, functionName: 'messageStatus', data })] ?? 'none'
}

export async function read(rig: PortalRig, name: 'lastCaller' | 'lastValue' | 'count' | 'lastGas' | 'lastData' | 'armedAnswer'): Promise<unknown> {
  const { data } = await rig.send({ from: user, to: probe, data: encodeFunctionData({ abi: probeAbi, functionName: name }) })
  return decodeFunctionResult({ abi: probeAbi, functionName: name, data })
}

export function sentBy(outcome: Outcome, fromChainId = HERE): PortalMessage {
  const found = outcome.logs.map((log) => decodeMessageSent(log, fromChainId)).find((message) => message !== null)
  assert.ok(found)
  return found
}

export const deliveredBy = (outcome: Outcome) => outcome.logs.map(decodeMessageDelivered).find((found) => found !== null)
