// Owns: what a user does with the wallet on two lanes, and what each step must give.
// Does not own: the wallet (wallet.ts) or the lanes (target.ts). Called by controllers.test.ts and scripts/metamask.ts.
import assert from 'node:assert/strict'
import { encodeDeployData, encodeErrorResult, encodeFunctionData, parseAbi } from 'viem'
import { compileBox } from './contract.js'
import type { Hex, TransactionMeta } from './packages.js'
import { missingFields, repeatedBlockFields } from './recorder.js'
import type { Lane, TransactionRequest, Wallet } from './wallet.js'

export type Step = { name: string; run(): Promise<string> }

const recipient: Hex = '0x000000000000000000000000000000000000beef'
const oneEther = 10n ** 18n
const portal: Hex = '0x5041524100000000000000000000000000000001'
const portalAbi = parseAbi([
  'function createCrossChainProxy(address, uint256) returns (address)',
  'function computeCrossChainProxyAddress(address, uint256) view returns (address)',
])
const revertAbi = parseAbi(['error Error(string)'])

/** The steps in order; each returns the line to print. A later step needs the earlier ones. */
export function walletSteps(wallet: Wallet, [first, second]: readonly [Lane, Lane]): Step[] {
  const box = compileBox()
  const clients = new Map<Lane, string>()
  let boxAddress: Hex | undefined

  const send = async (lane: Lane, request: TransactionRequest): Promise<TransactionMeta> => {
    const { finished } = await wallet.send(clientOf(lane), request, 'metamask')
    return finished
  }
  const clientOf = (lane: Lane): string => {
    const client = clients.get(lane)
    assert.ok(client, `${lane.name} was not added`)
    return client
  }
  const connect = async (lane: Lane): Promise<string> => {
    clients.set(lane, wallet.addLane(lane))
    const { status, eip1559 } = await wallet.switchLane(clientOf(lane))
    assert.equal(status, 'available')
    assert.equal(eip1559, true, 'EIP-1559 is detected')
    return `${lane.name} added and selected: ${status}, EIP-1559 ${eip1559}`
  }
  const transfer = async (lane: Lane): Promise<string> => {
    const before = await balance(wallet, recipient)
    const meta = await send(lane, { to: recipient, value: hex(oneEther) })
    assertConfirmed(meta)
    assert.equal(meta.txParams.type, '0x2')
    assert.equal(meta.txReceipt?.gasUsed, '0x5208')
    assert.equal((await balance(wallet, recipient)) - before, oneEther)
    return describe(meta)
  }
  const deployed = (): Hex => {
    assert.ok(boxAddress, 'the contract was not deployed')
    return boxAddress
  }

  /** S4: the same wallet, one ordinary transaction, no word of lanes in it. */
  const callAcross = async (): Promise<string> => {
    const { provider } = wallet.selectedLane()
    const code = (await provider.request({ method: 'eth_getCode', params: [portal, 'latest'] })) as Hex
    if (code === '0x') return 'this node has no portal: its chains do not reach each other'
    const origin = [deployed(), BigInt(first.chainId)] as const
    assertConfirmed(
      await send(second, { to: portal, data: encodeFunctionData({ abi: portalAbi, functionName: 'createCrossChainProxy', args: origin }) }),
    )
    const ask = encodeFunctionData({ abi: portalAbi, functionName: 'computeCrossChainProxyAddress', args: origin })
    const proxy: Hex = `0x${((await provider.request({ method: 'eth_call', params: [{ to: portal, data: ask }, 'latest'] })) as Hex).slice(-40)}`
    const meta = await send(second, { to: proxy, data: encodeFunctionData({ abi: box.abi, functionName: 'store', args: [43n] }) })
    assertConfirmed(meta)
    const read = encodeFunctionData({ abi: box.abi, functionName: 'value' })
    assert.equal(BigInt((await provider.request({ method: 'eth_call', params: [{ to: proxy, data: read }, 'latest'] })) as Hex), 43n)
    return `${describe(meta)}, value() on ${first.name} = 43`
  }

  return [
    { name: 'add the first lane', run: () => connect(first) },
    {
      name: 'gas fees',
      async run() {
        const { gasEstimateType, gasFeeEstimates } = await wallet.gasFees(clientOf(first))
        assert.ok(Number(gasFeeEstimates['gasPrice']) > 0, 'a price comes from the lane')
        return `${gasEstimateType} ${JSON.stringify(gasFeeEstimates)}`
      },
    },
    { name: 'transfer', run: () => transfer(first) },
    {
      name: 'deploy a contract',
      async run() {
        const meta = await send(first, { data: encodeDeployData({ abi: box.abi, bytecode: box.bytecode, args: [7n] }) })
        assertConfirmed(meta)
        boxAddress = meta.txReceipt?.contractAddress ?? undefined
        assert.match(deployed(), /^0x[0-9a-f]{40}$/i)
        return `${describe(meta)} at ${deployed()}`
      },
    },
    {
      name: 'call the contract',
      async run() {
        const meta = await send(first, { to: deployed(), data: encodeFunctionData({ abi: box.abi, functionName: 'store', args: [42n] }) })
        assertConfirmed(meta)
        const data = encodeFunctionData({ abi: box.abi, functionName: 'value' })
        const value = await wallet.selectedLane().provider.request({ method: 'eth_call', params: [{ to: deployed(), data }, 'latest'] })
        assert.equal(BigInt(value as Hex), 42n)
        return `${describe(meta)}, value() = 42`
      },
    },
    { name: 'see a revert', run: () => seeRevert(wallet, clientOf(first), deployed(), encodeFunctionData({ abi: box.abi, functionName: 'refuse' })) },
    { name: 'transfer after the revert', run: () => transfer(first) },
    { name: 'add and switch to the second lane', run: () => connect(second) },
    { name: 'transfer on the second lane', run: () => transfer(second) },
    { name: 'call the contract of the first lane from the second', run: callAcross },
    { name: 'answers are whole', run: () => Promise.resolve(checkAnswers(wallet)) },
  ]
}

/** MetaMask warns before the user signs, because the estimate failed; the user signs anyway, and the receipt says failed. */
async function seeRevert(wallet: Wallet, client: string, to: Hex, data: Hex): Promise<string> {
  const { added, published, finished } = await wallet.send(client, { to, data }, 'metamask')
  assert.ok(added.simulationFails, 'the wallet warns that the transaction is likely to fail')
  // The wallet's own message is general ("Internal JSON-RPC error."); the reason is in the lane's answer, which dapps are handed.
  const estimate = wallet.exchanges.findLast(({ method }) => method === 'eth_estimateGas')?.error
  assert.equal(estimate?.code, 3)
  assert.equal(estimate.message, 'execution reverted: Box: refused')
  assert.equal(estimate.data, encodeErrorResult({ abi: revertAbi, args: ['Box: refused'] }))
  const hash = await published
  const meta = await finished
  assert.equal(meta.status, 'failed')
  const receipt = wallet.exchanges.findLast(({ method, params }) => method === 'eth_getTransactionReceipt' && (params as unknown[])[0] === hash)
  assert.equal((receipt?.result as { status?: Hex }).status, '0x0')
  return `warned: ${JSON.stringify(added.simulationFails.reason)}, lane said ${JSON.stringify(estimate.message)}; then ${meta.status}: ${meta.error?.message}`
}

function assertConfirmed(meta: TransactionMeta): void {
  assert.equal(meta.status, 'confirmed', meta.error?.message)
  assert.equal(meta.txReceipt?.status, '0x1')
  assert.equal(meta.verifiedOnBlockchain, true)
  // The wallet takes both from the block that it reads by the receipt's hash.
  assert.ok(meta.baseFeePerGas, 'baseFeePerGas of the block')
  assert.ok(meta.blockTimestamp, 'timestamp of the block')
}

function checkAnswers(wallet: Wallet): string {
  assert.deepEqual(missingFields(wallet.exchanges), [])
  assert.deepEqual(repeatedBlockFields(wallet.exchanges), [])
  // The one error that a user caused is the estimate of the call that reverts.
  const errors = wallet.exchanges.flatMap(({ method, error }) => (error ? [`${method} ${error.code}`] : []))
  assert.deepEqual(errors, ['eth_estimateGas 3'])
  return `${wallet.exchanges.length} exchanges, no field missing or repeated, one error: ${errors.join()}`
}

async function balance(wallet: Wallet, address: Hex): Promise<bigint> {
  return BigInt((await wallet.selectedLane().provider.request({ method: 'eth_getBalance', params: [address, 'latest'] })) as Hex)
}

function describe(meta: TransactionMeta): string {
  return `${meta.hash} ${meta.status} in block ${Number(meta.txReceipt?.blockNumber)}, gas ${Number(meta.txReceipt?.gasUsed)} of ${Number(meta.txParams.gas)}`
}

function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`
}
