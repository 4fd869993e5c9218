// Several Buddies over one app: told once, asked once, also while one of them lags or is away.

import assert from 'node:assert/strict'
import test from 'node:test'
import { openEmbedded } from '../../../src/buddy/embedded.js'
import type { Embedded } from '../../../src/buddy/embedded.js'
import { createSigner, newPrivateKey } from '../../../src/buddy/signer.js'
import { openBuddyStore } from '../../../src/buddy/wal.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import type { Store } from '../../../src/store/store.js'
import { genesisHash, timing } from '../../fixtures/buddy-cluster.js'
import { ToyApp } from '../../fixtures/toy-app.js'
import { VirtualClock } from '../../fixtures/virtual-clock.js'
import { crypto } from '../../sim/buddy/crypto.js'
import { readHeader } from '../../sim/buddy/toy-block.js'

class CountingApp extends ToyApp {
  asked = 0
  override async validate(at: Parameters<ToyApp['validate']>[0]): Promise<boolean> {
    this.asked++
    return super.validate(at)
  }
}

type Rig = {
  embedded: Embedded
  app: CountingApp
  clock: VirtualClock
  failures: unknown[]
  reopen: () => Promise<Rig>
  seal: (height: bigint) => Promise<void>
}

async function open(
  size: number,
  app = new CountingApp(crypto.hash),
  signers = Array.from({ length: size }, () => createSigner(newPrivateKey())),
  disks = signers.map(() => new MemoryStore()),
): Promise<Rig> {
  const clock = new VirtualClock()
  const failures: unknown[] = []
  const set = signers.map(({ key }) => ({ key, weight: 1n }))
  const embedded = await openEmbedded({
    signers,
    openStore: async (index) => staying(disks[index] as MemoryStore),
    genesis: { hash: genesisHash, set },
    app,
    delivered: app.height,
    hash: crypto.hash,
    readHeader,
    timing,
    sync: true,
    keepHeights: null,
    timers: { after: clock.after },
    onFailed: (_, error) => failures.push(error),
    onTrouble: (_, what, error) => failures.push([what, error]),
  })
  const seal = async (height: bigint): Promise<void> => {
    for (let turn = 0; turn < 1_000 && app.height < height; turn++) {
      embedded.buddies.forEach((buddy) => buddy?.cycle())
      await clock.advance(20)
    }
    assert.equal(app.height, height)
  }
  return { embedded, app, clock, failures, seal, reopen: () => open(size, app, signers, disks) }
}

test('the app is told of each height once and asked about each block once', async () => {
  const { embedded, app, seal, failures } = await open(4)
  for (let height = 1n; height <= 6n; height++) await seal(height)
  assert.equal(app.asked, 6)
  assert.deepEqual(failures, [])
  assert.deepEqual((await embedded.buddies[0]?.sealed(3n))?.block, app.sealed[2]?.block)
  await embedded.stop()
})

test('one that was away judges old blocks by what was sealed, and the app hears nothing of it', async () => {
  const { embedded, app, seal, clock, failures } = await open(4)
  await seal(1n)
  await embedded.stopOne(3)
  assert.equal(embedded.status()[3], null)
  await seal(5n)
  await embedded.startOne(3)
  for (let turn = 0; turn < 1_000 && embedded.buddies[3]?.height !== embedded.buddies[0]?.height; turn++) {
    embedded.buddies.forEach((buddy) => buddy?.cycle())
    await clock.advance(20)
  }
  assert.ok((embedded.buddies[3]?.height ?? 0n) > 5n)
  assert.equal(app.height, (embedded.buddies[0]?.height ?? 0n) - 1n)
  assert.deepEqual(failures, [])
  await embedded.stop()
})

test('after a stop of all they go on where they were', async () => {
  const first = await open(4)
  await first.seal(3n)
  await first.embedded.stop()
  const second = await first.reopen()
  assert.equal(second.app.height, 3n)
  await second.seal(5n)
  assert.deepEqual(second.failures, [])
  await second.embedded.stop()
})

test('one Buddy alone is enough for a set of one', async () => {
  const { embedded, seal } = await open(1)
  await seal(3n)
  await embedded.stop()
})

test('a log of another network is refused, and nothing is left open', async () => {
  const signers = Array.from({ length: 4 }, () => createSigner(newPrivateKey()))
  const disks = signers.map(() => new MemoryStore())
  const set = signers.map(({ key }) => ({ key, weight: 1n }))
  await openBuddyStore(disks[2] as MemoryStore, {
    genesis: { hash: new Uint8Array(32), set },
    key: signers[2]?.key as Uint8Array,
    sync: true,
    keepHeights: null,
  })
  await assert.rejects(open(4, new CountingApp(crypto.hash), signers, disks), { code: 'genesis-mismatch' })
})

/** Its content outlives the Buddy. */
function staying(disk: MemoryStore): Store {
  return Object.assign(Object.create(disk) as Store, {
    getSync: disk.getSync.bind(disk),
    get: disk.get.bind(disk),
    getMany: disk.getMany.bind(disk),
    batch: disk.batch.bind(disk),
    iterate: disk.iterate.bind(disk),
    close: async () => {},
  })
}
