// One JSON-RPC endpoint as the benchmark's preparation and checks use it: calls and batches that throw on an error.
// Convenient, not lean: nothing here runs while the clock does (generator-child.ts does).
import type { Fees } from './transaction.js'

/** Below the batch bounds of common servers (geth 1,000, many gateways 100). */
const BATCH_CALLS_MAX = 50
const BASE_FEE_HEADROOM = 20n
const TIP_WEI = 1_000_000_000n

export type Call = { method: string; params: unknown[] }
export type Lane = { url: URL; chainId: bigint }

export type Receipt = {
  status: string
  blockNumber: string
  gasUsed: string
  effectiveGasPrice: string
  contractAddress: string | null
  logs: unknown[]
}

export async function openLane(address: string): Promise<Lane> {
  const url = new URL(address)
  if (url.protocol !== 'http:') throw new Error(`${address}: only http:// URLs can be measured`)
  return { url, chainId: BigInt(await call({ url }, 'eth_chainId', [])) }
}

export async function call<Result = string>(lane: Pick<Lane, 'url'>, method: string, params: unknown[]) {
  const [result] = await batch<Result>(lane, [{ method, params }])
  return result as Result
}

/** Results in the order of the calls, however many; the first error ends it. */
export async function batch<Result = string>(lane: Pick<Lane, 'url'>, calls: Call[]): Promise<Result[]> {
  const results: Result[] = []
  for (let start = 0; start < calls.length; start += BATCH_CALLS_MAX) {
    results.push(...(await postBatch<Result>(lane.url, calls.slice(start, start + BATCH_CALLS_MAX))))
  }
  return results
}

/** A fee cap that a rising base fee does not reach during one run. */
export async function currentFees(lane: Lane): Promise<Fees> {
  const gasPrice = BigInt(await call(lane, 'eth_gasPrice', []))
  return { maxFeePerGas: gasPrice * BASE_FEE_HEADROOM + TIP_WEI, maxPriorityFeePerGas: TIP_WEI }
}

type BatchItem = { id: number; result?: unknown; error?: { code: number; message: string } }

async function postBatch<Result>(url: URL, calls: Call[]): Promise<Result[]> {
  const body = JSON.stringify(calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params })))
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const text = await response.text()
  const items: unknown = JSON.parse(text)
  if (!Array.isArray(items)) throw new Error(`${url}: a batch was answered with ${text.slice(0, 300)}`)
  const byId = new Map((items as BatchItem[]).map((item) => [item.id, item]))
  return calls.map(({ method }, id) => {
    const item = byId.get(id)
    if (!item) throw new Error(`${url}: ${method} got no answer in its batch`)
    if (item.error) throw new Error(`${url}: ${method}: ${item.error.message} (${item.error.code})`)
    return item.result as Result
  })
}
