// Methods about Hyper Blocks: what they answer, that their schemas hold, and what verifiers read stands byte for byte.

import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeSeal } from '../../../src/buddy/core/codec.js'
import { AppError } from '../../../src/errors.js'
import { initKeccak, keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import { decodeGenesis, encodeChange, genesisHashOf } from '../../../src/hyper/core/hyper-codec.js'
import type { HyperGenesis, SignedChange } from '../../../src/hyper/core/hyper-types.js'
import { encodeOnchainSignature } from '../../../src/hyper/core/onchain-seal.js'
import type { OnchainReader, OnchainSignature } from '../../../src/hyper/onchain-seals.js'
import type { HyperBlock, SealingReader } from '../../../src/hyper/sealing-reader.js'
import { trustModelOf } from '../../../src/hyper/trust-model.js'
import { fromHex, toHex } from '../../../src/primitives.js'
import type { Hash32 } from '../../../src/primitives.js'
import { methods } from '../../../src/rpc/methods.js'
import type { CallContext } from '../../../src/rpc/method.js'
import { violations } from '../../conformance/result-schema.js'
import { filled, hyperBlock, laneEntry } from '../../fixtures/hyper-blocks.js'
import { contextOf, FakeConnection, FakeLane } from './fake-lane.js'
import { errorOf, resultOf } from './invoke.js'

await initKeccak()

const lane = { chainId: 7, name: 'seven', genesisHash: filled(1), stateRoot: filled(2), configHash: filled(3), currency: 'ETH', supply: 5n }
const set = [filled(21), filled(22), filled(23), filled(24)].map((key) => ({ key, weight: 1n }))
const params = { periodMs: 500, censorMs: 2_000, driftMs: 2_000, adminKey: filled(9) }
const genesis: HyperGenesis = { version: 1, timestampMs: 1_700_000_000_000n, lanes: [lane], set, params }

const session = { id: filled(5), transcriptHash: filled(6), batch: 3, place: 0 }
const message = { kind: 'sent' as const, id: filled(7), chainId: 7, number: 2n, success: true }
const supply = { currency: 'ETH', lanes: 4n, inFlight: 0n, burned: 1n, destroyed: 0n }
const blocks = [
  hyperBlock(1n, [laneEntry(7, 1n, 3n)], { sessions: [session], messages: [message], supply: [supply] }),
  hyperBlock(2n, [laneEntry(7, 4n, 3n)]),
]

const signature: OnchainSignature = {
  key: filled(21),
  address: new Uint8Array(20).fill(3),
  binding: new Uint8Array(64).fill(4),
  number: 2n,
  hash: filled(5),
  setHash: filled(6),
  signature: new Uint8Array(65).fill(7),
}

type Fake = { ctx: CallContext; submitted: SignedChange[]; seal: (block: HyperBlock) => void; listeners: Set<unknown>; connection: FakeConnection }

function fake(): Fake {
  const listeners = new Set<(block: HyperBlock, latencyMs: number | null) => void>()
  const submitted: SignedChange[] = []
  const sealing: SealingReader = {
    genesis: { document: genesis, hash: genesisHashOf({ hash: keccak256 }, genesis) },
    changesWaiting: () => Promise.resolve([]),
    height: () => 2n,
    byNumber: async (number) => blocks.find(({ header }) => header.number === number) ?? null,
    byHash: async (hash) => blocks.find((block) => toHex(block.hash) === toHex(hash)) ?? null,
    ofLaneBlock: async (_chainId, number) => (number <= 3n ? (blocks[0] as HyperBlock) : null),
    lanes: () => [{ ...lane, sealed: 3n, unsealed: 1n }],
    validators: () => ({ since: 1n, set, nonce: 4n }),
    onchain: null,
    evidence: async () => [],
    describeLane: async () => lane,
    trust: () => trustModelOf(set, true),
    status: async () => ({ buddies: [{ index: 0, key: filled(21), state: 'running', height: 3n, view: 0 }], viewChanges: 2 }),
    onSealed: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    submitChange: async (change) => {
      if (change.nonce !== 4n) throw new AppError('invalid-params', 'the next change has nonce 4')
      submitted.push(change)
    },
    stopBuddy: async () => undefined,
    startBuddy: async () => undefined,
  }
  const connection = new FakeConnection()
  const ctx = { ...contextOf(new FakeLane(), { connection }), sealing }
  return { ctx, submitted, seal: (block) => listeners.forEach((listener) => listener(block, 3)), listeners, connection }
}

test('blocks by number, tag and hash; the bytes are those of header, body and Seal', async () => {
  const { ctx } = fake()
  assert.equal(await resultOf(ctx, 'hyper_blockNumber'), '0x2')
  const first = (await resultOf(ctx, 'hyper_getBlockByNumber', '0x1')) as Record<string, unknown>
  const [block] = blocks as [HyperBlock]
  assert.deepEqual(await resultOf(ctx, 'hyper_getBlockByHash', toHex(block.hash)), first)
  assert.deepEqual(await resultOf(ctx, 'hyper_getBlockByNumber', 'earliest'), first)
  for (const tag of ['latest', 'finalized', 'safe', 'pending']) {
    assert.equal(((await resultOf(ctx, 'hyper_getBlockByNumber', tag)) as { number: string }).number, '0x2')
  }
  assert.equal(await resultOf(ctx, 'hyper_getBlockByNumber', '0x3'), null)
  assert.equal(first['headerRlp'], toHex(block.block.header))
  assert.equal(first['bodyRlp'], toHex(block.block.body))
  assert.equal(first['sealRlp'], toHex(encodeSeal(block.seal)))
  assert.equal(first['hash'], toHex(keccak256(fromHex(first['headerRlp'] as string))))
  assert.deepEqual(first['seal'], { view: '0x0', signers: ['0x0', '0x1', '0x3'], nextSet: null })
  assert.deepEqual(first['sessions'], [{ session: toHex(session.id), transcriptHash: toHex(session.transcriptHash), batch: '0x3', index: '0x0' }])
})

test('every answer is as its schema says', async () => {
  const { ctx } = fake()
  const calls: [string, ...unknown[]][] = [
    ['hyper_blockNumber'],
    ['hyper_getBlockByNumber', '0x1'],
    ['hyper_getLanes'],
    ['hyper_getValidators'],
    ['hyper_getEvidence'],
    ['hyper_trustModel'],
    ['hyper_genesis'],
  ]
  for (const [method, ...given] of calls)
    assert.deepEqual(violations(await resultOf(ctx, method, ...given), methods[method]?.result ?? {}), [], method)
})

test('the genesis is the document that hashes to its hash', async () => {
  const answer = (await resultOf(fake().ctx, 'hyper_genesis')) as { hash: string; rlp: string }
  assert.deepEqual(decodeGenesis(fromHex(answer.rlp)), genesis)
  assert.equal(answer.hash, toHex(keccak256(fromHex(answer.rlp))))
})

test('trust is said plainly', async () => {
  const trust = (await resultOf(fake().ctx, 'hyper_trustModel')) as Record<string, unknown>
  assert.deepEqual([trust['model'], trust['byzantine'], trust['quorum'], trust['viewChanges']], ['single-operator', false, '0x3', '0x2'])
  assert.match(String(trust['text']), /does not protect from the operator/)
})

test('a signed change is decoded strictly and its refusal comes through', async () => {
  const { ctx, submitted } = fake()
  const change = (nonce: bigint): SignedChange => ({ nonce, change: { kind: 'lane-add', lane }, signature: new Uint8Array(64) })
  assert.equal(await resultOf(ctx, 'hyper_submitChange', toHex(encodeChange(change(4n)))), '0x4')
  assert.deepEqual(submitted, [change(4n)])
  assert.equal((await errorOf(ctx, 'hyper_submitChange', toHex(encodeChange(change(5n))))).code, -32602)
  assert.equal((await errorOf(ctx, 'hyper_submitChange', '0x1234')).code, -32602)
})

test('hyperHeads tells each block once, and nobody after the end', async () => {
  const { ctx, seal, listeners, connection } = fake()
  const id = (await resultOf(ctx, 'eth_subscribe', 'hyperHeads')) as string
  for (const block of blocks) seal(block)
  assert.deepEqual(
    connection.results(id).map((head) => (head as { number: string }).number),
    ['0x1', '0x2'],
  )
  assert.equal(await resultOf(ctx, 'eth_unsubscribe', id), true)
  assert.equal(listeners.size, 0)
})

test('Seals for contracts are off unless they are asked for', async () => {
  const { ctx } = fake()
  assert.equal((await errorOf(ctx, 'hyper_getOnchainSeal', 'latest')).code, -32004)
  assert.equal((await errorOf(ctx, 'hyper_submitOnchainSeal', toHex(encodeOnchainSignature(signature)))).code, -32004)
  const { validators } = (await resultOf(ctx, 'hyper_getValidators')) as { validators: { onchain: unknown }[] }
  assert.ok(validators.every(({ onchain }) => onchain === null))
})

test('Seals for contracts: what is told, and what is taken', async () => {
  const { ctx } = fake()
  const taken: unknown[] = []
  const { key, address, binding, number, hash, setHash } = signature
  const onchain: OnchainReader = {
    members: () => set.map((_, i) => (i === 0 ? { key, address, binding } : null)),
    sealOf: () => ({ number, hash, setHash, genesisHash: filled(1) as Hash32, digest: filled(2) as Hash32, signatures: [signature] }),
    ownOf: () => [],
    accept: (one) => void taken.push(one),
  }
  const on = { ...ctx, sealing: { ...(ctx.sealing as SealingReader), onchain } }
  const calls: [string, ...unknown[]][] = [['hyper_getOnchainSeal', '0x1'], ['hyper_getOnchainSeal', '0x9'], ['hyper_getValidators']]
  for (const [method, ...given] of calls) {
    assert.deepEqual(violations(await resultOf(on, method, ...given), methods[method]?.result ?? {}), [], method)
  }
  const told = (await resultOf(on, 'hyper_getOnchainSeal', 'latest')) as { signatures: unknown[] }
  assert.deepEqual(told.signatures, [{ key: toHex(key), address: toHex(address), binding: toHex(binding), signature: toHex(signature.signature) }])
  assert.equal(await resultOf(on, 'hyper_getOnchainSeal', '0x9'), null)
  assert.equal(await resultOf(on, 'hyper_submitOnchainSeal', toHex(encodeOnchainSignature(signature))), true)
  assert.deepEqual(taken, [signature])
  assert.equal((await errorOf(on, 'hyper_submitOnchainSeal', '0x1234')).code, -32602)
})

test('a server without Hyper Blocks says so', async () => {
  const ctx = contextOf(new FakeLane())
  for (const method of ['hyper_blockNumber', 'hyper_getLanes', 'hyper_genesis']) assert.equal((await errorOf(ctx, method)).code, -32004)
})
