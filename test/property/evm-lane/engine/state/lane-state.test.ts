// LaneState against @ethereumjs/statemanager: random blocks through @ethereumjs/vm on both; equal roots each block, equal reads and proofs of
// every kept block, also after dropped seals, delayed batches and reopening the store.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { Hardfork } from '@ethereumjs/common'
import { MerkleStateManager, getMerkleStateProof } from '@ethereumjs/statemanager'
import { Address, createAddressFromPrivateKey } from '@ethereumjs/util'
import { bareHex, bytesToBigint, toHex, type BlockNumber } from '../../../../../src/primitives.js'
import { openLevelStore } from '../../../../../src/store/level-store.js'
import type { Store } from '../../../../../src/store/store.js'
import { initKeccak } from '../../../../../src/evm-lane/engine/keccak.js'
import { LaneState, type Sealed, type StateLimits } from '../../../../../src/evm-lane/engine/state/lane-state.js'
import { factory, newChain, putGenesis, randomBlock, runBlock, type Chain } from '../../../../fixtures/state-chain.js'
import { seededRandom, type Random } from '../../../../fixtures/random.js'

const limits: Partial<StateLimits> = {
  layersMax: 4,
  accountsCached: 6,
  slotsCached: 6,
  codesCached: 2,
  trieNodesMax: 8,
  trieNodesCountedEvery: 1,
  checkpointBlocks: 7,
  checkpointKeys: 60,
}
const BLOCKS = 45

/** A lane under test and how its state should look. */
type Lane = { folder: string; store: Store; state: LaneState; unwritten: Sealed[]; roots: Map<BlockNumber, Uint8Array>; limits: Partial<StateLimits> }

async function openLane(own: Partial<StateLimits>): Promise<Lane> {
  await initKeccak()
  const folder = await mkdtemp(join(tmpdir(), 'paralane-state-'))
  const store = await openLevelStore(folder)
  return { folder, store, state: await LaneState.open(store, own), unwritten: [], roots: new Map(), limits: own }
}

async function closeLane(lane: Lane): Promise<void> {
  await lane.store.close()
  await rm(lane.folder, { recursive: true })
}

async function write(lane: Lane): Promise<void> {
  for (const sealed of lane.unwritten.splice(0)) {
    await lane.store.batch(sealed.ops)
    lane.state.flushed(sealed.blockNumber)
  }
}

async function reopen(lane: Lane): Promise<void> {
  await write(lane)
  await lane.store.close()
  lane.store = await openLevelStore(lane.folder)
  const { headNumber, stateRoot } = lane.state
  lane.state = await LaneState.open(lane.store, lane.limits)
  assert.deepEqual([lane.state.headNumber, bareHex(lane.state.stateRoot)], [headNumber, bareHex(stateRoot)])
}

function advance(lane: Lane, sealed: Sealed, expected: Uint8Array): void {
  assert.equal(bareHex(sealed.stateRoot), bareHex(expected), `root of block ${sealed.blockNumber}`)
  lane.state.advance(sealed)
  lane.unwritten.push(sealed)
  lane.roots.set(sealed.blockNumber, expected)
}

function someAddress(chain: Chain, random: Random): Address {
  const kind = random.below(4)
  if (kind === 0) return createAddressFromPrivateKey(random.pick(chain.keys))
  if (kind === 1) return random.chance(2) ? factory : new Address(random.bytes(20))
  return random.pick(chain.contracts)
}

/** Reads and proves one account with its slots at a block on both sides. */
async function compareAt(lane: Lane, expected: MerkleStateManager, chain: Chain, number: BlockNumber, address: Address): Promise<void> {
  const label = `block ${number} ${address.toString()}`
  const past = expected.shallowCopy()
  await past.setStateRoot(lane.roots.get(number) ?? new Uint8Array(32))
  const view = lane.state.view(number)
  const [ours, theirs] = [await view.getAccount(address), await past.getAccount(address)]
  assert.deepEqual(ours === undefined ? null : bareHex(ours.serialize()), theirs === undefined ? null : bareHex(theirs.serialize()), label)
  assert.equal(bareHex(await view.getCode(address)), bareHex(await past.getCode(address)), label)
  for (const slot of chain.slots)
    assert.equal(bareHex(await view.getStorage(address, slot)), bareHex(await past.getStorage(address, slot)), `${label} slot ${bareHex(slot)}`)
  const proof = await lane.state.prove(address.bytes, chain.slots, number)
  const theirProof = await getMerkleStateProof(past, address, chain.slots)
  assert.deepEqual(proof.accountProof.map(toHex), theirProof.accountProof, label)
  // @ethereumjs/statemanager lists no slots for an account that does not exist.
  if (theirs === undefined) return
  assert.deepEqual(
    proof.storageProof.map((entry) => bytesToBigint(entry.value)),
    theirProof.storageProof.map((entry) => BigInt(entry.value)),
    label,
  )
  assert.deepEqual(
    proof.storageProof.map((entry) => entry.proof.map(toHex)),
    theirProof.storageProof.map((entry) => entry.proof),
    label,
  )
}

for (const hardfork of [Hardfork.Shanghai, Hardfork.Prague]) {
  test(`state equals @ethereumjs/statemanager over random blocks, ${hardfork}`, async () => {
    const random = seededRandom(`lane-state ${hardfork}`)
    const lane = await openLane(limits)
    const chain = newChain(hardfork, random)
    const expected = new MerkleStateManager({ common: chain.common })
    const genesis = lane.state.view()
    await putGenesis(chain, genesis)
    await putGenesis(chain, expected)
    advance(lane, lane.state.seal(genesis, 0n), await expected.getStateRoot())
    for (let number = 1; number <= BLOCKS; number++) {
      const next = randomBlock(chain, number, random)
      const dropped = lane.state.view()
      await runBlock(chain, dropped, next)
      lane.state.seal(dropped, BigInt(number))
      const view = random.chance(3) ? lane.state.view().fork() : lane.state.view()
      assert.deepEqual(await runBlock(chain, view, next), await runBlock(chain, expected, next))
      const root = await expected.getStateRoot()
      if (random.chance(3)) assert.equal(bareHex(await view.getStateRoot()), bareHex(root))
      advance(lane, lane.state.seal(view, BigInt(number)), root)
      if (random.chance(2)) await write(lane)
      if (random.chance(10)) await reopen(lane)
      await compareAt(lane, expected, chain, BigInt(number), someAddress(chain, random))
      // Proofs of a block whose batch is on its way may answer 'busy'; every other block must be there.
      await write(lane)
      await compareAt(lane, expected, chain, BigInt(random.below(number + 1)), someAddress(chain, random))
    }
    await reopen(lane)
    for (let number = 0; number <= BLOCKS; number += 3)
      for (const address of chain.contracts.slice(0, 5)) await compareAt(lane, expected, chain, BigInt(number), address)
    await closeLane(lane)
  })
}
