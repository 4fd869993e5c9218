// Deployments and calls of a dev account outside the clock. Owns the gas they get; what is deployed is the caller's.
import { hex } from './accounts.js'
import { findPayers } from './funding.js'
import { call, currentFees, type Lane, type Receipt } from './lane.js'
import { waitForReceipts } from './receipts.js'
import { signTransaction } from './transaction.js'

const GAS = 6_000_000n

/** Mined, with status 1. */
export async function transact(lane: Lane, { to, data }: { to: Uint8Array | null; data: Uint8Array }): Promise<Receipt> {
  const [payer] = await findPayers(lane, 0n)
  const fees = await currentFees(lane)
  const fields = { chainId: lane.chainId, nonce: payer!.nonce, fees, gasLimit: GAS, value: 0n }
  const signed = signTransaction({ ...fields, to, data }, payer!.account)
  await call(lane, 'eth_sendRawTransaction', [hex(signed.raw)])
  const [receipt] = await waitForReceipts(lane, [signed.hash])
  if (receipt?.status !== '0x1') throw new Error(`${lane.url}: a transaction of the preparation failed`)
  return receipt
}

export async function deploy(lane: Lane, code: Uint8Array): Promise<Uint8Array> {
  const { contractAddress } = await transact(lane, { to: null, data: code })
  if (!contractAddress) throw new Error(`${lane.url}: no contract was made`)
  return fromHex(contractAddress)
}

export function fromHex(text: string): Uint8Array {
  return Buffer.from(text.replace(/^0x/, ''), 'hex')
}
