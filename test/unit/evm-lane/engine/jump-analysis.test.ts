// The part of @ethereumjs/evm that jump-analysis.ts keeps results of, as it is in this version.

import test from 'node:test'
import assert from 'node:assert/strict'
import { createEVM } from '@ethereumjs/evm'
import type { EVM } from '@ethereumjs/evm'
import { keepJumpAnalyses } from '../../../../src/evm-lane/engine/jump-analysis.js'
import { fromHex } from '../../../../src/primitives.js'
import { seededRandom } from '../../../fixtures/random.js'
import { common } from './pool-tx.js'

type Interpreter = {
  _getValidJumpDestinations: (code: Uint8Array) => { jumps: Uint8Array; pushes: Record<number, bigint>; opcodesCached: unknown[] }
}

/** Counts down from 255 and answers what is left; PUSH data that looks like a JUMPDEST is skipped. */
const loop = fromHex('60ff5b6001900380600257635b5b5b5b5060005260206000f3')

async function interpreterOf(evm: EVM): Promise<Interpreter> {
  const { runState } = await evm.runCode({ code: Uint8Array.of(0) })
  return (runState as unknown as { interpreter: Interpreter }).interpreter
}

test('the same code is analysed once per EVM, equal code of another array and another EVM anew', async () => {
  await keepJumpAnalyses(common)
  const [evm, other] = await Promise.all([createEVM({ common }), createEVM({ common })])
  const interpreter = await interpreterOf(evm)
  const first = interpreter._getValidJumpDestinations(loop)
  assert.equal(interpreter._getValidJumpDestinations(loop), first)
  assert.equal((await interpreterOf(evm))._getValidJumpDestinations(loop), first)
  const again = interpreter._getValidJumpDestinations(loop.slice())
  assert.notEqual(again, first)
  assert.deepEqual(again, first)
  const elsewhere = (await interpreterOf(other))._getValidJumpDestinations(loop)
  assert.notEqual(elsewhere, first)
  assert.deepEqual(elsewhere.jumps, first.jumps)
})

test('code that jumps does the same every time it runs', async () => {
  await keepJumpAnalyses(common)
  const evm = await createEVM({ common })
  const runs = [await evm.runCode({ code: loop }), await evm.runCode({ code: loop }), await evm.runCode({ code: loop.slice() })]
  for (const { exceptionError, returnValue, executionGasUsed } of runs) {
    assert.equal(exceptionError, undefined)
    assert.deepEqual(returnValue, runs[0]?.returnValue)
    assert.equal(executionGasUsed, runs[0]?.executionGasUsed)
  }
  // A jump into PUSH data stays invalid when the analysis is a kept one.
  const bad = fromHex('600456605b00')
  for (let i = 0; i < 2; i++) assert.match((await evm.runCode({ code: bad })).exceptionError?.error ?? '', /^invalid JUMP/)
})

test('what is kept is bounded: enough other code and an analysis is made again', async () => {
  await keepJumpAnalyses(common)
  const random = seededRandom('jump analyses')
  const interpreter = await interpreterOf(await createEVM({ common }))
  const first = interpreter._getValidJumpDestinations(loop)
  for (let i = 0; i < 12; i++) interpreter._getValidJumpDestinations(random.bytes(24_576))
  assert.notEqual(interpreter._getValidJumpDestinations(loop), first)
})
