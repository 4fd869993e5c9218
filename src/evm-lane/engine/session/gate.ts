// Owns: where an EVM's frames meet the world outside their lane: calls to the gate are taken out of the EVM, and failed frames are seen (S3).
// Does not own: what a crossing does (portal-gate.ts), the contracts (portal/).
// Called by: evm-slot.ts, which lets every frame of its EVM pass here while a gate is set.

import type { EVM, EVMResult, EVMRunCallOpts, ExecResult, Message } from '@ethereumjs/evm'
import { equalBytes } from '../../../primitives.js'
import { GATE, PORTAL } from '../portal/addresses.js'

export interface Gate {
  /** A call to the gate by the portal, instead of any code. */
  enter(message: GateMessage): Promise<ExecResult>
  /** The frames of this EVM that are open, outermost first. */
  readonly frames: Message[]
  /** Cross calls begun so far in this run, on all lanes. */
  mark(): number
  /** A frame failed that had let cross calls begin after `mark`. */
  frameFailed(mark: number): Promise<void>
}

export type GateMessage = Message & { to: NonNullable<Message['to']> }
type RunCall = EVM['runCall']

/** The runCall of an EVM that passes every frame by `current()`; without a gate it is the library's own. */
export function gatedRunCall(inner: RunCall, current: () => Gate | null): RunCall {
  return async (opts: EVMRunCallOpts): Promise<EVMResult> => {
    const gate = current()
    if (gate === null) return inner(opts)
    const { message } = opts
    if (message !== undefined && isGateCall(message)) return { execResult: await gate.enter(message) }
    const mark = gate.mark()
    const result = await framed(gate, message, () => inner(opts))
    if (result.execResult.exceptionError !== undefined && gate.mark() > mark) await gate.frameFailed(mark)
    return result
  }
}

function framed<T>(gate: Gate, message: Message | undefined, run: () => Promise<T>): Promise<T> {
  if (message === undefined) return run()
  gate.frames.push(message)
  return run().finally(() => gate.frames.pop())
}

/** Only the portal itself, in its own context, passes; anybody else meets the code that stands at the gate. */
function isGateCall(message: Message): message is GateMessage {
  return (
    message.to !== undefined &&
    !message.delegatecall &&
    equalBytes(message.to.bytes, GATE) &&
    equalBytes(message.caller.bytes, PORTAL) &&
    equalBytes(message.codeAddress.bytes, GATE)
  )
}
