// Owns: why an execution failed, in geth's words.
// Does not own: the JSON-RPC form (rpc/errors.ts).
// Called by: apply-message, calls.

import type { ExecResult } from '@ethereumjs/evm'
import { AppError } from '../../../errors.js'
import type { Bytes } from '../../../primitives.js'

export type VmFailure = { kind: 'reverted' | 'out-of-gas' | 'vm-error'; text: string }

const texts: Record<string, string> = {
  revert: 'execution reverted',
  'out of gas': 'out of gas',
  'code store out of gas': 'contract creation code storage out of gas',
  'code size to deposit exceeds maximum code size': 'max code size exceeded',
  'initcode exceeds max initcode size': 'max initcode size exceeded',
  'static state change': 'write protection',
  'create collision': 'contract address collision',
  'insufficient balance': 'insufficient balance for transfer',
  'invalid bytecode deployed': 'invalid code: must not begin with 0xef',
}

const stackMax = 1_024
const invalidOpcode = 0xfe

export function failureOf(result: ExecResult, creates: boolean): VmFailure | null {
  const error = result.exceptionError?.error
  if (error === undefined) return null
  if (error === 'revert') return { kind: 'reverted', text: 'execution reverted' }
  const opcode = result.runState?.opCode ?? invalidOpcode
  // The constructor returned; storing what it returned was too dear.
  const returned = (result.runState as { returnValue?: Bytes } | undefined)?.returnValue
  if (error === 'out of gas' && creates && returned !== undefined) return { kind: 'vm-error', text: texts['code store out of gas'] as string }
  if (error === 'out of gas' && readsPastReturnData(result)) return { kind: 'vm-error', text: 'return data out of bounds' }
  if (error === 'out of gas') return { kind: 'out-of-gas', text: error }
  if (error === 'invalid opcode')
    return { kind: 'vm-error', text: `invalid opcode: ${opcode === invalidOpcode ? 'INVALID' : `opcode 0x${opcode.toString(16)} not defined`}` }
  if (error === 'stack underflow')
    return { kind: 'vm-error', text: `stack underflow (${result.runState?.stack.length ?? 0} <=> ${stackInputs(opcode)})` }
  if (error === 'stack overflow') return { kind: 'vm-error', text: `stack limit reached ${stackMax} (${stackMax - 1})` }
  // The library adds where it was.
  if (error.startsWith('invalid JUMP')) return { kind: 'vm-error', text: 'invalid jump destination' }
  return { kind: 'vm-error', text: texts[error] ?? error }
}

const returnDataCopy = 0x3e

/** The library calls it out of gas, and leaves the stack as it was. */
function readsPastReturnData({ runState }: ExecResult): boolean {
  if (runState === undefined || runState.opCode !== returnDataCopy || runState.stack.length < 3) return false
  const [, offset, length] = runState.stack.peek(3)
  return (offset as bigint) + (length as bigint) > BigInt(runState.returnBytes.length)
}

/** Stack items that opcodes 0xN0 to 0xNF need, a digit each; what needs none at the end of a row is left out. */
const inputRows: Partial<Record<number, string>> = {
  0x0: '022222223322',
  0x1: '222221222122221',
  0x2: '2',
  0x3: '0100010303014031',
  0x4: '10000000010',
  0x5: '112212120000123',
  0xa: '23456',
  0xf: '3772640000600201',
}

function stackInputs(opcode: number): number {
  const low = opcode & 15
  if (opcode >> 4 === 8) return low + 1 // DUP
  if (opcode >> 4 === 9) return low + 2 // SWAP
  return Number(inputRows[opcode >> 4]?.[low] ?? 0)
}

/** 'reverted' carries the return data as `data`. */
export function failureError(failure: VmFailure, returnData: Bytes): AppError {
  return new AppError(failure.kind, failure.text, failure.kind === 'reverted' ? { data: returnData } : undefined)
}
