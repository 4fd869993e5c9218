// Measures the state of a lane: our trie against @ethereumjs/mpt, and sealing blocks of transfers over a large state.
// Run: npm run build && node dist/scripts/bench/trie.js [accounts] [state|trie]

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { initKeccak, keccak256 } from '../../src/evm-lane/engine/keccak.js'
import { LaneState } from '../../src/evm-lane/engine/state/lane-state.js'
import { EMPTY_ACCOUNT, encodeTrieAccount } from '../../src/evm-lane/engine/state/records.js'
import { Trie } from '../../src/evm-lane/engine/state/trie.js'
import { bareHex, bigintToFixed } from '../../src/primitives.js'
import { openLevelStore } from '../../src/store/level-store.js'

const accounts = Number(process.argv[2] ?? 100_000)
const TXS_PER_BLOCK = 100
const BLOCKS = Number(process.argv[4] ?? 100)

function address(i: number): Uint8Array {
  return keccak256(bigintToFixed(BigInt(i), 32)).slice(12)
}

/** CPU time, not wall time: other load on the machine does not show. It includes garbage collection and the store's own threads. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function micros(run: () => void): number {
  const start = cpuMicros()
  run()
  return cpuMicros() - start
}

/** Puts of `count` keys in batches of 200, hashed after each batch; microseconds per put. */
async function tries(count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, i) => ({
    key: keccak256(address(i)),
    value: encodeTrieAccount({ ...EMPTY_ACCOUNT, balance: BigInt(i + 1) * 10n ** 15n }),
  }))
  let ours: Trie = new Trie(undefined, () => undefined)
  const our =
    micros(() => {
      entries.forEach(({ key, value }, i) => {
        ours.put(key, value)
        if (i % 200 !== 199) return
        ours.hash()
        ours = new Trie(ours.root, () => undefined)
      })
      ours.hash()
    }) / count
  const theirs = new MerklePatriciaTrie({ common: { customCrypto: { keccak256 } } as never })
  const start = cpuMicros()
  for (const { key, value } of entries) await theirs.put(key, value)
  const their = (cpuMicros() - start) / count
  if (bareHex(ours.hash()) !== bareHex(theirs.root())) throw new Error('roots differ')
  console.log(
    `trie, ${count} puts, root each 200: ours ${our.toFixed(1)} µs, @ethereumjs/mpt ${their.toFixed(1)} µs a put: ${(their / our).toFixed(1)}×`,
  )
}

async function blocks(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'paralane-bench-'))
  const store = await openLevelStore(folder)
  const state = await LaneState.open(store)
  const addresses = Array.from({ length: accounts }, (_, i) => address(i))
  const genesis = state.view()
  for (const each of addresses) genesis.addBalanceSync(each, 10n ** 18n)
  const sealed = state.seal(genesis, 0n)
  state.advance(sealed)
  await store.batch(sealed.ops)
  state.flushed(0n)
  const spent = { execute: 0, seal: 0, advance: 0, batch: 0 }
  let changed = 0
  let ops = 0
  for (let number = 1; number <= BLOCKS; number++) {
    const view = state.view()
    spent.execute += micros(() => {
      for (let i = 0; i < TXS_PER_BLOCK; i++) {
        view.addBalanceSync(addresses[Math.floor(Math.random() * accounts)] ?? address(0), -1n)
        view.addBalanceSync(addresses[Math.floor(Math.random() * accounts)] ?? address(0), 1n)
      }
    })
    let next = sealed
    spent.seal += micros(() => {
      next = state.seal(view, BigInt(number))
    })
    changed += next.state.accountsAfter.size
    ops += next.ops.length
    spent.advance += micros(() => state.advance(next))
    const start = cpuMicros()
    await store.batch(next.ops)
    spent.batch += cpuMicros() - start
    state.flushed(BigInt(number))
  }
  const per = (total: number): string => (total / changed).toFixed(1)
  console.log(
    `state, ${accounts} accounts, ${BLOCKS} blocks of ${TXS_PER_BLOCK} transfers between random accounts, ${(ops / BLOCKS).toFixed(0)} store operations a block`,
  )
  console.log(
    `µs of CPU per changed account: read and write ${per(spent.execute)}, seal ${per(spent.seal)}, advance ${per(spent.advance)}, batch ${per(spent.batch)}`,
  )
  console.log(`sealing: ${Math.round(changed / (spent.seal / 1e6))} accounts/s, ${(spent.seal / BLOCKS / 1000).toFixed(2)} ms a block`)
  await store.close()
  await rm(folder, { recursive: true })
}

await initKeccak()
// One at a time: what the other library leaves behind would be collected at the expense of the other half.
if (process.argv[3] !== 'state') await tries(20_000)
if (process.argv[3] !== 'trie') await blocks()
