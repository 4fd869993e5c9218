// The load of the session benchmark: senders that use a counter, on their own lane or through a proxy on another: the same two contracts.
// Owns deploying them, signing ahead and the exact end state; the clock in between belongs to measure.ts.
import { decodeFunctionResult, encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import { compileCrossLane, portal, portalAbi } from '../../test/e2e/crosslane/contracts.js'
import { hex, seededAccounts } from './accounts.js'
import { deploy, fromHex, transact } from './deploy.js'
import { fund } from './funding.js'
import { batch, call, currentFees, type Lane } from './lane.js'
import type { SignedPlan } from './payments.js'
import { signTransaction } from './transaction.js'

/** `far` null: the counter is on the senders' own lane. */
export type CounterCallOptions = { near: Lane; far: Lane | null; seed: string; scope: string; senders: number; perSender: number }

export type CounterCalls = SignedPlan & { far: Lane | null; counter: Uint8Array }

/** A first use takes 120,000 gas (it makes the caller's proxy there), later ones half of it. */
const GAS_LIMIT = 300_000n

const { Counter, CounterUser } = compileCrossLane()

/** Fresh contracts and senders, funded, with all their transactions signed. The first use is done, so that what is measured is a later one. */
export async function prepareCounterCalls(options: CounterCallOptions): Promise<CounterCalls> {
  const { near, far, seed, scope, perSender } = options
  const counter = await deploy(far ?? near, fromHex(Counter.bytecode))
  const standIn = far === null ? hex(counter) : await proxyOf(near, counter, far)
  const user = await deploy(near, fromHex(encodeDeployData({ ...CounterUser, args: [standIn] })))
  const data = fromHex(encodeFunctionData({ abi: CounterUser.abi, functionName: 'use', args: [1n] }))
  await transact(near, { to: user, data })

  const fees = await currentFees(near)
  const accounts = seededAccounts(seed, `${scope}/caller`, options.senders)
  await fund(
    near,
    accounts.map(({ address }) => address),
    BigInt(perSender) * GAS_LIMIT * fees.maxFeePerGas,
  )
  const fields = { chainId: near.chainId, fees, gasLimit: GAS_LIMIT, to: user, value: 0n, data }
  const senders = accounts.map((account) => ({
    transactions: Array.from({ length: perSender }, (_, nonce) => signTransaction({ ...fields, nonce: BigInt(nonce) }, account)),
  }))
  return { lane: near, senders, far, counter }
}

/** Every receipt has status 1 and, where it crossed, its legs; the counter has counted all of them. */
export async function checkCounterCalls({ lane, senders, far, counter }: CounterCalls): Promise<void> {
  const hashes = senders.flatMap(({ transactions }) => transactions.map(({ hash }) => hash))
  const receipts = await batch<{ status: string; hyper?: { legs: unknown[] } } | null>(
    lane,
    hashes.map((hash) => ({ method: 'eth_getTransactionReceipt', params: [hex(hash)] })),
  )
  const right = receipts.filter((receipt) => receipt?.status === '0x1' && (receipt.hyper?.legs.length ?? 0) === (far === null ? 0 : 1)).length
  if (right < hashes.length) throw new Error(`${hashes.length - right} of ${hashes.length} receipts are missing, failed or without a leg`)
  const data = encodeFunctionData({ abi: Counter.abi, functionName: 'total' })
  const answer = await call(far ?? lane, 'eth_call', [{ to: hex(counter), data }, 'latest'])
  const total = decodeFunctionResult({ abi: Counter.abi, functionName: 'total', data: answer as Hex })
  if (total !== BigInt(hashes.length + 1)) throw new Error(`the counter says ${String(total)} after ${hashes.length + 1} uses`)
}

async function proxyOf(near: Lane, counter: Uint8Array, far: Lane): Promise<Hex> {
  const args = [hex(counter), far.chainId] as const
  await transact(near, {
    to: fromHex(portal),
    data: fromHex(encodeFunctionData({ abi: portalAbi, functionName: 'createCrossChainProxy', args })),
  })
  const data = encodeFunctionData({ abi: portalAbi, functionName: 'computeCrossChainProxyAddress', args })
  const answer = await call(near, 'eth_call', [{ to: portal, data }, 'latest'])
  return decodeFunctionResult({ abi: portalAbi, functionName: 'computeCrossChainProxyAddress', data: answer as Hex })
}
