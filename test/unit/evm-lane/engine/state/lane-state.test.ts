// The life of a lane's state: what is visible when, refusal of stale seals, pruning, damage.

import assert from 'node:assert/strict'
import test from 'node:test'
import { bareHex, bigintToFixed } from '../../../../../src/primitives.js'
import { lane, tableRange } from '../../../../../src/schema.js'
import { MemoryStore } from '../../../../../src/store/memory-store.js'
import type { Store } from '../../../../../src/store/store.js'
import { LaneState, type Sealed, type StateLimits } from '../../../../../src/evm-lane/engine/state/lane-state.js'
import { FaultyStore } from '../../../../fixtures/faulty-store.js'

const alice = bigintToFixed(0xa11cen, 20)
const bob = bigintToFixed(0xb0bn, 20)
const slot = (n: number): Uint8Array => bigintToFixed(BigInt(n), 32)
const small: Partial<StateLimits> = { layersMax: 2, checkpointBlocks: 4, accountsCached: 2, slotsCached: 2 }

/** Block n gives Alice the balance n and slot (n mod 3) the value n. */
function sealNext(state: LaneState, number: number): Sealed {
  const view = state.view()
  view.putAccountSync(alice, { nonce: 0n, balance: BigInt(number), codeHash: view.accountSync(alice)?.codeHash ?? new Uint8Array(32).fill(1) })
  view.putSlotSync(alice, slot(number % 3), number % 5 === 0 ? slot(0) : Uint8Array.of(number + 1))
  if (number % 7 === 3) view.addBalanceSync(bob, 1n)
  if (number % 7 === 5) view.putAccountSync(bob, undefined)
  return state.seal(view, BigInt(number))
}

async function commit(store: Store, state: LaneState, sealed: Sealed): Promise<void> {
  state.advance(sealed)
  await store.batch(sealed.ops)
  state.flushed(sealed.blockNumber)
}

async function laneOf(blocks: number, limits: Partial<StateLimits> = small): Promise<{ store: MemoryStore; state: LaneState; roots: string[] }> {
  const store = new MemoryStore()
  const state = await LaneState.open(store, limits)
  const roots: string[] = []
  for (let number = 0; number <= blocks; number++) {
    const sealed = sealNext(state, number)
    roots.push(bareHex(sealed.stateRoot))
    await commit(store, state, sealed)
  }
  return { store, state, roots }
}

async function dump(store: Store): Promise<string[]> {
  const rows: string[] = []
  for await (const [key, value] of store.iterate({})) rows.push(`${bareHex(key)}=${bareHex(value)}`)
  return rows
}

test('a view stays at its block while the head advances, in memory and beyond', async () => {
  const { store, state } = await laneOf(3)
  const view = state.view()
  for (let number = 4; number <= 5; number++) await commit(store, state, sealNext(state, number))
  assert.equal(view.accountSync(alice)?.balance, 3n)
  for (let number = 6; number <= 9; number++) await commit(store, state, sealNext(state, number))
  assert.throws(() => view.accountSync(alice), { code: 'history-pruned' })
  const { Address } = await import('@ethereumjs/util')
  assert.equal((await view.getAccount(new Address(alice)))?.balance, 3n)
  assert.equal((await view.getStorage(new Address(alice), slot(0)))[0], 4)
})

test('an advanced block is read at once, before its batch is written', async () => {
  const { store, state } = await laneOf(2)
  const before = await dump(store)
  for (let number = 3; number <= 8; number++) state.advance(sealNext(state, number))
  assert.equal(state.view().accountSync(alice)?.balance, 8n)
  assert.equal(state.view(5n).accountSync(alice)?.balance, 5n)
  assert.deepEqual(await dump(store), before)
})

test('a dropped seal leaves no trace; a seal on an older head cannot advance', async () => {
  const { store, state } = await laneOf(2)
  const dropped = sealNext(state, 9)
  const stale = sealNext(state, 3)
  await commit(store, state, sealNext(state, 3))
  assert.throws(() => state.advance(stale))
  assert.throws(() => state.advance(dropped))
})

test('a view of an older block cannot be sealed', async () => {
  const { state } = await laneOf(3)
  assert.throws(() => state.seal(state.view(2n), 4n))
})

test('history N keeps N blocks behind the head with proofs, and drops the rows of older ones', async () => {
  const { store, state } = await laneOf(60, { ...small, historyBlocks: 5 })
  assert.equal(state.oldestNumber, 55n)
  for (let number = 55n; number <= 60n; number++) {
    const { account } = await state.prove(alice, [slot(0), slot(1), slot(2)], number)
    assert.equal(account?.balance, number)
  }
  assert.throws(() => state.view(54n), { code: 'history-pruned' })
  await assert.rejects(state.prove(alice, [], 10n), { code: 'history-pruned' })
  const changes: bigint[] = []
  for await (const [key] of store.iterate(tableRange(lane.changes))) changes.push(BigInt(`0x${bareHex(key.subarray(1))}`))
  // The oldest kept block's proofs start at a checkpoint up to 4 blocks below; pruning may be one block behind that.
  assert.ok(changes.length <= 5 + 4 + 1 && changes.length >= 5, `${changes.length} blocks of changes are left`)
  const reopened = await LaneState.open(store, { ...small, historyBlocks: 5 })
  assert.equal((await reopened.prove(alice, [slot(1)], 56n)).account?.balance, 56n)
})

test('whatever batch is the last before the power goes, the lane opens at that block', async () => {
  for (let cut = 2; cut <= 14; cut++) {
    const inner = new MemoryStore()
    const store = new FaultyStore(inner, { atBatch: cut, kind: 'cut' })
    const state = await LaneState.open(store, small)
    const roots: string[] = []
    for (let number = 0; number < 20; number++) {
      const sealed = sealNext(state, number)
      roots.push(bareHex(sealed.stateRoot))
      state.advance(sealed)
      const written = await store.batch(sealed.ops).then(
        () => true,
        () => false,
      )
      if (!written) break
      state.flushed(BigInt(number))
    }
    const reopened = await LaneState.open(inner, small)
    assert.equal(reopened.headNumber, BigInt(cut - 2))
    assert.equal(bareHex(reopened.stateRoot), roots[cut - 2])
    await commit(inner, reopened, sealNext(reopened, cut - 1))
    assert.equal(bareHex(reopened.stateRoot), roots[cut - 1])
  }
})

test('a damaged flat value is found when the lane opens', async () => {
  const { store } = await laneOf(6)
  const [row] = await dumpAccounts(store)
  assert.ok(row !== undefined)
  row[1][2] = 77
  await store.batch([{ type: 'put', key: row[0], value: row[1] }])
  await assert.rejects(LaneState.open(store, small), { code: 'store-corrupt' })
})

async function dumpAccounts(store: Store): Promise<[Uint8Array, Uint8Array][]> {
  const rows: [Uint8Array, Uint8Array][] = []
  for await (const [key, value] of store.iterate(tableRange(lane.accounts))) rows.push([key.slice(), value.slice()])
  return rows
}

test('an unknown block is refused', async () => {
  const { state } = await laneOf(2)
  assert.throws(() => state.view(3n), { code: 'block-not-found' })
  const empty = await LaneState.open(new MemoryStore())
  assert.throws(() => empty.view(0n), { code: 'block-not-found' })
  assert.equal(empty.headNumber, undefined)
})
