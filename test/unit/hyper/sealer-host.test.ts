// The sealer's thread without a thread: which cycles it heeds, and what it says is left for the next Hyper Block.

import assert from 'node:assert/strict'
import { once, EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openKeyFile } from '../../../src/buddy/key-file.js'
import { createSigner, newPrivateKey } from '../../../src/buddy/signer.js'
import { initKeccak, keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import { buddyKeyFile } from '../../../src/hyper/buddy-folder.js'
import { changePreimage, decodeBody, genesisHashOf } from '../../../src/hyper/core/hyper-codec.js'
import { changesMax } from '../../../src/hyper/core/hyper-limits.js'
import type { Change, HyperGenesis, SignedChange } from '../../../src/hyper/core/hyper-types.js'
import { hostSealer, type SealerHost } from '../../../src/hyper/sealer-host.js'
import type { FromSealer, ToSealer } from '../../../src/hyper/sealer-protocol.js'

await initKeccak()

type Said<K extends FromSealer['kind']> = Extract<FromSealer, { kind: K }>
type Rig = {
  say: (message: ToSealer) => void
  said: FromSealer[]
  next: <K extends FromSealer['kind']>(kind: K) => Promise<Said<K>>
  changes: (from: bigint, count: number) => SignedChange[]
}

/** One Buddy that seals for itself. */
async function rig(t: test.TestContext): Promise<Rig> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paralane-sealer-'))
  const { key } = openKeyFile(buddyKeyFile(dataDir, 0)).signer
  const admin = createSigner(newPrivateKey())
  const params = { periodMs: 500, censorMs: 2_000, driftMs: 2_000, adminKey: admin.key }
  const genesis: HyperGenesis = { version: 1, timestampMs: 1n, lanes: [], set: [{ key, weight: 1n }], params }
  const hash = genesisHashOf({ hash: keccak256 }, genesis)
  const said: FromSealer[] = []
  const news = new EventEmitter()
  const timing = { deltaMs: 2, viewTimeoutMs: 60_000, askMs: 8 }
  const spec = { dataDir, genesis, last: null, buddies: [0], timing, link: null, syncLogs: false }
  const host: SealerHost = hostSealer(spec, keccak256, (message) => {
    said.push(message)
    news.emit(message.kind, message)
  })
  const next: Rig['next'] = async (kind) => (await once(news, kind))[0]
  await next('ready')
  t.after(async () => {
    host.receive({ kind: 'request', id: 1, op: 'stop', req: null })
    await next('reply')
    rmSync(dataDir, { recursive: true })
  })
  const changes: Rig['changes'] = (from, count) =>
    Array.from({ length: count }, (_, i) => {
      const change: Change = { kind: 'buddy-set', key, weight: 2n + BigInt(i) }
      const unsigned = { nonce: from + BigInt(i), change }
      return { ...unsigned, signature: admin.sign(changePreimage({ hash: keccak256 }, hash, unsigned)) }
    })
  return { say: (message) => host.receive(message), said, next, changes }
}

const factsOf = (changes: SignedChange[]): ToSealer => ({ kind: 'facts', facts: { lanes: [], batches: [], changes } })

test('a Hyper Block that has no room for all changes says that some wait', async (t) => {
  const { say, next, changes } = await rig(t)
  say(factsOf(changes(0n, changesMax + 1)))
  say({ kind: 'cycle', newest: 0n, heartbeat: false })
  const first = await next('decided')
  assert.deepEqual([first.number, decodeBody(first.sealed.block.body)?.changes.length, first.waits], [1n, changesMax, true])
  say({ kind: 'stored', number: 1n })
  say({ kind: 'cycle', newest: 1n, heartbeat: false })
  const second = await next('decided')
  assert.deepEqual([second.number, decodeBody(second.sealed.block.body)?.changes.length, second.waits], [2n, 1, false])
  say({ kind: 'stored', number: 2n })
})

test('a cycle for a block that is decided already does not begin the next one', async (t) => {
  const { say, said, next, changes } = await rig(t)
  const [first, second] = changes(0n, 2) as [SignedChange, SignedChange]
  const heightOf = async (): Promise<[bigint | undefined, number]> => {
    say({ kind: 'request', id: 2, op: 'status', req: null })
    const { res } = await next('reply')
    const [buddy] = (res as { buddies: { height: bigint }[] }).buddies
    return [buddy?.height, said.filter(({ kind }) => kind === 'decided').length]
  }
  say(factsOf([first]))
  say({ kind: 'cycle', newest: 0n, heartbeat: false })
  await next('decided')
  // The process has not stored it yet, and its period ends once more.
  say(factsOf([second]))
  say({ kind: 'cycle', newest: 0n, heartbeat: false })
  say({ kind: 'cycle', newest: 0n, heartbeat: true })
  say({ kind: 'stored', number: 1n })
  assert.deepEqual(await heightOf(), [2n, 1])
  say({ kind: 'cycle', newest: 1n, heartbeat: false })
  assert.equal((await next('decided')).number, 2n)
  say({ kind: 'stored', number: 2n })
})
