// The overlay: undo, nesting, forks, wiping, what is visible where.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Account, Address } from '@ethereumjs/util'
import { bigintToFixed } from '../../../../../src/primitives.js'
import { MemoryStore } from '../../../../../src/store/memory-store.js'
import { LaneState } from '../../../../../src/evm-lane/engine/state/lane-state.js'
import type { StateView } from '../../../../../src/evm-lane/engine/state/state-view.js'

const alice = bigintToFixed(0xa11cen, 20)
const slot = (n: number): Uint8Array => bigintToFixed(BigInt(n), 32)

async function emptyView(): Promise<StateView> {
  return (await LaneState.open(new MemoryStore())).view()
}

test('a revert undoes balance, code, slots and wiping, back to its checkpoint only', async () => {
  const view = await emptyView()
  view.addBalanceSync(alice, 5n)
  view.putSlotSync(alice, slot(1), Uint8Array.of(1))
  view.checkpointSync()
  view.putSlotSync(alice, slot(1), Uint8Array.of(2))
  view.checkpointSync()
  view.putCodeSync(alice, Uint8Array.of(0xfe))
  view.clearStorageSync(alice)
  view.putSlotSync(alice, slot(2), Uint8Array.of(3))
  view.putAccountSync(alice, undefined)
  assert.equal(view.accountSync(alice), undefined)
  view.revertSync()
  assert.deepEqual(
    [view.accountSync(alice)?.balance, view.codeSync(alice).length, view.slotSync(alice, slot(1))[0], view.slotSync(alice, slot(2)).length],
    [5n, 0, 2, 0],
  )
  view.revertSync()
  assert.equal(view.slotSync(alice, slot(1))[0], 1)
  assert.equal(view.openCheckpoints, 0)
})

test('a committed inner checkpoint is undone with the outer one', async () => {
  const view = await emptyView()
  view.checkpointSync()
  view.checkpointSync()
  view.addBalanceSync(alice, 1n)
  view.commitSync()
  view.revertSync()
  assert.equal(view.accountSync(alice), undefined)
})

test('commit and revert without a checkpoint are programmer errors', async () => {
  const view = await emptyView()
  assert.throws(() => view.commitSync())
  assert.throws(() => view.revertSync())
})

test('a fork sees its parent, the parent never sees the fork', async () => {
  const view = await emptyView()
  view.addBalanceSync(alice, 5n)
  view.putSlotSync(alice, slot(1), Uint8Array.of(1))
  const fork = view.fork()
  const second = fork.fork()
  fork.addBalanceSync(alice, 1n)
  fork.putSlotSync(alice, slot(1), Uint8Array.of())
  assert.deepEqual([second.accountSync(alice)?.balance, second.slotSync(alice, slot(1)).length], [6n, 0])
  second.clearStorageSync(alice)
  assert.deepEqual([view.accountSync(alice)?.balance, view.slotSync(alice, slot(1))[0]], [5n, 1])
})

test('leading zeros of a slot value are stripped, a zero is an empty value', async () => {
  const view = await emptyView()
  view.addBalanceSync(alice, 1n)
  view.putSlotSync(alice, slot(1), slot(7))
  view.putSlotSync(alice, slot(2), slot(0))
  assert.deepEqual([[...view.slotSync(alice, slot(1))], [...view.slotSync(alice, slot(2))]], [[7], []])
})

test('a slot of an account that does not exist is refused', async () => {
  const view = await emptyView()
  assert.throws(() => view.putSlotSync(alice, slot(1), Uint8Array.of(1)), { code: 'internal' })
})

test('the original value of a slot stays that of the start of the transaction until cleared', async () => {
  const view = await emptyView()
  view.addBalanceSync(alice, 1n)
  view.putSlotSync(alice, slot(1), Uint8Array.of(1))
  const address = new Address(alice)
  assert.equal((await view.originalStorageCache.get(address, slot(1)))[0], 1)
  view.putSlotSync(alice, slot(1), Uint8Array.of(2))
  assert.equal((await view.originalStorageCache.get(address, slot(1)))[0], 1)
  view.originalStorageCache.clear()
  assert.equal((await view.originalStorageCache.get(address, slot(1)))[0], 2)
})

test('an account put by ethereumjs keeps the storage the view knows', async () => {
  const view = await emptyView()
  const address = new Address(alice)
  await view.putAccount(address, new Account(1n, 2n))
  await view.putStorage(address, slot(1), Uint8Array.of(9))
  await view.modifyAccountFields(address, { balance: 3n })
  assert.deepEqual([view.accountSync(alice)?.nonce, view.accountSync(alice)?.balance, view.slotSync(alice, slot(1))[0]], [1n, 3n, 9])
})
