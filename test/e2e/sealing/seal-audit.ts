// Owns: judging a gateway's Hyper Blocks from outside: sealed one after another, lane blocks without a gap, sessions whole, nothing taken back.
// Does not own: what proves a Seal (src/hyper/light-client.ts). Called by: the sealing tests.

import assert from 'node:assert/strict'
import { askOverHttp, reachByAll, trustGenesis, type Anchor } from '../../../src/hyper/light-client.js'
import type { Gateway } from '../gateway.js'
import { rpc, type Json } from '../rpc.js'
import { until } from '../until.js'

/** What was seen so far; nothing of it may change. */
export type SealBook = {
  genesis: Json
  anchor: Anchor
  /** By number. */
  hashes: Map<bigint, string>
  /** Per lane, the newest block in a Hyper Block. */
  tips: Map<number, bigint>
  /** Session → Hyper Block that holds it. */
  sessions: Map<string, bigint>
}

export async function openBook(gateway: Gateway): Promise<SealBook> {
  const genesis = await rpc(gateway.url, 'hyper_genesis')
  const tips = new Map<number, bigint>(genesis.lanes.map(({ chainId }: { chainId: number }) => [chainId, 0n]))
  return { genesis, anchor: trustGenesis(genesis), hashes: new Map(), tips, sessions: new Map() }
}

/** Reads on to the newest Hyper Block. @throws AssertionError, NotProven. */
export async function auditSeals(gateway: Gateway, book: SealBook): Promise<void> {
  assert.deepEqual(await rpc(gateway.url, 'hyper_genesis'), book.genesis)
  for (const [number, hash] of book.hashes) {
    if (number > BigInt(book.hashes.size) - 3n) assert.equal((await blockAt(gateway, number)).hash, hash, `Hyper Block ${number} is what it was`)
  }
  const before = book.anchor.number
  book.anchor = await reachByAll(askOverHttp(gateway.url), book.anchor)
  for (let number = before + 1n; number <= book.anchor.number; number++) await auditBlock(gateway, book, number)
}

async function auditBlock(gateway: Gateway, book: SealBook, number: bigint): Promise<void> {
  const block = await blockAt(gateway, number)
  book.hashes.set(number, block.hash)
  for (const { chainId, from, to, tipHash } of block.lanes) {
    const lane = Number(chainId)
    assert.equal(BigInt(from), (book.tips.get(lane) ?? 0n) + 1n, `lane ${lane} goes on without a gap in ${number}`)
    book.tips.set(lane, BigInt(to))
    if (BigInt(to) < BigInt(from)) continue
    assert.equal((await rpc(gateway.laneUrl(lane), 'eth_getBlockByNumber', [to, false])).hash, tipHash, `block ${to} of lane ${lane}`)
  }
  for (const { session } of block.sessions) {
    assert.equal(book.sessions.get(session), undefined, `session ${session} is in one Hyper Block`)
    book.sessions.set(session, number)
  }
}

export function blockAt(gateway: Gateway, number: bigint): Promise<Json> {
  return rpc(gateway.url, 'hyper_getBlockByNumber', [`0x${number.toString(16)}`])
}

/** `finalized` and `safe` of a lane, as any tool reads them. */
export async function marksOf(gateway: Gateway, chainId: number): Promise<{ safe: bigint; finalized: bigint; latest: bigint }> {
  const at = async (tag: string): Promise<bigint> => BigInt((await rpc(gateway.laneUrl(chainId), 'eth_getBlockByNumber', [tag, false])).number)
  const finalized = await at('finalized')
  const safe = await at('safe')
  return { finalized, safe, latest: await at('latest') }
}

/** A lane that is slow is told what is sealed later than those who listen for Hyper Blocks, so it is asked itself. */
export async function untilFinal(gateway: Gateway, chainId: number, number: bigint): Promise<void> {
  await until(
    async () => (await marksOf(gateway, chainId)).finalized >= number,
    () => `block ${number} of lane ${chainId} does not become final`,
  )
}
