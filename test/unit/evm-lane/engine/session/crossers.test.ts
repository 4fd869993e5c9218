// Which transactions are tried on their lane before they are handed over (S1), and what trying in vain may cost.

import test from 'node:test'
import assert from 'node:assert/strict'
import { Crossers } from '../../../../../src/evm-lane/engine/session/crossers.js'
import type { LaneTx } from '../../../../../src/evm-lane/engine/tx.js'
import { fromHex } from '../../../../../src/primitives.js'
import { poolTx } from '../pool-tx.js'

const target = fromHex('aa'.repeat(20))
const other = fromHex('bb'.repeat(20))

function call(to: Uint8Array, data: string, gas = 1_000_000n): LaneTx {
  return poolTx({ sender: 1, nonce: 0, gas, to, data: fromHex(data) })
}

test('S1: target and function are remembered together, and believed 64 times', () => {
  const crossers = new Crossers()
  const tx = call(target, '0x11111111')
  assert.equal(crossers.of(tx), undefined)
  crossers.learn(tx, 7)
  for (let i = 0; i < 64; i++) assert.equal(crossers.of(call(target, '0x11111111ff')), 7)
  assert.equal(crossers.of(tx), undefined, 'tried again: it may stay now')
  crossers.learn(tx, 7)
  assert.equal(crossers.of(call(target, '0x22222222')), undefined)
  assert.equal(crossers.of(call(other, '0x11111111')), undefined)
})

test('S1: attempts in vain get a fifth of the time; over that, only what is cheap is tried', () => {
  const crossers = new Crossers()
  const dear = call(target, '0x11111111')
  const cheap = call(target, '0x22222222', 100_000n)
  assert.equal(crossers.mayTry(dear, 0), true)
  crossers.triedInVain(150, 1_000)
  assert.equal(crossers.mayTry(dear, 1_000), true)
  crossers.triedInVain(150, 1_200)
  // 150 − 200/5 + 150
  assert.equal(crossers.mayTry(dear, 1_200), false)
  assert.equal(crossers.mayTry(cheap, 1_200), true)
  assert.equal(crossers.mayTry(dear, 1_400), false)
  assert.equal(crossers.mayTry(dear, 1_501), true)
})

test('S1: over a long time no more than a fifth of it is wasted, whoever asks how often', () => {
  const crossers = new Crossers()
  const dear = call(target, '0x11111111')
  let wasted = 0
  let nowMs = 0
  for (; nowMs < 600_000; nowMs += 10) {
    if (!crossers.mayTry(dear, nowMs)) continue
    wasted += 500
    nowMs += 500
    crossers.triedInVain(500, nowMs)
  }
  assert.ok(wasted <= nowMs / 5 + 700, `${wasted} of ${nowMs} ms`)
})
