// Owns: eth_createAccessList: what a message touches, found by running it until the list no longer changes (geth's fixpoint).
// Does not own: running the message (run-message.ts).
// Called by: simulator.

import { RLP } from '@ethereumjs/rlp'
import { AppError } from '../../../errors.js'
import { bareHex, bigintToBytes, bigintToFixed, fromHex } from '../../../primitives.js'
import type { AccessList, CallMessage } from '../../chain-data.js'
import { keccak256 } from '../keccak.js'
import { keyOf } from '../state/keys.js'
import { authorityOf } from './authorizations.js'
import { explained } from './call.js'
import { precompileAddresses } from './overrides.js'
import { gasOf, runMessage } from './run-message.js'
import type { SimulationParts } from './run-message.js'
import type { OpcodeHooks, OpcodeStep } from './watched-evm.js'

const storageOps = [0x54, 0x55]
const accountOps = [0x31, 0x3b, 0x3c, 0x3f, 0xff]
const callOps = [0xf1, 0xf2, 0xf4, 0xfa]
/** A list only grows from run to run; this many runs without an end is a bug, not a message. */
const runsMax = 64
/** EIP-7702: gas of one authorization. */
const authorizationGas = 25_000n
const addressMask = (1n << 160n) - 1n

export type AccessListResult = { accessList: AccessList; gasUsed: bigint; error: string | null }

/**
 * geth fills in fees first, so that a sender without funds cannot ask. Here absent fees are zero as in eth_call: the list is the same
 * unless the code looks at GASPRICE, and anyone can ask.
 */
export async function createAccessList(parts: SimulationParts, message: CallMessage): Promise<AccessListResult> {
  const excluded = await excludedAddresses(parts, message)
  let before = collect(message.accessList ?? [], excluded)
  for (let run = 0; run < runsMax; run++) {
    const accessList = toAccessList(before)
    const touched = collect(accessList, excluded)
    const result = await runMessage(parts, { ...message, accessList }, { hooks: recorder(touched, excluded) }).catch((error: unknown) => {
      throw explained(error, (text) => `failed to apply transaction: err: ${text}`)
    })
    if (sameSize(touched, before)) return { accessList, gasUsed: result.gasUsed, error: result.failure?.text ?? null }
    before = touched
  }
  throw new AppError('internal', `access list still grows after ${runsMax} runs`)
}

/** Slots by address, bare hex. */
type Touched = Map<string, Set<string>>

function collect(list: AccessList, excluded: ReadonlySet<string>): Touched {
  const touched: Touched = new Map()
  for (const { address, storageKeys } of list) {
    const key = bareHex(address)
    if (!excluded.has(key)) slotsOf(touched, key)
    for (const slot of storageKeys) slotsOf(touched, key).add(bareHex(slot))
  }
  return touched
}

function slotsOf(touched: Touched, address: string): Set<string> {
  let slots = touched.get(address)
  if (slots === undefined) {
    slots = new Set()
    touched.set(address, slots)
  }
  return slots
}

/** An excluded address still appears when its storage is touched. */
function recorder(touched: Touched, excluded: ReadonlySet<string>): OpcodeHooks {
  const account = (word: bigint): void => {
    const key = bareHex(bigintToFixed(word & addressMask, 20))
    if (!excluded.has(key)) slotsOf(touched, key)
  }
  const before = ({ opcode, address, stack }: OpcodeStep): void => {
    const top = stack.at(-1)
    if (top === undefined) return
    if (storageOps.includes(opcode)) slotsOf(touched, bareHex(address)).add(bareHex(bigintToFixed(top, 32)))
    else if (accountOps.includes(opcode)) account(top)
    else if (stack.length >= 5) account(stack.at(-2) as bigint)
  }
  return { opcodes: [...storageOps, ...accountOps, ...callOps], before }
}

/** Each run starts from the list of the run before, so equal sizes mean equal lists. */
function sameSize(a: Touched, b: Touched): boolean {
  if (a.size !== b.size) return false
  for (const [address, slots] of a) if (b.get(address)?.size !== slots.size) return false
  return true
}

function toAccessList(touched: Touched): AccessList {
  const addresses = [...touched.keys()].sort()
  return addresses.map((address) => ({ address: fromHex(address), storageKeys: [...slotsOf(touched, address)].sort().map(fromHex) }))
}

/** Warm anyway: sender, target, precompiles, valid authorities. */
async function excludedAddresses({ view, env, limits }: SimulationParts, message: CallMessage): Promise<ReadonlySet<string>> {
  const from = message.from ?? new Uint8Array(20)
  const excluded = new Set([...precompileAddresses(env.common), bareHex(from)])
  if (message.to !== undefined) excluded.add(bareHex(message.to))
  else {
    await view.loadAccount(keyOf(from))
    const nonce = message.nonce ?? view.accountSync(from)?.nonce ?? 0n
    excluded.add(bareHex(keccak256(RLP.encode([from, bigintToBytes(nonce)])).subarray(12)))
  }
  const authorizations = message.authorizationList ?? []
  if (BigInt(authorizations.length) > gasOf(message, limits) / authorizationGas) {
    throw new AppError('tx-intrinsic-gas', 'insufficient gas to process all authorizations')
  }
  for (const auth of authorizations) {
    const authority = authorityOf(auth, env.common.chainId())
    if (authority !== null) excluded.add(bareHex(authority))
  }
  return excluded
}
