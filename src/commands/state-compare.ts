// Owns: comparing a whole state that was reached by execution with what a server says of it: every account, every slot.
// Does not own: reaching it (hyper/follower/replay-run.ts), the form of the store (evm-lane/engine/state).
// Called by: verify-replay.ts. A key that only the server has is not found here: the roots of later blocks are what tells it.

import { equalBytes, toHex } from '../primitives.js'
import { decodeRecord } from '../evm-lane/engine/state/records.js'
import { keccak256 } from '../evm-lane/engine/keccak.js'
import type { GatewayRpc } from '../hyper/feed/gateway-rpc.js'
import { bigintOf, bytesOf, fieldsOf, listOf } from '../hyper/feed/json-read.js'
import { lane as laneTables, tableRange } from '../schema.js'
import type { Store } from '../store/store.js'

export type Difference = { address: string; what: string; own: string; theirs: string }

/** Slots in one question. */
const slotsAtOnce = 512
/** More are not named: a server that is another chain differs everywhere. */
const differencesMax = 100

/** `rpc`: of the lane; `at`: the block whose state `store` holds. */
export async function compareState(store: Store, rpc: GatewayRpc, at: bigint): Promise<Difference[]> {
  const found: Difference[] = []
  const block = `0x${at.toString(16)}`
  const epochs = new Map<string, number>()
  for await (const [key, value] of store.iterate(tableRange(laneTables.accounts))) {
    if (found.length >= differencesMax) return found
    const address = toHex(key.slice(1))
    const account = decodeRecord(value)
    epochs.set(address, account.epoch)
    const asked = ['eth_getBalance', 'eth_getTransactionCount', 'eth_getCode'].map((method) => rpc.call(method, [address, block]))
    const [wei, count, code] = await Promise.all(asked)
    const balance = bigintOf(wei, 'a balance')
    const nonce = bigintOf(count, 'a nonce')
    const codeHash = keccak256(bytesOf(code, 'a code'))
    if (balance !== account.balance) found.push({ address, what: 'balance', own: String(account.balance), theirs: String(balance) })
    if (nonce !== account.nonce) found.push({ address, what: 'nonce', own: String(account.nonce), theirs: String(nonce) })
    if (!equalBytes(codeHash, account.codeHash)) found.push({ address, what: 'code hash', own: toHex(account.codeHash), theirs: toHex(codeHash) })
  }
  let waiting: Slot[] = []
  for await (const [key, value] of store.iterate(tableRange(laneTables.slots))) {
    const slot = slotOf(key, value)
    // Slots of a storage that was wiped stay in the store and count no more.
    if (slot === null || epochs.get(slot.address) !== slot.epoch) continue
    if (waiting.push(slot) < slotsAtOnce) continue
    found.push(...(await compareSlots(waiting, rpc, block)))
    waiting = []
    if (found.length >= differencesMax) return found
  }
  found.push(...(await compareSlots(waiting, rpc, block)))
  return found
}

type Slot = { address: string; epoch: number; slot: string; value: string }

/** Prefix, address, epoch of six bytes, slot. */
function slotOf(key: Uint8Array, value: Uint8Array): Slot | null {
  if (key.length !== 1 + 20 + 6 + 32) return null
  const epoch = new DataView(key.buffer, key.byteOffset).getUint16(21) * 2 ** 32 + new DataView(key.buffer, key.byteOffset).getUint32(23)
  return { address: toHex(key.slice(1, 21)), epoch, slot: toHex(key.slice(27)), value: toHex(value) }
}

async function compareSlots(slots: readonly Slot[], rpc: GatewayRpc, block: string): Promise<Difference[]> {
  if (slots.length === 0) return []
  const byAddress = new Map<string, Slot[]>()
  for (const slot of slots) byAddress.set(slot.address, [...(byAddress.get(slot.address) ?? []), slot])
  const question = Object.fromEntries(Array.from(byAddress, ([address, of]) => [address, of.map(({ slot }) => slot)]))
  const answer = fieldsOf(await rpc.call('eth_getStorageValues', [question, block]), 'storage values')
  return Array.from(byAddress).flatMap(([address, of]) => {
    const values = listOf(answer[address], 'values of an account', (value) => BigInt(toHex(bytesOf(value, 'a value', 32))))
    return of.flatMap(({ slot, value }, i) => {
      const own = BigInt(value)
      const theirs = values[i] ?? 0n
      return own === theirs ? [] : [{ address, what: `slot ${slot}`, own: `0x${own.toString(16)}`, theirs: `0x${theirs.toString(16)}` }]
    })
  })
}
