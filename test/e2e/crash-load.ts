// Owns: senders that keep a lane busy and remember every receipt they were given, until their node is gone.
// Does not own: when it goes (crash.test.ts). Called by: crash.test.ts.

import { fromHex, toHex, type Address } from '../../src/primitives.js'
import { word } from '../fixtures/lane-user.js'
import type { Random } from '../fixtures/random.js'
import { signedTx, type Signer } from '../fixtures/signed-tx.js'
import type { Gateway } from './gateway.js'
import { rpc } from './rpc.js'
import { devAccount, devKey } from './token.js'

/** What a client was told. */
export type Acknowledged = { transactionHash: string; blockHash: string; blockNumber: string; status: string }

export type Load = { chainId: number; senders: LoadSender[]; acknowledged: Acknowledged[] }

export type LoadSender = { signer: Signer; nonce: bigint }

/** sstore(word 0, word 1); log1(memory 0..32, word 0). */
const runtime = '60203560003555600035602060' + '00a100'
const init = fromHex(`6f${runtime}60005260106010f3`)

export function createLoad(chainId: number, senders: number): Load {
  const signers = Array.from({ length: senders }, (_, i): Signer => ({ key: fromHex(devKey(i)), address: fromHex(devAccount(i).address) }))
  return { chainId, senders: signers.map((signer) => ({ signer, nonce: 0n })), acknowledged: [] }
}

/** The contract that every second transaction calls. */
export async function deployWriter(load: Load, url: string): Promise<Address> {
  const sender = load.senders[0] as LoadSender
  const raw = signedTx(load.chainId, 2, sender.signer, { nonce: sender.nonce++, gasLimit: 200_000n, data: init })
  const receipt = await rpc(url, 'eth_sendRawTransactionSync', [toHex(raw)])
  load.acknowledged.push(receipt)
  return fromHex(receipt.contractAddress)
}

export type Death = { onReceipt: () => void; over: () => Promise<void> }

/** `kill -9` after so many receipts at most, and then at some moment of the next milliseconds. */
export function dueDeath(gateway: Gateway, random: Random, { receiptsMax, extraMsMax }: { receiptsMax: number; extraMsMax: number }): Death {
  const killAt = 1 + random.below(receiptsMax)
  const extraMs = random.below(extraMsMax)
  let received = 0
  let killed: Promise<void> | undefined
  return {
    onReceipt: () => {
      if (++received < killAt || killed !== undefined) return
      killed = new Promise<void>((resolve) => setTimeout(resolve, extraMs)).then(() => gateway.kill9())
    },
    over: async () => killed,
  }
}

/** Each sender sends the next when the receipt of the last is there. Ends when the node does not answer any more; any answer but a receipt is thrown. */
export async function sendUntilGone(load: Load, url: string, writer: Address, onReceipt: () => void): Promise<void> {
  await Promise.all(load.senders.map((sender) => sendAll(load, sender, url, { writer, onReceipt })))
}

async function sendAll(
  load: Load,
  sender: LoadSender,
  url: string,
  { writer, onReceipt }: { writer: Address; onReceipt: () => void },
): Promise<void> {
  for (;;) {
    const { nonce, signer } = sender
    const call = { nonce, gasLimit: 100_000n, to: writer, data: fromHex(word(nonce % 64n) + word(nonce)) }
    const raw = toHex(
      signedTx(load.chainId, 2, signer, nonce % 2n === 0n ? call : { nonce, gasLimit: 21_000n, to: writer.map((byte) => byte ^ 1), value: 1n }),
    )
    const receipt = await answerOf(url, raw)
    if (receipt === undefined) return
    load.acknowledged.push(receipt)
    sender.nonce++
    onReceipt()
  }
}

async function answerOf(url: string, raw: string): Promise<Acknowledged | undefined> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransactionSync', params: [raw] })
  const text = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    .then((response) => response.text())
    .catch(() => undefined)
  if (text === undefined) return undefined
  const { result, error } = JSON.parse(text) as { result?: Acknowledged; error?: { message: string } }
  if (result === undefined) throw new Error(`eth_sendRawTransactionSync: ${error?.message}`)
  return result
}
