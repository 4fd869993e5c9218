// Owns: state and block overrides of a call, with geth's rules and texts.
// Does not own: their JSON (rpc/params/overrides.ts).
// Called by: run-message.

import { getActivePrecompiles } from '@ethereumjs/evm'
import type { Common } from '@ethereumjs/common'
import { AppError } from '../../../errors.js'
import { bareHex } from '../../../primitives.js'
import type { AccountOverride, BlockOverride } from '../../chain-data.js'
import type { BlockEnv } from '../block-env.js'
import type { ForkSchedule } from '../fork-schedule.js'
import { keyOf } from '../state/keys.js'
import { EMPTY_ACCOUNT } from '../state/records.js'
import type { StateView } from '../state/state-view.js'
import { checksum } from './checks.js'
import type { Precompiles } from './watched-evm.js'

const active = new WeakMap<Common, ReadonlySet<string>>()

/** Bare hex addresses of the fork's precompiles. */
export function precompileAddresses(common: Common): ReadonlySet<string> {
  let set = active.get(common)
  if (set === undefined) {
    set = new Set(getActivePrecompiles(common).keys())
    active.set(common, set)
  }
  return set
}

/**
 * Writes the overrides into the view and answers how the precompiles change (null: not at all): an overridden one is an ordinary account.
 * @throws AppError 'tx-rejected'.
 */
export async function applyStateOverrides(
  view: StateView,
  overrides: readonly AccountOverride[],
  common: Common,
): Promise<((now: Precompiles) => Precompiles) | null> {
  const precompiles = precompileAddresses(common)
  const overridden = new Set(overrides.map(({ address }) => bareHex(address)))
  const removed: string[] = []
  const moved = new Map<string, string>()
  for (const override of overrides) {
    const key = bareHex(override.address)
    const refuse = (text: string): AppError => new AppError('tx-rejected', `account ${checksum(override.address)} ${text}`)
    if (override.movePrecompileTo !== undefined) {
      const target = bareHex(override.movePrecompileTo)
      if (!precompiles.has(key)) throw refuse('is not a precompile')
      if (overridden.has(target)) throw new AppError('tx-rejected', `account ${checksum(override.movePrecompileTo)} is already overridden`)
      moved.set(target, key)
    }
    if (precompiles.has(key)) removed.push(key)
    if (override.state !== undefined && override.stateDiff !== undefined) throw refuse("has both 'state' and 'stateDiff'")
    await overrideAccount(view, override)
  }
  if (removed.length === 0) return null
  return (now) => {
    const next = new Map(now)
    for (const key of removed) next.delete(key)
    for (const [target, source] of moved) {
      const precompile = now.get(source)
      if (precompile !== undefined) next.set(target, precompile)
    }
    return next
  }
}

async function overrideAccount(view: StateView, override: AccountOverride): Promise<void> {
  const { address, nonce, balance, code, state, stateDiff } = override
  await view.loadAccount(keyOf(address))
  const account = view.accountSync(address)
  const slots = [...(state ?? []), ...(stateDiff ?? [])]
  if (nonce !== undefined || balance !== undefined || slots.length > 0) {
    const before = account ?? EMPTY_ACCOUNT
    view.putAccountSync(address, { ...before, nonce: nonce ?? before.nonce, balance: balance ?? before.balance })
  }
  if (code !== undefined) view.putCodeSync(address, code)
  if (state !== undefined) view.clearStorageSync(address)
  for (const { slot, value } of slots) view.putSlotSync(address, slot, value)
}

/** Another number or time may be another fork. */
export function applyBlockOverride(env: BlockEnv, override: BlockOverride, forks: ForkSchedule): BlockEnv {
  const number = override.number ?? env.number
  const timestamp = override.time ?? env.timestamp
  const moved = override.number !== undefined || override.time !== undefined
  const { blobBaseFee = env.blobBaseFee } = override
  return {
    ...env,
    number,
    timestamp,
    common: moved ? forks.commonAt(number, timestamp) : env.common,
    difficulty: override.difficulty ?? env.difficulty,
    gasLimit: override.gasLimit ?? env.gasLimit,
    coinbase: override.feeRecipient ?? env.coinbase,
    prevRandao: override.prevRandao ?? env.prevRandao,
    baseFee: override.baseFeePerGas ?? env.baseFee,
    ...(blobBaseFee === undefined ? {} : { blobBaseFee }),
  }
}
