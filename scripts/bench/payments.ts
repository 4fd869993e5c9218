// The write load of a lane: senders that each repeat one payment, and the exact end state it must leave.
// Owns signing ahead and checking afterwards; the clock in between belongs to measure.ts.
import { hex, seededAccounts, type Account } from './accounts.js'
import { fund } from './funding.js'
import { callBody, postBytes } from './http-message.js'
import type { ConnectionPlan, Step } from './job.js'
import { batch, currentFees, type Lane } from './lane.js'
import { waitForSuccess } from './receipts.js'
import { balanceOfCall, deployToken, transferData } from './token.js'
import { signTransaction, type SignedTransaction } from './transaction.js'

export type PaymentKind = 'native' | 'erc20'
/** When a step of the plan waits for its receipt: only the sender's last one (throughput), or each (latency). */
export type Settle = 'last' | 'each'

export type PaymentOptions = { kind: PaymentKind; seed: string; scope: string; senders: number; perSender: number }

export type SenderLoad = { account: Account; recipient: Uint8Array; transactions: SignedTransaction[] }
export type PaymentLoad = {
  lane: Lane
  kind: PaymentKind
  token: Uint8Array | null
  funded: bigint
  senders: SenderLoad[]
}

const PAYMENT = 1_000n
/** A first ERC-20 transfer to a fresh account takes 51,000 gas, later ones 34,000. */
const GAS_LIMIT: Record<PaymentKind, bigint> = { native: 21_000n, erc20: 80_000n }

/** Fresh senders, funded (and given tokens), with all their transactions signed. */
export async function preparePayments(lane: Lane, options: PaymentOptions): Promise<PaymentLoad> {
  const { kind, seed, scope, perSender } = options
  const accounts = seededAccounts(seed, `${scope}/sender`, options.senders)
  const recipients = seededAccounts(seed, `${scope}/recipient`, options.senders).map(({ address }) => address)
  const fees = await currentFees(lane)
  const gasLimit = GAS_LIMIT[kind]
  const funded = BigInt(perSender) * (gasLimit * fees.maxFeePerGas + PAYMENT)
  const holders = accounts.map(({ address }) => address)
  await fund(lane, holders, funded)
  const token = kind === 'erc20' ? await deployToken(lane, holders, tokensEach(perSender)) : null
  const senders = accounts.map((account, index) => {
    const recipient = recipients[index]!
    const payment = token
      ? { to: token, value: 0n, data: transferData(recipient, PAYMENT) }
      : { to: recipient, value: PAYMENT, data: new Uint8Array(0) }
    const transactions = Array.from({ length: perSender }, (_, nonce) =>
      signTransaction({ chainId: lane.chainId, nonce: BigInt(nonce), fees, gasLimit, ...payment }, account),
    )
    return { account, recipient, transactions }
  })
  return { lane, kind, token, funded, senders }
}

/** What a load has to be to become connections. */
export type SignedPlan = { lane: Lane; senders: { transactions: SignedTransaction[] }[] }

/** The same at a steady rate over all connections, as long as the server keeps up. */
export function pacedPlans(plan: SignedPlan, settle: Settle, perSecond: number): ConnectionPlan[] {
  const connections = connectionPlans(plan, settle)
  const everyMs = (1_000 * connections.length) / perSecond
  return connections.map((connection, i) => ({ ...connection, pace: { everyMs, offsetMs: (i * everyMs) / connections.length } }))
}

/** One connection per sender: its next nonce goes out as soon as the previous one is answered. */
export function connectionPlans({ lane, senders }: SignedPlan, settle: Settle): ConnectionPlan[] {
  return senders.map(({ transactions }) => ({
    host: lane.url.hostname,
    port: Number(lane.url.port || 80),
    rounds: 1,
    steps: transactions.map(({ raw, hash }, index): Step => {
      const request = postBytes(lane.url, callBody(index, 'eth_sendRawTransaction', [hex(raw)]))
      if (settle === 'last' && index < transactions.length - 1) return { request }
      return { request, poll: postBytes(lane.url, callBody(index, 'eth_getTransactionReceipt', [hex(hash)])) }
    }),
  }))
}

/** Every receipt has status 1, every nonce and balance is exact to the wei; throws at the first that is not. */
export async function checkPayments(load: PaymentLoad): Promise<void> {
  const { lane, senders, kind, token, funded } = load
  const hashes = senders.flatMap(({ transactions }) => transactions.map(({ hash }) => hash))
  const receipts = await waitForSuccess(lane, hashes)

  const askAll = async (method: string, addresses: Uint8Array[]) =>
    (
      await batch(
        lane,
        addresses.map((address) => ({ method, params: [hex(address), 'latest'] })),
      )
    ).map(BigInt)
  const payers = senders.map(({ account }) => account.address)
  const payees = senders.map(({ recipient }) => recipient)
  const nonces = await askAll('eth_getTransactionCount', payers)
  const payerBalances = await askAll('eth_getBalance', payers)
  const payeeBalances = await askAll('eth_getBalance', payees)

  let position = 0
  senders.forEach(({ transactions }, index) => {
    const count = BigInt(transactions.length)
    const own = receipts.slice(position, (position += transactions.length))
    const fees = own.reduce((sum, receipt) => sum + BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice), 0n)
    const moved = kind === 'native' ? PAYMENT * count : 0n
    expectEqual(`nonce of sender ${index}`, nonces[index]!, count)
    expectEqual(`balance of sender ${index}`, payerBalances[index]!, funded - moved - fees)
    expectEqual(`balance of recipient ${index}`, payeeBalances[index]!, moved)
  })
  if (token) await checkTokens(load, token)
}

async function checkTokens({ lane, senders }: PaymentLoad, token: Uint8Array): Promise<void> {
  const balances = await batch(
    lane,
    senders.flatMap(({ account, recipient }) => [balanceOfCall(token, account.address), balanceOfCall(token, recipient)]),
  )
  senders.forEach(({ transactions }, index) => {
    const moved = PAYMENT * BigInt(transactions.length)
    expectEqual(`tokens of sender ${index}`, BigInt(balances[2 * index]!), tokensEach(transactions.length) - moved)
    expectEqual(`tokens of recipient ${index}`, BigInt(balances[2 * index + 1]!), moved)
  })
}

/** Twice what a sender will send, so that what stays behind is checked too. */
function tokensEach(perSender: number): bigint {
  return 2n * PAYMENT * BigInt(perSender)
}

function expectEqual(what: string, actual: bigint, expected: bigint): void {
  if (actual !== expected) throw new Error(`end state: ${what} is ${actual}, expected ${expected}`)
}
