// Owns: one message run over a lane's state without a transaction; nothing of it stays behind unless the caller gives it a view for that.
// Does not own: geth's rules of applying it (apply-message.ts) or what an RPC method makes of the outcome.
// Called by: call, estimate-gas, access-list. The seam for whatever runs several messages in a row or watches one: eth_simulateV1 (`effects`), traces (`observe`).

import { AppError } from '../../../errors.js'
import { bigintMin } from '../../../primitives.js'
import type { AccountOverride, BlockOverride, CallMessage } from '../../chain-data.js'
import type { LaneLimits } from '../../lane-spec.js'
import type { BlockEnv } from '../block-env.js'
import type { BlockHashes, EvmSlot, EvmSlots } from '../evm-slot.js'
import type { ForkSchedule } from '../fork-schedule.js'
import type { StateView } from '../state/state-view.js'
import { applyMessage } from './apply-message.js'
import type { MessageResult } from './apply-message.js'
import { Deadline } from './deadline.js'
import { checkChainId, checkFeeStyle, toMessage } from './message.js'
import { applyBlockOverride, applyStateOverrides } from './overrides.js'
import { watch } from './watched-evm.js'
import type { OpcodeHooks, Precompiles } from './watched-evm.js'

export type SimulationParts = {
  slots: EvmSlots
  /** Must not change while the simulation runs. */
  view: StateView
  env: BlockEnv
  blockHashes: BlockHashes
  limits: LaneLimits
  /** Shared by all runs of one request. Absent: each run has limits.callMs. */
  deadline?: Deadline
  /** How overrides change the fork's precompiles. */
  precompiles?: ((active: Precompiles) => Precompiles) | null
  /** Lets the message call into other lanes (S7); answers what ends it. Absent: there are no other lanes. */
  crossings?: (stage: { slot: EvmSlot; view: StateView; env: BlockEnv }) => () => void
}

export type RunOptions = {
  /** Takes the effects. Absent: a fork of the view that is dropped. */
  effects?: StateView
  /** Called before each of these opcodes. */
  hooks?: OpcodeHooks
  /** Sees the EVM before it runs (events of the library, for traces); the function it answers is called after. */
  observe?: (slot: EvmSlot) => () => void
}

export type Asked = { message: CallMessage; stateOverrides: readonly AccountOverride[]; blockOverrides: BlockOverride | null }

/** Parts with the overrides applied and the clock started; the given view is not touched. @throws AppError 'tx-rejected' when what was asked contradicts itself. */
export async function prepare(
  parts: SimulationParts & { forks: ForkSchedule },
  { message, stateOverrides, blockOverrides }: Asked,
): Promise<SimulationParts> {
  checkFeeStyle(message)
  checkChainId(message, parts.env.common.chainId())
  const env = blockOverrides === null ? parts.env : applyBlockOverride(parts.env, blockOverrides, parts.forks)
  const deadline = parts.deadline ?? new Deadline(parts.limits.callMs)
  if (stateOverrides.length === 0) return { ...parts, env, deadline }
  const view = parts.view.fork()
  const precompiles = await applyStateOverrides(view, stateOverrides, env.common)
  return { ...parts, env, deadline, view, precompiles: precompiles ?? parts.precompiles ?? null }
}

/** Gas that the message runs with. */
export function gasOf(message: CallMessage, limits: LaneLimits): bigint {
  return message.gas === undefined ? limits.callGas : bigintMin(message.gas, limits.callGas)
}

/** @throws AppError 'tx-*' when it cannot be applied, 'timeout'. A failed execution is a result. */
export async function runMessage(parts: SimulationParts, call: CallMessage, options: RunOptions = {}): Promise<MessageResult> {
  const { slots, env, limits, blockHashes } = parts
  const message = toMessage(call, gasOf(call, limits), env)
  const view = options.effects ?? parts.view.fork()
  const slot = await slots.acquire(env.common, view, blockHashes)
  const unwatch = watch(slot, {
    deadline: parts.deadline ?? new Deadline(limits.callMs),
    hooks: options.hooks ?? null,
    precompiles: parts.precompiles ?? null,
  })
  const unobserve = options.observe?.(slot)
  const uncross = crossingsOf(parts, { slot, view, env })
  let aborted = false
  try {
    const result = await applyMessage(slot, view, message, env)
    if (uncross !== undefined) view.commitSync()
    return result
  } catch (error) {
    // An EVM stopped in the middle keeps open checkpoints of its own; it is not used again.
    aborted = !(error instanceof AppError && error.code.startsWith('tx-'))
    throw error
  } finally {
    uncross?.()
    unobserve?.()
    unwatch()
    if (aborted) slot.detach()
    else slots.release(slot)
  }
}

/** Calls that other lanes make back into this one can be undone, which needs a checkpoint below them. */
function crossingsOf({ crossings }: SimulationParts, stage: { slot: EvmSlot; view: StateView; env: BlockEnv }): (() => void) | undefined {
  if (crossings === undefined) return undefined
  stage.view.checkpointSync()
  return crossings(stage)
}
