// hyper_getProof: a verifier takes what it answers, for every block that is sealed; for others there is no proof.

import assert from 'node:assert/strict'
import test from 'node:test'
import { readHyperBlock } from '../../../src/hyper/hyper-block.js'
import type { HyperBlock } from '../../../src/hyper/hyper-block.js'
import { genesisToJson } from '../../../src/hyper/core/genesis.js'
import { lightCrypto } from '../../../src/hyper/core/light-crypto.js'
import { jumpToSeal, trustGenesis, verifyLaneBlock } from '../../../src/hyper/light-client.js'
import type { SealingReader } from '../../../src/hyper/sealing-reader.js'
import { fromHex, toHex } from '../../../src/primitives.js'
import { methods } from '../../../src/rpc/methods.js'
import type { CallContext } from '../../../src/rpc/method.js'
import { violations } from '../../conformance/result-schema.js'
import { worldLane } from '../../fixtures/hyper-world.js'
import { createSealedChain, laneId } from '../../fixtures/sealed-chain.js'
import type { SealedChain } from '../../fixtures/sealed-chain.js'
import { contextOf, FakeLane } from './fake-lane.js'
import { errorOf, resultOf } from './invoke.js'

const lane = `0x${laneId.toString(16)}`
const chain = await createSealedChain(5, 4)

function contextFor({ sealed, world, headers }: SealedChain, answersMax = 2): CallContext {
  const fake = new FakeLane({
    exportBlock: ({ number }) => {
      const header = headers[Number(number) - 1]
      // A block is a list that begins with its header; what follows does not matter here.
      return header === undefined ? null : { rlp: listOf(header), timestampMs: 0, links: [], peers: [] }
    },
    blockFacts: ({ from, max }) => worldLane(world, laneId).blocks.slice(Number(from) - 1, Number(from) - 1 + Math.min(max, answersMax)),
  })
  Object.assign(fake.spec, { chainId: laneId })
  const blocks = sealed.map(({ seal, block }): HyperBlock => readHyperBlock(lightCrypto.hash, { seal, block }))
  const ofLaneBlock = async (chainId: number, number: bigint): Promise<HyperBlock | null> =>
    blocks.find(({ body }) => body.lanes.some((entry) => entry.chainId === chainId && entry.to >= number)) ?? null
  const sealing = { ofLaneBlock } as Partial<SealingReader> as SealingReader
  return { ...contextOf(fake), sealing }
}

/** [header, [], []] as the bytes of a block. */
function listOf(header: Uint8Array): Uint8Array {
  const content = Uint8Array.from([...header, 0xc0, 0xc0])
  return Uint8Array.from([0xf9, content.length >> 8, content.length & 255, ...content])
}

test('every sealed block of a lane is proven', async () => {
  const ctx = contextFor(chain)
  for (let number = 1; number <= 12; number++) {
    const answer = (await resultOf(ctx, 'hyper_getProof', lane, `0x${number.toString(16)}`)) as Record<string, string>
    assert.deepEqual(violations(answer, methods['hyper_getProof']?.result ?? {}), [])
    const anchor = jumpToSeal(lightCrypto, trustGenesis(genesisToJson(lightCrypto, chain.genesis)), fromHex(String(answer['sealRlp'])))
    const block = verifyLaneBlock(lightCrypto, anchor, fromHex(String(answer['proofRlp'])))
    assert.deepEqual([block.chainId, block.number], [laneId, BigInt(number)])
    assert.equal(toHex(block.hash), answer['blockHash'])
    assert.equal(toHex(anchor.hash), answer['hyperHash'])
    assert.equal(toHex(lightCrypto.hash(fromHex(String(answer['headerRlp'])))), answer['hyperHash'])
  }
})

test('what is not sealed, or before the first block, has no proof', async () => {
  assert.equal(await resultOf(contextFor(chain), 'hyper_getProof', lane, '0xd'), null)
  assert.equal(await resultOf(contextFor(chain), 'hyper_getProof', lane, '0x0'), null)
  assert.equal(await resultOf(contextFor(chain), 'hyper_getProof', '0x63', '0x1'), null)
})

test('a lane that is not here, or has lost its facts, is said', async () => {
  const ctx = contextFor(chain)
  assert.match((await errorOf({ ...ctx, lanes: { ...ctx.lanes, find: () => undefined } }, 'hyper_getProof', lane, '0x1')).message, /is not here/)
  assert.match((await errorOf(contextFor(chain, 0), 'hyper_getProof', lane, '0x1')).message, /has no block 1/)
  const other = { ...chain, headers: [...chain.headers].reverse() }
  assert.match((await errorOf(contextFor(other), 'hyper_getProof', lane, '0x1')).message, /internal|not in the Hyper Block/)
})
