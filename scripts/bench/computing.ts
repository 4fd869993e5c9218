// A load that one lane's thread is the bound of: calls that compute, so that gateway and load generator have little to do for each.
// Owns the contract, signing ahead and the exact end state; the clock in between belongs to third-lane.ts.
import { encodeFunctionData, parseAbi } from 'viem'
import { hex, seededAccounts, type Account } from './accounts.js'
import { compile } from './compile.js'
import { deploy, fromHex } from './deploy.js'
import { fund } from './funding.js'
import { call, currentFees, type Lane } from './lane.js'
import { waitForSuccess } from './receipts.js'
import { signTransaction, type SignedTransaction } from './transaction.js'

export type ComputingOptions = { seed: string; scope: string; senders: number; perSender: number }
export type Computing = { lane: Lane; contract: Uint8Array; senders: { account: Account; transactions: SignedTransaction[] }[] }

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
contract Computing {
  uint256 public calls;
  function compute(uint256 rounds) external {
    bytes32 digest = bytes32(calls);
    for (uint256 i = 0; i < rounds; i++) digest = keccak256(abi.encode(digest));
    if (digest != 0) calls += 1;
  }
}`
const ABI = parseAbi(['function compute(uint256 rounds)', 'function calls() view returns (uint256)'])
/** Takes some 100,000 gas with what a transaction costs anyway. */
const ROUNDS = 400n
const GAS_LIMIT = 200_000n

/** A fresh contract and senders, funded, with all their transactions signed. */
export async function prepareComputing(lane: Lane, { seed, scope, senders, perSender }: ComputingOptions): Promise<Computing> {
  const contract = await deploy(lane, compile('Computing', SOURCE))
  const accounts = seededAccounts(seed, `${scope}/caller`, senders)
  const fees = await currentFees(lane)
  await fund(
    lane,
    accounts.map(({ address }) => address),
    BigInt(perSender) * GAS_LIMIT * fees.maxFeePerGas,
  )
  const data = fromHex(encodeFunctionData({ abi: ABI, functionName: 'compute', args: [ROUNDS] }))
  const fields = { chainId: lane.chainId, fees, gasLimit: GAS_LIMIT, to: contract, value: 0n, data }
  const plans = accounts.map((account) => ({
    account,
    transactions: Array.from({ length: perSender }, (_, nonce) => signTransaction({ ...fields, nonce: BigInt(nonce) }, account)),
  }))
  return { lane, senders: plans, contract }
}

/** Every receipt has status 1; the contract has counted all calls. */
export async function checkComputing({ lane, senders, contract }: Computing): Promise<void> {
  const hashes = senders.flatMap(({ transactions }) => transactions.map(({ hash }) => hash))
  await waitForSuccess(lane, hashes)
  const counted = BigInt(
    await call(lane, 'eth_call', [{ to: hex(contract), data: encodeFunctionData({ abi: ABI, functionName: 'calls' }) }, 'latest']),
  )
  if (counted !== BigInt(hashes.length)) throw new Error(`the contract says ${counted} after ${hashes.length} calls`)
}
