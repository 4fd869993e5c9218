// Owns: the bank's books: every token and every wei is somewhere, and every session is whole on all its lanes.
// Does not own: the load (bank-load.ts). Called by: bank.ts.

import assert from 'node:assert/strict'
import { parseAbi, parseEventLogs, type RpcLog } from 'viem'
import type { Gateway } from '../gateway.js'
import { post, rpc, type Json } from '../rpc.js'
import type { Told } from './bank-load.js'
import { bankLanes, call, type Bank } from './bank-setup.js'
import { portal } from './contracts.js'

/** What has been looked at so far. `burnt` is over all lanes. */
export type Books = { audited: Map<number, number>; burnt: bigint; sessions: number; moves: number; failures: number }

export const newBooks = (): Books => ({ audited: new Map(bankLanes.map((chainId) => [chainId, -1])), burnt: 0n, sessions: 0, moves: 0, failures: 0 })

const batchMax = 100
const zeroAddress = `0x${'00'.repeat(20)}`
const systemType = '0x7e'
const movesAbi = parseAbi([
  'event MovedOut(address indexed from, uint256 indexed toChainId, address indexed to, uint256 amount)',
  'event MovedIn(uint256 indexed fromChainId, address indexed to, uint256 amount)',
])

/** Everything since the last audit. Nothing may be under way. */
export async function audit(bank: Bank, gateway: Gateway, books: Books, told: readonly Told[]): Promise<void> {
  await everyReceiptIsThere(gateway, told)
  const receipts: Sited[] = []
  for (const chainId of bankLanes) receipts.push(...(await newReceipts(gateway, chainId, books)))
  sessionsAreWhole(receipts)
  movesArrived(receipts, books)
  books.sessions += new Set(receipts.flatMap(({ receipt }) => receipt.hyper?.session ?? [])).size
  books.failures += receipts.filter(({ receipt }) => receipt.status === '0x0').length
  await tokensAreExact(bank, gateway)
  await nativeIsExact(bank, gateway, books)
}

type Sited = { chainId: number; receipt: Json }

async function everyReceiptIsThere(gateway: Gateway, told: readonly Told[]): Promise<void> {
  for (const chainId of bankLanes) {
    const own = told.filter((one) => one.chainId === chainId).map(({ receipt }) => receipt)
    const found = await many(
      gateway.laneUrl(chainId),
      'eth_getTransactionReceipt',
      own.map(({ transactionHash }) => [transactionHash]),
    )
    assert.deepEqual(found, own, `receipts that were given on lane ${chainId}`)
  }
}

/** Of the blocks since the last audit; what their transactions burnt is added up. */
async function newReceipts(gateway: Gateway, chainId: number, books: Books): Promise<Sited[]> {
  const url = gateway.laneUrl(chainId)
  const from = books.audited.get(chainId)! + 1
  const head = Number(await rpc(url, 'eth_blockNumber'))
  const numbers = Array.from({ length: Math.max(0, head - from + 1) }, (_, i) => `0x${(from + i).toString(16)}`)
  const blocks = await many(
    url,
    'eth_getBlockByNumber',
    numbers.map((number) => [number, false]),
  )
  const receipts = await many(
    url,
    'eth_getBlockReceipts',
    numbers.map((number) => [number]),
  )
  for (const [i, block] of blocks.entries())
    for (const { type, gasUsed } of receipts[i]) if (type !== systemType) books.burnt += BigInt(gasUsed) * BigInt(block.baseFeePerGas)
  books.audited.set(chainId, head)
  return receipts.flat().map((receipt) => ({ chainId, receipt }))
}

/** S11. Both sides of a session name each other, and what one side names is there. */
function sessionsAreWhole(receipts: readonly Sited[]): void {
  const key = (chainId: number, hash: string): string => `${chainId}:${hash}`
  const found = new Map(receipts.map((one) => [key(one.chainId, one.receipt.transactionHash), one]))
  for (const { chainId, receipt } of receipts) {
    if (receipt.hyper === undefined) {
      assert.notEqual(receipt.type, systemType, 'what came from another lane names its session')
      continue
    }
    for (const leg of receipt.hyper.legs) {
      const other = found.get(key(Number(leg.chainId), leg.transactionHash))
      assert.ok(other, `lane ${Number(leg.chainId)} has no ${leg.transactionHash}, which lane ${chainId} names in session ${receipt.hyper.session}`)
      assert.equal(other.receipt.hyper?.session, receipt.hyper.session)
      const back = other.receipt.hyper.legs.map((one: Json) => key(Number(one.chainId), one.transactionHash))
      assert.ok(back.includes(key(chainId, receipt.transactionHash)), 'the other side names this one')
    }
  }
}

/** Within each session, what left for a lane arrived there, and nothing else did. */
function movesArrived(receipts: readonly Sited[], books: Books): void {
  const left: string[] = []
  const arrived: string[] = []
  for (const { chainId, receipt } of receipts) {
    const session: string = receipt.hyper?.session
    for (const { address, eventName, args } of parseEventLogs({ abi: movesAbi, logs: receipt.logs as RpcLog[] })) {
      const [list, from, to] = eventName === 'MovedOut' ? [left, chainId, args.toChainId] : [arrived, args.fromChainId, chainId]
      list.push([session, address, from, to, args.to, args.amount].join())
    }
  }
  assert.deepEqual(arrived.sort(), left.sort())
  books.moves += left.length
}

async function tokensAreExact(bank: Bank, gateway: Gateway): Promise<void> {
  for (const token of [bank.gold, bank.iron]) {
    const read = (chainId: number, functionName: string, args: unknown[] = []) =>
      rpc(gateway.laneUrl(chainId), 'eth_call', [{ to: token, data: call('LaneToken', functionName, args) }, 'latest']).then(BigInt)
    assert.equal(sum(await Promise.all(bankLanes.map((chainId) => read(chainId, 'totalSupply')))), bank.supply, `supply of ${token}`)
    // The swap contracts hold nothing between two sessions, neither at home nor elsewhere.
    for (const [home, { swap }] of bank.onLane) {
      const elsewhere = await rpc(gateway.laneUrl(home), 'eth_call', [{ to: swap, data: call('RemoteSwap', 'accountElsewhere', []) }, 'latest'])
      const holders = bankLanes.map((chainId) => read(chainId, 'balanceOf', [chainId === home ? swap : `0x${elsewhere.slice(-40)}`]))
      assert.equal(sum(await Promise.all(holders)), 0n, `the swap contract of lane ${home}`)
    }
  }
}

/** Whoever had ether at genesis or could have got some; no contract of the bank takes any. */
async function nativeIsExact(bank: Bank, gateway: Gateway, books: Books): Promise<void> {
  const addresses = [...bank.accounts.map(({ address }) => address), zeroAddress, portal]
  const total = async (tag: string): Promise<bigint> => {
    const perLane = bankLanes.map((chainId) =>
      many(
        gateway.laneUrl(chainId),
        'eth_getBalance',
        addresses.map((address) => [address, tag]),
      ),
    )
    return sum((await Promise.all(perLane)).flat().map(BigInt))
  }
  assert.equal((await total('latest')) + books.burnt, await total('0x0'), 'ether over all lanes')
}

async function many(url: string, method: string, paramsEach: unknown[][]): Promise<Json[]> {
  const results: Json[] = []
  for (let from = 0; from < paramsEach.length; from += batchMax) {
    const requests = paramsEach.slice(from, from + batchMax).map((params, id) => ({ jsonrpc: '2.0', id, method, params }))
    const answers = (await post(url, JSON.stringify(requests))).json() as { result?: Json; error?: Json }[]
    for (const { result, error } of answers) {
      if (error !== undefined) throw new Error(`${method}: ${error.message}`)
      results.push(result)
    }
  }
  return results
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}
