// The thread that seals is killed at random moments, under load (L7): lanes go on, sealing goes on, nothing that was sealed is taken back and no lane block is left out.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { AppError, errorToWire } from '../../../src/errors.js'
import { initKeccak } from '../../../src/evm-lane/engine/keccak.js'
import type { HyperBlock } from '../../../src/hyper/hyper-block.js'
import type { OpenSealerPort } from '../../../src/hyper/sealer-client.js'
import { equalBytes } from '../../../src/primitives.js'
import { openSealerThread } from '../../../src/process/sealer-thread.js'
import { seededRandom, type Random } from '../../fixtures/random.js'
import { ada, bea, bundled, openSealedLanes, untilSealed } from '../../fixtures/sealed-lanes.js'

const deaths = 12

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
  const network = await openSealedLanes({ dataDir, openPort: ports.open })
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
      const { state } = await coordinator.reader.sendBundle(lanes.slice(0, 2).map((lane) => bundled(lane, nonce)), 240_000) // prettier-ignore
      assert.equal(state.kind, 'committed')
    }
  })()
  await lastDeath
  loaded = false
  await Promise.all([...transfers, bundles])
  await untilSealed(lanes, sealing)
  // Those who listen hear of a Hyper Block after the lanes.
  while (told.length < Number(sealing.reader.height())) {
    await new Promise<void>((resolve) => {
      const forget = sealing.reader.onSealed(() => {
        forget()
        resolve()
      })
    })
  }

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
