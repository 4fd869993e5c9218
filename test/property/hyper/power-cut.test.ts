// The power goes at random moments, and takes from every store what was not synced: no session is torn, nothing final is lost, nothing stops (S11, L5).

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openLocalLane } from '../../../src/evm-lane/client-local.js'
import type { LaneClient } from '../../../src/evm-lane/client.js'
import { openEngine } from '../../../src/evm-lane/engine/engine.js'
import { initKeccak } from '../../../src/evm-lane/engine/keccak.js'
import { systemClock } from '../../../src/evm-lane/engine/producer.js'
import type { LaneSpec } from '../../../src/evm-lane/lane-spec.js'
import { bareHex, type Hash32 } from '../../../src/primitives.js'
import { MemoryStore } from '../../../src/store/memory-store.js'
import type { Store } from '../../../src/store/store.js'
import { LossyStore } from '../../fixtures/lossy-store.js'
import { prng, seededRandom, type Random } from '../../fixtures/random.js'
import { ada, bea, bundled, openSealedLanes, untilSealed, type SealedLanes } from '../../fixtures/sealed-lanes.js'
import type { TestLane } from '../../fixtures/session-lanes.js'

type Block = { chainId: number; number: bigint; hash: Hash32 }

/** What was told to somebody before the power went: it must be there afterwards. */
type Told = { sessions: Hash32[]; final: Block[]; hyperHeight: bigint }

/** Disks that outlive the lives of the process. */
class Machine {
  readonly #random: Random
  readonly #lies: boolean
  readonly #disks = new Map<string, MemoryStore>()
  readonly #stores: LossyStore[] = []
  #life = 0

  /** `lies`: the lanes' disks say that they have written, and have not. */
  constructor(random: Random, { lies }: { lies: boolean }) {
    this.#random = random
    this.#lies = lies
  }

  open(name: string): Store {
    const disk = this.#disks.get(name) ?? new MemoryStore()
    this.#disks.set(name, disk)
    const store = new LossyStore(disk, this.#random, { lies: this.#lies && name !== 'hyper' })
    this.#stores.push(store)
    return store
  }

  /** Of this life: a lane that ends with the power does not come back before the process does. */
  openLane(): (spec: LaneSpec) => LaneClient {
    const life = this.#life
    return (spec) =>
      openLocalLane(spec, async (given, events) => {
        assert.equal(life, this.#life, 'there is no power')
        return openEngine(given, events, systemClock, this.open(`lane ${given.chainId}`))
      })
  }

  /** All at the same moment. */
  async cutPower(): Promise<void> {
    this.#life++
    await Promise.all(this.#stores.splice(0).map((store) => store.close()))
  }
}

/** One life: load, until the power goes after so many turns of the event loop. */
async function live(network: SealedLanes, machine: Machine, told: Told, turns: number): Promise<void> {
  const { lanes, coordinator, sealing } = network
  coordinator.reader.onSession(({ record }) => void told.sessions.push(record.id))
  sealing.reader.onSealed(({ header, body }) => {
    told.hyperHeight = header.number
    told.final = body.lanes.map(({ chainId, to, tipHash }) => ({ chainId, number: to, hash: tipHash }))
  })
  let powered = true
  const transfers = lanes.map(async (lane) => {
    lane.countFrom(ada, await lane.nonce(ada.address))
    while (powered) await lane.send({ from: ada, to: bea.address, value: 1n, gas: 21_000n })
  })
  const pair = lanes.slice(0, 2)
  const bundles = (async () => {
    const nonces = await Promise.all(pair.map((lane) => lane.nonce(bea.address)))
    for (let i = 0n; powered; i++) await coordinator.reader.sendBundle(pair.map((lane, at) => bundled(lane, (nonces[at] ?? 0n) + i)), 60_000) // prettier-ignore
  })()
  // Whoever waits for an answer when the power goes gets none.
  void Promise.allSettled([...transfers, bundles])
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
  powered = false
  await machine.cutPower()
  await sealing.stop()
  await network.stop()
}

async function has(lanes: readonly TestLane[], { chainId, number, hash }: Block): Promise<boolean> {
  const lane = lanes.find((candidate) => candidate.chainId === chainId)
  // A lane that finds that it has lost what is sealed has stopped.
  const block = await lane?.client.call('block', { at: { kind: 'number', number }, full: false }).catch(() => null)
  return block !== null && block !== undefined && bareHex(block.header.hash) === bareHex(hash)
}

/** What is missing after a start. */
async function missing({ lanes, coordinator, sealing }: SealedLanes, told: Told): Promise<string[]> {
  const found: string[] = []
  if (sealing.reader.height() < told.hyperHeight) found.push(`Hyper Block ${told.hyperHeight}`)
  for (const block of told.final)
    if (block.number > 0n && !(await has(lanes, block))) found.push(`final block ${block.number} of lane ${block.chainId}`)
  for (const id of told.sessions) {
    const view = await coordinator.reader.getSession(id)
    if (view?.kind !== 'committed') found.push(`session ${bareHex(id)}`)
    else
      for (const block of view.session.blocks)
        if (!(await has(lanes, block))) found.push(`block ${block.number} of lane ${block.chainId} of a session`)
  }
  return found
}

type Outcome = { lost: string[]; sessions: number; hyperHeight: bigint }

/** In a life of the second kind nothing but the sessions themselves makes the lanes sync. */
const periodsMs = [20, 3_600_000]

async function manyLives(random: Random, { cuts, lies }: { cuts: number; lies: boolean }): Promise<Outcome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'paralane-power-cut-'))
  const machine = new Machine(random, { lies })
  const told: Told = { sessions: [], final: [], hyperHeight: 0n }
  const start = (periodMs: number): Promise<SealedLanes> =>
    openSealedLanes({ dataDir, store: machine.open('hyper'), openLane: machine.openLane(), periodMs })
  const end = async ({ lanes, sealing, stop }: SealedLanes): Promise<void> => {
    await sealing.stop()
    await stop()
    await Promise.all(lanes.map(({ client }) => client.stop()))
  }
  try {
    for (let cut = 0; cut < cuts; cut++) {
      const network = await start(random.pick(periodsMs))
      const lost = await missing(network, told)
      if (lost.length > 0) {
        await end(network)
        return { lost, sessions: told.sessions.length, hyperHeight: told.hyperHeight }
      }
      await live(network, machine, told, 20 + random.below(400))
    }
    // After all of it the network works.
    const network = await start(20)
    const lost = await missing(network, told)
    if (lost.length === 0) {
      for (const lane of network.lanes) lane.countFrom(ada, await lane.nonce(ada.address))
      await Promise.all(network.lanes.map((lane) => lane.send({ from: ada, to: bea.address, value: 1n, gas: 21_000n })))
      await untilSealed(network.lanes, network.sealing)
    }
    const hyperHeight = network.sealing.reader.height()
    await end(network)
    return { lost, sessions: told.sessions.length, hyperHeight }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

test('nothing that others rest on is lost with the power', { timeout: 300_000 }, async (t) => {
  const random = seededRandom('power-cut')
  await initKeccak()
  const { lost, sessions, hyperHeight } = await manyLives(random, { cuts: 12, lies: false })
  assert.deepEqual(lost, [])
  t.diagnostic(`${sessions} sessions and ${hyperHeight} Hyper Blocks over 12 cuts`)
})

test('with disks that lie the same cuts lose something: the test above would see it', { timeout: 300_000 }, async (t) => {
  await initKeccak()
  for (let seed = 1; seed <= 10; seed++) {
    const { lost } = await manyLives(prng(seed), { cuts: 5, lies: true })
    t.diagnostic(`seed ${seed}: ${lost.join(', ')}`)
    if (lost.length > 0) return
  }
  assert.fail('ten machines lost nothing')
})
