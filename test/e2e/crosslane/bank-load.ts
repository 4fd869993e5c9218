// Owns: what the bank's accounts do: random payments and trades between lanes, one after another each, until the process is gone.
// Does not own: when it goes (bank.ts). Called by: bank.ts.

import { encodeFunctionData, parseAbi, type Hex } from 'viem'
import type { Random } from '../../fixtures/random.js'
import type { Gateway } from '../gateway.js'
import { rpc, type Json } from '../rpc.js'
import { bankLanes, call, minedMs, rawOf, type Account, type Bank } from './bank-setup.js'
import { portal } from './contracts.js'

/** A receipt as it was given to the sender. */
export type Told = { chainId: number; receipt: Json }

const portalCallAbi = parseAbi(['function call(uint256 chainId, address target, bytes data) payable returns (bytes)'])
const amountMax = 2_000

/** Ends when the process does not answer any more. Answers the receipts that were given. */
export async function useUntilGone(bank: Bank, gateway: Gateway, random: Random, onReceipt: () => void): Promise<Told[]> {
  const told: Told[] = []
  const useOne = async (account: Account): Promise<void> => {
    for (;;) {
      const receipt = await answerOf(gateway.laneUrl(account.home), rawOf(account, order(bank, account, random)))
      if (receipt === undefined) return
      told.push({ chainId: account.home, receipt })
      onReceipt()
    }
  }
  await Promise.all(bank.accounts.map(useOne))
  return told
}

/** After a restart: what was sent and not answered may have been done or not. */
export async function nextNonces(bank: Bank, gateway: Gateway): Promise<void> {
  for (const account of bank.accounts)
    account.nonce = BigInt(await rpc(gateway.laneUrl(account.home), 'eth_getTransactionCount', [account.address, 'pending']))
}

type Order = { to: Hex; data: Hex; value?: bigint }

function order(bank: Bank, { home }: Account, random: Random): Order {
  const payee = random.pick(bank.accounts)
  const lane = random.pick(bankLanes.filter((chainId) => chainId !== home))
  const amount = BigInt(1 + random.below(amountMax))
  const [token, other] = random.chance(2) ? [bank.gold, bank.iron] : [bank.iron, bank.gold]
  const there = bank.onLane.get(lane)!
  const swap = (amountOutMin: bigint): Order => ({
    to: bank.onLane.get(home)!.swap,
    data: call('RemoteSwap', 'swap', [BigInt(lane), there.pair, token, other, amount, amountOutMin]),
  })
  switch (random.below(8)) {
    case 0:
      return { to: payee.address, data: '0x', value: amount }
    case 1:
      return { to: token, data: call('LaneToken', 'transfer', [payee.address, amount]) }
    case 2:
    case 3:
      return { to: token, data: call('LaneToken', 'moveTo', [BigInt(payee.home === home ? lane : payee.home), payee.address, amount]) }
    case 4: {
      const args = [BigInt(lane), payee.address, '0x'] as const
      return { to: portal, data: encodeFunctionData({ abi: portalCallAbi, functionName: 'call', args }), value: amount }
    }
    case 5:
      // More than the market gives: undone on every lane after all of it was done.
      return swap(1_000_000n)
    default:
      return swap(0n)
  }
}

async function answerOf(url: string, raw: Hex): Promise<Json | undefined> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransactionSync', params: [raw, minedMs] })
  const text = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    .then((response) => response.text())
    .catch(() => undefined)
  if (text === undefined) return undefined
  const { result, error } = JSON.parse(text)
  if (result === undefined) throw new Error(`eth_sendRawTransactionSync: ${error.code} ${error.message}`)
  return result
}
