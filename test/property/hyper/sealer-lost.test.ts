// The thread that seals is killed at random moments, under load (L7): lanes go on, sealing goes on, nothing that was sealed is taken back and no lane block is left out.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { AppError, errorToWire } from '../../../src/errors.js'
import { initKeccak, keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import { systemClock } from '../../../src/evm-lane/engine/producer.js'
import type { HyperBlock } from '../../../src/hyper/hyper-block.js'
import { createHyperStore } from '../../../src/hyper/hyper-store.js'
import type { OpenSealerPort } from '../../../src/hyper/sealer-client.js'
import { openSealing, type Sealing } from '../../../src/hyper/sealing.js'
import { sealingLimits } from '../../../src/hyper/sealing-limits.js'
import { SessionBatches } from '../../../src/hyper/session-batches.js'
import { equalBytes } from '../../../src/primitives.js'
import { openSealerThread } from '../../../src/process/sealer-thread.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import { seededRandom, type Random } from '../../fixtures/random.js'
import { baseFee, openSessionLanes, type SessionLanes, type TestLane } from '../../fixtures/session-lanes.js'
import { signedTx, signer } from '../../fixtures/signed-tx.js'

const deaths = 12
const ada = signer('ada')
const bea = signer('bea')

/** Ports whose thread is killed when so many messages have passed, either way. */
function mortalPorts(random: Random, onDeath: () => void): { open: OpenSealerPort; spare: () => void } {
  let spared = false
  const open: OpenSealerPort = (spec, onMessage) => {
    let left = 5 + random.below(60)
    let dead = false
    const count = (): void => {
      if (dead || spared || --left > 0) return
      dead = true
      // What was on its way is lost with the thread.
      void port.kill().then(() => onMessage({ kind: 'fatal', error: errorToWire(new AppError('internal', 'killed by the test')) }))
      onDeath()
    }
    const port = openSealerThread(spec, (message) => {
      if (dead) return
      onMessage(message)
      // One that does not get as far as being ready is a start that failed, which is refused.
      if (message.kind !== 'ready') count()
    })
    return {
      post: (message) => {
        if (dead) return
        port.post(message)
        count()
      },
      kill: port.kill,
    }
  }
  return { open, spare: () => void (spared = true) }
}

test(`sealing goes on through ${deaths} deaths of its thread`, { timeout: 300_000 }, async (t) => {
  const random = seededRandom('sealer-lost')
  await initKeccak()
  const dataDir = await mkdtemp(join(tmpdir(), 'paralane-sealer-lost-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  let died = 0
  let tellLast = (): void => undefined
  const lastDeath = new Promise<void>((resolve) => (tellLast = resolve))
  const ports = mortalPorts(random, () => {
    if (++died < deaths) return
    ports.spare()
    tellLast()
  })
  const network = await openNetwork(dataDir, ports.open)
  const { lanes, coordinator, sealing } = network
  t.after(async () => {
    await sealing.stop()
    await network.stop()
  })
  const told: HyperBlock[] = []
  sealing.reader.onSealed((block) => told.push(block))

  let loaded = true
  const transfers = lanes.map(async (lane) => {
    while (loaded) await lane.send({ from: ada, to: bea.address, value: 1n, gas: 21_000n })
  })
  const bundles = (async () => {
    for (let nonce = 0n; loaded; nonce++) {
      const { state } = await coordinator.reader.sendBundle(lanes.slice(0, 2).map((lane) => bundled(lane, nonce)), 60_000) // prettier-ignore
      assert.equal(state.kind, 'committed')
    }
  })()
  await lastDeath
  loaded = false
  await Promise.all([...transfers, bundles])
  await untilSealed(lanes, sealing)

  let parent = sealing.reader.genesis.hash
  const tips = new Map(lanes.map(({ chainId }) => [chainId, 0n]))
  const sessions = new Set<string>()
  for (let number = 1n; number <= sealing.reader.height(); number++) {
    const block = (await sealing.reader.byNumber(number)) as HyperBlock
    assert(equalBytes(block.header.parentHash, parent), `Hyper Block ${number} follows the one before`)
    parent = block.hash
    for (const { chainId, from, to } of block.body.lanes) {
      assert.equal(from, (tips.get(chainId) ?? 0n) + 1n, `lane ${chainId} goes on without a gap in ${number}`)
      tips.set(chainId, to)
    }
    for (const { id } of block.body.sessions) {
      const key = Buffer.from(id).toString('hex')
      assert(!sessions.has(key), 'a session is in one Hyper Block')
      sessions.add(key)
    }
    const heard = told[Number(number) - 1]
    assert(heard !== undefined && equalBytes(heard.hash, block.hash), `Hyper Block ${number} was told as it is, in its turn`)
  }
  assert.equal(told.length, Number(sealing.reader.height()))
  for (const { client, chainId } of lanes) {
    assert.equal(tips.get(chainId), client.head()?.header.number)
    assert.equal(client.head()?.finalized, tips.get(chainId))
  }
  t.diagnostic(`${died} deaths, ${told.length} Hyper Blocks, ${sessions.size} sessions`)
})

type Network = SessionLanes & { sealing: Sealing }

async function openNetwork(dataDir: string, openPort: OpenSealerPort): Promise<Network> {
  const store = new MemoryStore()
  const batches = new SessionBatches(keccak256)
  let sealing: Sealing | undefined
  const empty = new Uint8Array(0)
  const funded = [ada, bea].map(({ address }) => ({ address, balance: 10n ** 21n, nonce: 0n, code: empty, storage: [] }))
  const session = await openSessionLanes(() => funded, {
    spec: { sealed: true },
    store,
    onBatch: (record) => batches.add(record),
    begin: async (lanes, { oldestBatch }) => {
      sealing = await openSealing({
        dataDir,
        lanes,
        store: createHyperStore(store),
        batches,
        oldestBatch,
        settings: {
          ...{ periodMs: 20, minPeriodMs: 10, heartbeatMs: 0 },
          ...{ buddies: 4, censorMs: 60_000, driftMs: 60_000, adminKey: null, link: null, onchain: 'off' as const, currency: 'ETH' },
          timing: { deltaMs: 2, viewTimeoutMs: 200, askMs: 40 },
        },
        limits: { ...sealingLimits, againMs: 10 },
        openPort,
        keccak256,
        clock: systemClock,
        log: () => undefined,
      })
    },
  })
  assert(sealing !== undefined)
  session.coordinator.reader.onSession(sealing.soon)
  return { ...session, sealing }
}

function bundled({ chainId }: TestLane, nonce: bigint): { chainId: number; raw: Uint8Array } {
  const raw = signedTx(chainId, 2, bea, { nonce, gasLimit: 21_000n, to: ada.address, value: 1n, feeCap: 100n * baseFee, tipCap: 1n })
  return { chainId, raw }
}

/** Until the newest block of each lane is in a Hyper Block, and the lane knows it. */
async function untilSealed(lanes: readonly TestLane[], { reader }: Sealing): Promise<void> {
  const isSealed = (): boolean =>
    reader.lanes().every(({ unsealed }) => unsealed === 0n) && lanes.every(({ client }) => client.head()?.finalized === client.head()?.header.number)
  if (isSealed()) return
  await new Promise<void>((resolve) => {
    const forget = reader.onSealed(() => {
      if (!isSealed()) return
      forget()
      resolve()
    })
  })
}
