// Both lane clients over a real lane: the same answers, and the chain is there after a stop and after a crash (L4, L7).

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { privateKeyToAccount } from 'viem/accounts'
import { deriveDevAccounts, testMnemonic } from '../../src/config/dev-accounts.js'
import { resolveSettings } from '../../src/config/resolve.js'
import { openLocalLane } from '../../src/evm-lane/client-local.js'
import { openWorkerLane } from '../../src/evm-lane/client-worker.js'
import type { LaneClient } from '../../src/evm-lane/client.js'
import { newestFinalFork } from '../../src/evm-lane/engine/fork-schedule.js'
import { openEngine } from '../../src/evm-lane/engine/engine.js'
import type { LaneSpec } from '../../src/evm-lane/lane-spec.js'
import { openSenderPool, withSenderRecovery } from '../../src/evm-lane/sender-recovery.js'
import { fromHex, toHex } from '../../src/primitives.js'

const root = mkdtempSync(join(tmpdir(), 'paralane-lane-'))
test.after(() => rmSync(root, { recursive: true, force: true }))
const accounts = deriveDevAccounts(testMnemonic, 2)
const crashing = new URL('./crashing-worker.js', import.meta.url)
const at = { kind: 'tag', tag: 'latest' } as const

function specIn(folder: string): LaneSpec {
  const config = { dataDir: join(root, folder), accounts: 2, lanes: [{ chainId: 77_060, name: 'tiny', quietAfterBlocks: 0 }] }
  const spec = resolveSettings({ config, given: new Set(), warnings: [] }, newestFinalFork, 1_700_000_000n).lanes[0]
  assert.ok(spec !== undefined)
  return spec
}

async function transfer(lane: LaneClient, nonce: number): Promise<Uint8Array> {
  const [from, to] = accounts
  assert.ok(from !== undefined && to !== undefined)
  const raw = await privateKeyToAccount(toHex(from.key)).signTransaction({
    type: 'eip1559',
    chainId: lane.spec.chainId,
    nonce,
    gas: 21_000n,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
    to: toHex(to.address),
    value: 5n,
  })
  const { hash, mined } = await lane.call('submit', { raw: fromHex(raw), sender: null, waitMs: 20_000 })
  assert.ok(mined)
  return hash
}

const ways: { name: string; open: (spec: LaneSpec) => LaneClient }[] = [
  { name: 'local', open: (spec) => openLocalLane(spec, openEngine) },
  { name: 'worker', open: (spec) => openWorkerLane(spec) },
]

for (const { name, open } of ways) {
  test(`${name}: a transaction is mined, announced, and there after a restart`, async (t) => {
    const spec = specIn(name)
    const lane = open(spec)
    t.after(() => lane.stop())
    await lane.ready
    const heads: bigint[] = []
    lane.on('head', ({ header }) => heads.push(header.number))
    const hash = await transfer(lane, 0)
    assert.deepStrictEqual(heads, [1n])
    const receipt = await lane.call('receipt', { hash })
    assert.equal(receipt?.blockNumber, 1n)
    await lane.stop()

    const again = open(spec)
    t.after(() => again.stop())
    await again.ready
    assert.deepStrictEqual(await again.call('receipt', { hash }), receipt)
    assert.deepStrictEqual(again.genesisHash(), lane.genesisHash())
    assert.equal(await again.call('nonce', { address: accounts[0]?.address ?? new Uint8Array(), at }), 1n)
  })
}

test('a lane whose thread dies recovers its chain from the store, behind the sender pool too', async (t) => {
  const pool = openSenderPool(1)
  const lane = withSenderRecovery(openWorkerLane(specIn('crash'), {}, crashing), pool)
  t.after(() => Promise.all([lane.stop(), pool.close()]))
  await lane.ready
  const first = await transfer(lane, 0)
  const ready = new Promise<void>((resolve) => lane.onState((state) => state === 'ready' && resolve()))
  await assert.rejects(lane.call('forkConfig', {}), { code: 'lane-unavailable' })
  await ready
  assert.equal((await lane.call('receipt', { hash: first }))?.blockNumber, 1n)
  const second = await transfer(lane, 1)
  assert.equal((await lane.call('receipt', { hash: second }))?.blockNumber, 2n)
})
