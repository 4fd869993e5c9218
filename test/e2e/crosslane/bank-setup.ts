// Owns: the bank's lanes, accounts and contracts: two tokens that live on every lane, a market of them on each, and who holds what at the start.
// Does not own: the load (bank-load.ts), the checks (bank-audit.ts). Called by: bank.ts.

import { concatHex, encodeDeployData, encodeFunctionData, getContractAddress, keccak256, type Abi, type Address, type Hex } from 'viem'
import { fromHex, toHex } from '../../../src/primitives.js'
import { signedTx, type Signer } from '../../fixtures/signed-tx.js'
import { rpc, type Json } from '../rpc.js'
import type { Gateway } from '../gateway.js'
import { devAccount, devKey } from '../token.js'
import { compileCrossLane, type Compiled } from './contracts.js'

/** No transaction takes so long, on however slow a machine; one that waits longer waits for ever. */
export const minedMs = 240_000

/** Two lanes that make blocks on demand and two that make them by the clock. */
export const bankConfig = `
accounts = 64

[limits]
sendSyncMaxMs = ${minedMs}

[[lanes]]
chainId = 77040
name = "north"
production = "instant"

[[lanes]]
chainId = 77041
name = "east"
production = "instant"

[[lanes]]
chainId = 77042
name = "south"
blockTimeMs = 50

[[lanes]]
chainId = 77043
name = "west"
blockTimeMs = 200
`
export const bankLanes = [77040, 77041, 77042, 77043] as const

/** `home`: the only lane that the account sends from; it is paid on every one. */
export type Account = { signer: Signer; address: Address; home: number; nonce: bigint }
export type LaneContracts = { pair: Address; swap: Address }
export type Bank = { accounts: Account[]; gold: Address; iron: Address; onLane: Map<number, LaneContracts>; supply: bigint }

export const contracts = compileCrossLane()

/** Deploys the same code at the same address on every lane (a preinstall of each). */
const create2Deployer: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C'
const salt: Hex = `0x${'00'.repeat(32)}`
const accountsCount = 64
const tokensEach = 1_000_000n
const inMarket = 10_000_000n

export async function setUpBank(gateway: Gateway): Promise<Bank> {
  const accounts = Array.from({ length: accountsCount }, (_, i): Account => {
    const { address } = devAccount(i)
    return { signer: { key: fromHex(devKey(i)), address: fromHex(address) }, address, home: bankLanes[i % bankLanes.length]!, nonce: 0n }
  })
  // Account 0 is at home on the first lane and pays for the set-up of all; its nonces elsewhere are counted here.
  const founder = createFounder(gateway, accounts[0]!)
  const supply = tokensEach * BigInt(accountsCount) + inMarket * BigInt(bankLanes.length)
  const [gold, iron] = (await Promise.all(['GOLD', 'IRON'].map((symbol) => deployToken(founder, symbol, supply)))) as [Address, Address]
  const onLane = new Map<number, LaneContracts>()
  for (const chainId of bankLanes) {
    const there = accounts.filter(({ home }) => home === chainId)
    const share = tokensEach * BigInt(there.length) + inMarket
    const holder = accounts[0]!.address
    if (chainId !== bankLanes[0])
      for (const token of [gold, iron]) await founder(bankLanes[0], token, call('LaneToken', 'moveTo', [BigInt(chainId), holder, share]))
    const pair = (await founder(chainId, null, deployData(contracts.Pair, [gold, iron]))).contractAddress as Address
    const swap = (await founder(chainId, null, deployData(contracts.RemoteSwap, []))).contractAddress as Address
    for (const token of [gold, iron]) await founder(chainId, token, call('LaneToken', 'approve', [pair, inMarket]))
    await founder(chainId, pair, call('Pair', 'provide', [inMarket, inMarket]))
    const gifts = there.filter(({ address }) => address !== holder).flatMap(({ address }) => [gold, iron].map((token) => [token, address] as const))
    await Promise.all(gifts.map(([token, address]) => founder(chainId, token, call('LaneToken', 'transfer', [address, tokensEach]))))
    onLane.set(chainId, { pair, swap })
  }
  accounts[0]!.nonce = BigInt(await rpc(gateway.laneUrl(bankLanes[0]), 'eth_getTransactionCount', [accounts[0]!.address, 'pending']))
  await approveAll(gateway, accounts, { gold, iron, onLane })
  return { accounts, gold, iron, onLane, supply }
}

/** Every account lets the swap contract of its lane take its tokens. */
async function approveAll(gateway: Gateway, accounts: Account[], { gold, iron, onLane }: Pick<Bank, 'gold' | 'iron' | 'onLane'>): Promise<void> {
  await Promise.all(
    accounts.map(async (account) => {
      const data = call('LaneToken', 'approve', [onLane.get(account.home)!.swap, 2n ** 256n - 1n])
      for (const token of [gold, iron]) await mined(gateway, rawOf(account, { to: token, data }), account.home)
    }),
  )
}

export function call(contract: keyof typeof contracts, functionName: string, args: unknown[]): Hex {
  return encodeFunctionData({ abi: contracts[contract].abi as Abi, functionName, args })
}

/** The account's next transaction on its lane, signed. */
export function rawOf(account: Account, { to, data, value = 0n }: { to: Address; data: Hex; value?: bigint }): Hex {
  return signed(account.home, account.signer, { nonce: account.nonce++, to, data, value })
}

type Founder = (chainId: number, to: Address | null, data: Hex) => Promise<Json>

function createFounder(gateway: Gateway, { signer }: Account): Founder {
  const nonces = new Map<number, bigint>()
  return (chainId, to, data) => {
    const nonce = nonces.get(chainId) ?? 0n
    nonces.set(chainId, nonce + 1n)
    return mined(gateway, signed(chainId, signer, { nonce, to, data, value: 0n }), chainId)
  }
}

function signed(chainId: number, signer: Signer, fields: { nonce: bigint; to: Address | null; data: Hex; value: bigint }): Hex {
  const { nonce, to, value } = fields
  const whom = to === null ? {} : { to: fromHex(to) }
  const prices = { gasLimit: 3_000_000n, feeCap: 1_000_000_000_000n, tipCap: 1_000_000_000n }
  return toHex(signedTx(chainId, 2, signer, { nonce, value, data: fromHex(fields.data), ...whom, ...prices })) as Hex
}

async function mined(gateway: Gateway, raw: Hex, chainId: number): Promise<Json> {
  const receipt = await rpc(gateway.laneUrl(chainId), 'eth_sendRawTransactionSync', [raw, minedMs])
  if (receipt.status !== '0x1') throw new Error(`a transaction of the set-up failed: ${receipt.transactionHash}`)
  return receipt
}

async function deployToken(founder: Founder, symbol: string, supply: bigint): Promise<Address> {
  const code = deployData(contracts.LaneToken, [symbol, symbol, BigInt(bankLanes[0]), devAccount(0).address, supply])
  await Promise.all(bankLanes.map((chainId) => founder(chainId, create2Deployer, concatHex([salt, code]))))
  return getContractAddress({ opcode: 'CREATE2', from: create2Deployer, salt, bytecodeHash: keccak256(code) })
}

function deployData({ abi, bytecode }: Compiled, args: unknown[]): Hex {
  return encodeDeployData({ abi, bytecode, args })
}
