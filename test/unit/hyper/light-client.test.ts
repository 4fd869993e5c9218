// From a genesis document to an account, believing nothing of what the server says; every lie is found, and where.

import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeSeal, encodeSeal } from '../../../src/buddy/core/codec.js'
import type { Seal } from '../../../src/buddy/core/types.js'
import { bytesOfHex, hexOf } from '../../../src/codec/hex.js'
import { genesisToJson } from '../../../src/hyper/core/genesis.js'
import { lightCrypto } from '../../../src/hyper/core/light-crypto.js'
import { NotProven } from '../../../src/hyper/core/verify.js'
import { proveAccount, proveLaneBlock, proveNewestBlock, reach, reachByAll, trustGenesis, trustHash } from '../../../src/hyper/light-client.js'
import type { Anchor, Ask } from '../../../src/hyper/light-client.js'
import { balanceOf, createSealedChain, laneId, serverOf } from '../../fixtures/sealed-chain.js'
import type { SealedChain } from '../../fixtures/sealed-chain.js'

const steady = await createSealedChain(1, 5)
const changing = await createSealedChain(2, 12, [3, 4, 9])
const other = await createSealedChain(3, 5)

const start = (chain: SealedChain): Anchor => trustGenesis(genesisToJson(lightCrypto, chain.genesis))
const flipped = (hex: unknown): string => {
  const bytes = bytesOfHex(String(hex)) as Uint8Array
  const at = bytes.length - 40
  bytes[at] = (bytes[at] as number) ^ 1
  return hexOf(bytes)
}

test('an account and its slots, from the genesis', async () => {
  const ask = serverOf(steady)
  const { anchor, block } = await proveNewestBlock(ask, start(steady), laneId)
  assert.equal(anchor.number, 5n)
  assert.equal(block.number, 15n)
  const slots = [steady.slots[3] as Uint8Array, new Uint8Array(32)]
  const { account, slots: values } = await proveAccount(ask, block, { address: steady.accounts[7] as Uint8Array, slots })
  assert.equal(account?.balance, balanceOf(7))
  assert.equal(account?.nonce, 7n)
  assert.deepEqual(values.map(({ value }) => value), [4n, 0n]) // prettier-ignore
  const nobody = await proveAccount(ask, block, { address: new Uint8Array(20), slots })
  assert.equal(nobody.account, null)
})

test('every block of a lane, also those between', async () => {
  for (let number = 1n; number <= 15n; number++) {
    const { anchor, block } = await proveLaneBlock(serverOf(steady), start(steady), { chainId: laneId, number })
    assert.equal(anchor.number, (number + 2n) / 3n)
    assert.deepEqual(block.hash, steady.world.lanes[0]?.blocks[Number(number) - 1]?.hash)
    assert.deepEqual(block.stateRoot, steady.trie.root())
  }
})

test('over changes of the set, by the last Seal of each and by all', async () => {
  const asked: string[] = []
  const ask: Ask = (question) => {
    asked.push(question.method)
    return serverOf(changing)(question)
  }
  const jumped = await reach(ask, start(changing), 12n)
  assert.ok(asked.length < 40)
  const walked = await reachByAll(ask, start(changing))
  assert.deepEqual(jumped, walked)
  assert.equal(walked.set.length, 7)
  assert.deepEqual(walked.hash, changing.sealed.at(-1)?.hash)
  for (let number = 1n; number <= 12n; number++) assert.equal((await reach(ask, start(changing), number)).number, number)
})

test('the hash of a Hyper Block is enough', async () => {
  const hash = changing.sealed[7]?.hash as Uint8Array
  const anchor = await trustHash(serverOf(changing), hash)
  assert.equal(anchor.number, 8n)
  const { block } = await proveNewestBlock(serverOf(changing), anchor, laneId)
  assert.equal(block.number, 36n)
  await assert.rejects(trustHash(serverOf(changing), new Uint8Array(32)), { name: 'NotProven', message: /has nothing of that/ })
})

/** Edits what an honest server answers. */
function lying(chain: SealedChain, method: string, lie: (answer: Record<string, unknown>) => unknown): Ask {
  return async (question) => {
    const answer = await serverOf(chain)(question)
    return question.method === method ? lie(structuredClone(answer) as Record<string, unknown>) : answer
  }
}

function reseal(edit: (seal: Seal) => Seal): (answer: Record<string, unknown>) => unknown {
  return (answer) => {
    const seal = decodeSeal(bytesOfHex(String(answer['sealRlp'])) as Uint8Array)
    assert.ok(seal !== null)
    return { ...answer, sealRlp: hexOf(encodeSeal(edit(seal))) }
  }
}

const lies: { desc: string; ask: Ask; says: RegExp }[] = [
  { desc: 'one signature too few', ask: lying(steady, 'hyper_getBlockByNumber', reseal((seal) => ({ ...seal, qc: { ...seal.qc, signers: [0, 1], signatures: seal.qc.signatures.slice(0, 2) } }))), says: /not signed by more than 2\/3/ }, // prettier-ignore
  { desc: 'a signature of another', ask: lying(steady, 'hyper_getBlockByNumber', reseal((seal) => ({ ...seal, qc: { ...seal.qc, signers: [0, 1, 3] } }))), says: /not signed/ }, // prettier-ignore
  { desc: 'PREPAREs for COMMITs', ask: lying(steady, 'hyper_getBlockByNumber', reseal((seal) => ({ ...seal, qc: { ...seal.qc, kind: 'prepare' } }))), says: /not signed/ }, // prettier-ignore
  { desc: 'another header', ask: lying(steady, 'hyper_getBlockByNumber', reseal((seal) => ({ ...seal, header: steady.sealed[0]?.seal.header as Uint8Array }))), says: /not signed|tells the Seal/ }, // prettier-ignore
  { desc: 'a set from nowhere', ask: lying(steady, 'hyper_getBlockByNumber', reseal((seal) => ({ ...seal, nextSet: other.genesis.set }))), says: /not signed/ }, // prettier-ignore
  { desc: 'an older Seal', ask: lying(steady, 'hyper_getBlockByNumber', (answer) => ({ ...answer, sealRlp: hexOf(encodeSeal(steady.sealed[1]?.seal as Seal)) })), says: /tells the Seal of Hyper Block 2/ }, // prettier-ignore
  { desc: 'the Seal of another network', ask: serverOf(other), says: /another network/ },
  { desc: 'a Seal that is none', ask: lying(steady, 'hyper_getBlockByNumber', () => ({ sealRlp: '0x00' })), says: /cannot be read/ },
  { desc: 'no Seal', ask: lying(steady, 'hyper_getBlockByNumber', () => ({})), says: /sealRlp: not any number of bytes in hex/ },
  { desc: 'no block', ask: lying(steady, 'hyper_getBlockByNumber', () => null), says: /has nothing of that/ },
  { desc: 'another body', ask: lying(steady, 'hyper_getBlockByNumber', (answer) => ({ ...answer, bodyRlp: flipped(answer['bodyRlp']) })), says: /the body of Hyper Block 5/ }, // prettier-ignore
  { desc: 'a number that is none', ask: lying(steady, 'hyper_blockNumber', () => 5), says: /hyper_blockNumber: not a number/ },
  { desc: 'a proof that is none', ask: lying(steady, 'hyper_getProof', (answer) => ({ ...answer, proofRlp: '0x80' })), says: /cannot be read/ },
  { desc: 'a spoiled proof', ask: lying(steady, 'hyper_getProof', (answer) => ({ ...answer, proofRlp: flipped(answer['proofRlp']) })), says: /Hyper Block 5: the lane|proves block/ }, // prettier-ignore
  { desc: 'the proof of another Hyper Block', ask: lying(steady, 'hyper_getProof', (answer) => ({ ...answer, hyperNumber: '0x1' })), says: /lane entry is not in/ }, // prettier-ignore
  { desc: 'a spoiled account', ask: lying(steady, 'eth_getProof', (answer) => ({ ...answer, accountProof: (answer['accountProof'] as string[]).map(flipped) })), says: /account 0x.* block 14 of lane 11: node 0/ }, // prettier-ignore
  { desc: 'a slot left out', ask: lying(steady, 'eth_getProof', (answer) => ({ ...answer, storageProof: [] })), says: /storageProof\[0\]: not an object/ }, // prettier-ignore
  { desc: 'no storage proof', ask: lying(steady, 'eth_getProof', (answer) => ({ ...answer, storageProof: [{ proof: [] }] })), says: /ends too early/ }, // prettier-ignore
]
for (const { desc, ask, says } of lies) {
  test(`found: ${desc}`, async () => {
    const attempt = async (): Promise<void> => {
      await proveNewestBlock(ask, start(steady), laneId)
      const { block } = await proveLaneBlock(ask, start(steady), { chainId: laneId, number: 14n })
      await proveAccount(ask, block, { address: steady.accounts[1] as Uint8Array, slots: [steady.slots[0] as Uint8Array] })
    }
    await assert.rejects(attempt, (error) => error instanceof NotProven && says.test(error.message))
  })
}

test('a lane that is not there, and a genesis that is another', async () => {
  await assert.rejects(proveNewestBlock(serverOf(steady), start(steady), 99), { name: 'NotProven', message: /has no lane 99; it has 11, 12, 13, 21/ })
  await assert.rejects(reach(serverOf(steady), start(other), 5n), { name: 'NotProven', message: /another network/ })
  assert.throws(() => trustGenesis({ version: 1 }), { name: 'NotProven', message: /timestampMs: not a whole number/ })
})

test('a set change that is hidden stops the way', async () => {
  const hiding = lying(
    changing,
    'hyper_getBlockByNumber',
    reseal((seal) => ({ ...seal, nextSet: null })),
  )
  await assert.rejects(reach(hiding, start(changing), 12n), { name: 'NotProven', message: /Seal of Hyper Block 3/ })
  await assert.rejects(reachByAll(hiding, start(changing)), { name: 'NotProven', message: /Seal of Hyper Block 3/ })
})
