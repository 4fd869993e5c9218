// Owns: verifying by what a server tells that is not trusted; the module that is exported as "paralane/verify", which runs in browsers.
// Does not own: what proves what (core/verify.ts).
// Called by: commands/verify.ts, and whoever imports the package.

import { sameBytes } from '../codec/bytes.js'
import type { Bytes } from '../codec/bytes.js'
import { hexOf } from '../codec/hex.js'
import { genesisFromJson } from './core/genesis.js'
import { decodeHeader } from './core/hyper-codec.js'
import { arrayAt, bytesAt, fieldsOf, JsonMistake } from './core/json-fields.js'
import type { JsonFields } from './core/json-fields.js'
import { lightCrypto } from './core/light-crypto.js'
import type { ProvenLaneBlock } from './core/proof.js'
import { followSeal, genesisAnchor, isOfKnownSet, jumpToSeal, NotProven, openBody, verifyAccount, verifyLaneBlock } from './core/verify.js'
import type { AccountAnswer, Anchor } from './core/verify.js'

export { hexOf, bytesOfHex } from '../codec/hex.js'
export { lightCrypto } from './core/light-crypto.js'
export { followSeal, jumpToSeal, NotProven, openBody, verifyAccount, verifyLaneBlock } from './core/verify.js'
export type { AccountAnswer, Anchor } from './core/verify.js'
export type { ProvenLaneBlock } from './core/proof.js'

/** Asks the server. `chainId`: the lane meant; null for what is of the whole network. Rejects when there is no answer. */
export type Ask = (question: { method: string; params: readonly unknown[]; chainId: number | null }) => Promise<unknown>

/** Nodes on the way to one account: a key has 64 nibbles. */
const trieNodesMax = 130
const slotsMax = 1_024

/** The genesis document (as parsed JSON) is all that is trusted. @throws NotProven */
export function trustGenesis(document: unknown): Anchor {
  return told(() => genesisAnchor(lightCrypto, genesisFromJson(lightCrypto, document)))
}

/**
 * The hash of a Hyper Block is all that is trusted. Its header names the genesis, and from there the chain is followed to it: the genesis says who sealed.
 * @throws NotProven
 */
export async function trustHash(ask: Ask, hash: Bytes): Promise<Anchor> {
  const block = await asked(ask, 'hyper_getBlockByHash', [hexOf(hash)])
  const headerBytes = told(() => bytesAt(block, 'headerRlp', null))
  const header = decodeHeader(headerBytes)
  if (header === null || !sameBytes(lightCrypto.hash(headerBytes), hash))
    throw new NotProven(`the server's header of ${hexOf(hash)} does not have that hash`)
  const start = trustGenesis(await asked(ask, 'hyper_genesis', []))
  if (!sameBytes(start.hash, header.genesisHash)) throw new NotProven('the server tells the genesis of another network')
  const anchor = await reach(ask, start, header.number)
  if (!sameBytes(anchor.hash, hash)) throw new NotProven(`Hyper Block ${header.number} is sealed, but it is not ${hexOf(hash)}`)
  return anchor
}

/** From a sealed Hyper Block to a later one. As far as one set goes only its last Seal is looked at. @throws NotProven */
export async function reach(ask: Ask, from: Anchor, number: bigint): Promise<Anchor> {
  if (number < from.number) throw new NotProven(`Hyper Block ${number} is before ${from.number}, from where this began`)
  let anchor = from
  while (anchor.number < number) {
    const seal = await sealOf(ask, number)
    anchor = isOfKnownSet(lightCrypto, anchor, seal) ? jumpTo(anchor, number, seal) : await toNextSet(ask, anchor, number)
  }
  return anchor
}

/** The newest Hyper Block that the server has. @throws NotProven */
export async function reachNewest(ask: Ask, from: Anchor): Promise<Anchor> {
  return reach(ask, from, await newestNumber(ask))
}

/** The same, looking at every Seal in between. @throws NotProven */
export async function reachByAll(ask: Ask, from: Anchor): Promise<Anchor> {
  const number = await newestNumber(ask)
  let anchor = from
  while (anchor.number < number) anchor = followSeal(lightCrypto, anchor, await sealOf(ask, anchor.number + 1n))
  return anchor
}

/** A block of a lane, and the Hyper Block that holds it. @throws NotProven */
export async function proveLaneBlock(
  ask: Ask,
  from: Anchor,
  of: { chainId: number; number: bigint },
): Promise<{ anchor: Anchor; block: ProvenLaneBlock }> {
  const answer = await asked(ask, 'hyper_getProof', [quantityOf(of.chainId), quantityOf(of.number)])
  const anchor = await reach(ask, from, quantityAt(answer, 'hyperNumber'))
  const block = verifyLaneBlock(
    lightCrypto,
    anchor,
    told(() => bytesAt(answer, 'proofRlp', null)),
  )
  if (block.chainId !== of.chainId || block.number !== of.number) {
    throw new NotProven(`the server proves block ${block.number} of lane ${block.chainId}, not ${of.number} of ${of.chainId}`)
  }
  return { anchor, block }
}

/** The lane's newest block in the newest Hyper Block. @throws NotProven */
export async function proveNewestBlock(ask: Ask, from: Anchor, chainId: number): Promise<{ anchor: Anchor; block: ProvenLaneBlock }> {
  const anchor = await reachNewest(ask, from)
  const answer = await asked(ask, 'hyper_getBlockByNumber', [quantityOf(anchor.number)])
  const body = openBody(
    lightCrypto,
    anchor,
    told(() => bytesAt(answer, 'bodyRlp', null)),
  )
  const entry = body.lanes.find((lane) => lane.chainId === chainId)
  if (entry === undefined) {
    throw new NotProven(`Hyper Block ${anchor.number} has no lane ${chainId}; it has ${body.lanes.map((lane) => lane.chainId).join(', ')}`)
  }
  return { anchor, block: { chainId, number: entry.to, hash: entry.tipHash, stateRoot: entry.stateRoot } }
}

/** An account, and slots of it, as of a proven lane block. @throws NotProven */
export async function proveAccount(ask: Ask, block: ProvenLaneBlock, of: { address: Bytes; slots?: readonly Bytes[] }): Promise<AccountAnswer> {
  const slots = of.slots ?? []
  const params = [hexOf(of.address), slots.map(hexOf), quantityOf(block.number)]
  const answer = fieldsTold(await ask({ method: 'eth_getProof', params, chainId: block.chainId }), 'eth_getProof')
  return told(() => {
    const proofs = arrayAt(answer, 'storageProof', slotsMax)
    return verifyAccount(lightCrypto, block, {
      address: of.address,
      proof: nodesAt(answer, 'accountProof'),
      slots: slots.map((slot, i) => ({ slot, proof: nodesAt(fieldsOf(proofs[i], `storageProof[${i}]`), 'proof') })),
    })
  })
}

/** Asks over HTTP, with the `fetch` of the platform. */
export function askOverHttp(url: string): Ask {
  let id = 0
  return async ({ method, params, chainId }) => {
    const lane = chainId === null ? {} : { networkId: `evm:${chainId}` }
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params, ...lane })
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const answer = (await response.json()) as { result?: unknown; error?: { message?: unknown } }
    if (answer.error !== undefined) throw new Error(`${method}: ${String(answer.error.message)}`)
    return answer.result ?? null
  }
}

function jumpTo(anchor: Anchor, number: bigint, seal: Bytes): Anchor {
  const next = jumpToSeal(lightCrypto, anchor, seal)
  if (next.number !== number) throw new NotProven(`the server tells the Seal of Hyper Block ${next.number} for that of ${number}`)
  return next
}

/** The last Hyper Block below `number` that the known set sealed, found by halving; its Seal names the next set. */
async function toNextSet(ask: Ask, anchor: Anchor, number: bigint): Promise<Anchor> {
  let last: { number: bigint; seal: Bytes } | null = null
  for (let low = anchor.number, high = number; high - low > 1n;) {
    const middle = (low + high) / 2n
    const seal = await sealOf(ask, middle)
    if (isOfKnownSet(lightCrypto, anchor, seal)) last = { number: (low = middle), seal }
    else high = middle
  }
  if (last === null) throw new NotProven(`the server has no Hyper Block ${anchor.number + 1n} of the Buddies that are known`)
  return jumpTo(anchor, last.number, last.seal)
}

async function newestNumber(ask: Ask): Promise<bigint> {
  return quantityAt({ hyper_blockNumber: await ask({ method: 'hyper_blockNumber', params: [], chainId: null }) }, 'hyper_blockNumber')
}

async function sealOf(ask: Ask, number: bigint): Promise<Bytes> {
  const block = await asked(ask, 'hyper_getBlockByNumber', [quantityOf(number)])
  return told(() => bytesAt(block, 'sealRlp', null))
}

async function asked(ask: Ask, method: string, params: readonly unknown[]): Promise<JsonFields> {
  return fieldsTold(await ask({ method, params, chainId: null }), method)
}

function fieldsTold(value: unknown, method: string): JsonFields {
  if (value === null || value === undefined) throw new NotProven(`${method}: the server has nothing of that`)
  return told(() => fieldsOf(value, method))
}

function nodesAt(fields: JsonFields, name: string): Bytes[] {
  return arrayAt(fields, name, trieNodesMax).map((node, i) => bytesAt({ [`${name}[${i}]`]: node }, `${name}[${i}]`, null))
}

function quantityAt(fields: JsonFields, name: string): bigint {
  const value = fields[name]
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,16}$/.test(value)) throw new NotProven(`${name}: not a number`)
  return BigInt(value)
}

/** What a server tells in a form that it should not have proves nothing. */
function told<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof JsonMistake) throw new NotProven(error.message)
    throw error
  }
}

function quantityOf(value: number | bigint): string {
  return `0x${value.toString(16)}`
}
