// Pays fresh senders from the dev accounts, before the clock starts.
// Does not decide how much a sender needs (payments.ts does).
import { devAccounts, hex, type Account } from './accounts.js'
import { batch, currentFees, type Lane } from './lane.js'
import { waitForReceipts } from './receipts.js'
import { signTransaction } from './transaction.js'

const TRANSFER_GAS = 21_000n
const RESERVE_WEI = 10n ** 18n

/** A dev account that can pay, with the nonce of its next transaction. */
export type Payer = { account: Account; nonce: bigint }

/** The dev accounts that hold at least `amount` on this lane: anvil funds ten by default, Paralane twenty. */
export async function findPayers(lane: Lane, amount: bigint): Promise<Payer[]> {
  const accounts = devAccounts()
  const ask = (method: string, tag: string) =>
    batch(
      lane,
      accounts.map(({ address }) => ({ method, params: [hex(address), tag] })),
    )
  const balances = await ask('eth_getBalance', 'latest')
  const nonces = await ask('eth_getTransactionCount', 'pending')
  const payers = accounts
    .map((account, index) => ({ account, nonce: BigInt(nonces[index]!), balance: BigInt(balances[index]!) }))
    .filter(({ balance }) => balance >= amount + RESERVE_WEI)
  if (payers.length === 0) throw new Error(`${lane.url}: no dev account of the standard mnemonic holds ${amount} wei`)
  return payers.map(({ account, nonce }) => ({ account, nonce }))
}

export async function fund(lane: Lane, recipients: Uint8Array[], amountEach: bigint): Promise<void> {
  const payers = await findPayers(lane, amountEach * BigInt(recipients.length))
  const fees = await currentFees(lane)
  const signed = recipients.map((to, index) => {
    const payer = payers[index % payers.length]!
    const fields = { chainId: lane.chainId, nonce: payer.nonce, fees, gasLimit: TRANSFER_GAS, to, value: amountEach }
    payer.nonce += 1n
    return signTransaction({ ...fields, data: new Uint8Array(0) }, payer.account)
  })
  await batch(
    lane,
    signed.map(({ raw }) => ({ method: 'eth_sendRawTransaction', params: [hex(raw)] })),
  )
  const receipts = await waitForReceipts(
    lane,
    signed.map(({ hash }) => hash),
  )
  if (receipts.some(({ status }) => status !== '0x1')) throw new Error(`${lane.url}: a funding transfer failed`)
}
