// Owns: an EVM lent to a simulation: interruptible, with hooks on single opcodes and with precompiles moved, all undone when it is given back.
// Does not own: what runs on it.
// Called by: run-message. Reaches into fields of the library's EVM that it keeps protected; this file is the only one that does.

import type { EVM, PrecompileFunc } from '@ethereumjs/evm'
import type { EvmSlot } from '../evm-slot.js'
import type { Deadline } from './deadline.js'

/** What a hook sees: the frame just before the opcode; `stack` has its top last. */
export type OpcodeStep = { opcode: number; address: Uint8Array; stack: readonly bigint[] }
export type OpcodeHooks = { opcodes: readonly number[]; before: (step: OpcodeStep) => void }

/** By bare hex address, as the library keys them. */
export type Precompiles = Map<string, PrecompileFunc>

type RunState = { opCode: number; stack: { getStack(): bigint[] }; env: { address: { bytes: Uint8Array } } }
type Handler = (state: RunState, ...rest: unknown[]) => unknown
type OpcodeInfo = { isAsync: boolean; dynamicGas: boolean; feeBigInt: bigint }
type Entry = { opcodeInfo: OpcodeInfo; opHandler: Handler; gasHandler: Handler }
type Inside = { _opcodeMap: Entry[]; _precompiles: Precompiles }

/**
 * Code without these runs at most once from its first to its last byte, so looking at the clock here suffices: a `step` listener
 * would copy stack and memory for every single opcode.
 */
const jumps = [0x56, 0x57]
const calls = [0xf0, 0xf1, 0xf2, 0xf4, 0xf5, 0xfa]

type Watched = { plain: Entry[]; map: Entry[]; current: { deadline: Deadline | undefined } }
const watchedByEvm = new WeakMap<EVM, Watched>()

function watchedOf(evm: EVM): Watched {
  let watched = watchedByEvm.get(evm)
  if (watched === undefined) {
    const plain = (evm as unknown as Inside)._opcodeMap
    const current: Watched['current'] = { deadline: undefined }
    const tick = (): Promise<void> | undefined => current.deadline?.tick()
    const map = [...plain]
    for (const code of jumps) map[code] = tickAfter(plain[code] as Entry, tick)
    for (const code of calls) map[code] = beforeGas(plain[code] as Entry, tick)
    watched = { plain, map, current }
    watchedByEvm.set(evm, watched)
  }
  return watched
}

function tickAfter(entry: Entry, tick: () => Promise<void> | undefined): Entry {
  const opHandler: Handler = (state, ...rest) => {
    entry.opHandler(state, ...rest)
    return tick()
  }
  return { ...entry, opcodeInfo: { ...entry.opcodeInfo, isAsync: true }, opHandler }
}

/** Does `work` before the gas of the opcode is known. An opcode of constant gas gets a handler that adds nothing. */
function beforeGas(entry: Entry, work: (state: RunState) => Promise<void> | undefined): Entry {
  const { dynamicGas } = entry.opcodeInfo
  const gasHandler: Handler = (state, gas, ...rest) => {
    const base = (): unknown => (dynamicGas ? entry.gasHandler(state, gas, ...rest) : gas)
    const pending = work(state)
    return pending === undefined ? base() : pending.then(base)
  }
  return { ...entry, opcodeInfo: { ...entry.opcodeInfo, dynamicGas: true }, gasHandler }
}

function withHooks(map: Entry[], { opcodes, before }: OpcodeHooks): Entry[] {
  const hooked = [...map]
  for (const code of opcodes) {
    hooked[code] = beforeGas(hooked[code] as Entry, (state) => {
      before({ opcode: state.opCode, address: state.env.address.bytes, stack: state.stack.getStack() })
      return undefined
    })
  }
  return hooked
}

export type WatchOptions = { deadline: Deadline; hooks: OpcodeHooks | null; precompiles: ((active: Precompiles) => Precompiles) | null }

/** Answers the function that gives the EVM its own tables back. */
export function watch(slot: EvmSlot, { deadline, hooks, precompiles }: WatchOptions): () => void {
  const inside = slot.evm as unknown as Inside
  const watched = watchedOf(slot.evm)
  const own = inside._precompiles
  watched.current.deadline = deadline
  inside._opcodeMap = hooks === null ? watched.map : withHooks(watched.map, hooks)
  if (precompiles !== null) inside._precompiles = precompiles(own)
  return () => {
    inside._opcodeMap = watched.plain
    inside._precompiles = own
    watched.current.deadline = undefined
  }
}
