// The table as a whole: names, routes, summaries, namespaces.

import assert from 'node:assert/strict'
import test from 'node:test'
import { methods } from '../../../src/rpc/methods.js'
import { rpcModules } from '../../../src/rpc/handlers/node.js'

/** Everything of the execution API's eth namespace but eth_simulateV1 and block access lists. */
const executionApi = [
  'accounts',
  'baseFee',
  'blobBaseFee',
  'blockNumber',
  'call',
  'capabilities',
  'chainId',
  'coinbase',
  'config',
  'createAccessList',
  'estimateGas',
  'feeHistory',
  'fillTransaction',
  'gasPrice',
  'getBalance',
  'getBlockByHash',
  'getBlockByNumber',
  'getBlockReceipts',
  'getBlockTransactionCountByHash',
  'getBlockTransactionCountByNumber',
  'getCode',
  'getFilterChanges',
  'getFilterLogs',
  'getLogs',
  'getProof',
  'getStorageAt',
  'getStorageValues',
  'getTransactionByBlockHashAndIndex',
  'getTransactionByBlockNumberAndIndex',
  'getTransactionByHash',
  'getTransactionCount',
  'getTransactionReceipt',
  'getUncleCountByBlockHash',
  'getUncleCountByBlockNumber',
  'maxPriorityFeePerGas',
  'newBlockFilter',
  'newFilter',
  'newPendingTransactionFilter',
  'sendRawTransaction',
  'sendTransaction',
  'sign',
  'signTransaction',
  'syncing',
  'uninstallFilter',
]

test('the execution API is there', () => {
  assert.deepEqual(
    executionApi.filter((name) => methods[`eth_${name}`] === undefined),
    [],
  )
})

test('whatever signs exists in dev mode only', () => {
  const signing = Object.entries(methods).filter(([name]) => /sign|_sendTransaction$/i.test(name))
  assert.ok(signing.length >= 6)
  for (const [name, { route }] of signing) assert.equal(route, 'dev', name)
})

test('every row says what it does in one sentence, and names its parameters once', () => {
  for (const [name, { summary, params }] of Object.entries(methods)) {
    assert.match(summary, /^[A-Z].*\.$/, name)
    assert.equal(new Set(params.map((codec) => codec.name)).size, params.length, name)
  }
})

test('no required parameter comes after an optional one', () => {
  for (const [name, { params }] of Object.entries(methods)) {
    const firstOptional = params.findIndex(({ required }) => !required)
    if (firstOptional >= 0)
      assert.equal(
        params.slice(firstOptional).some(({ required }) => required),
        false,
        name,
      )
  }
})

test('rpc_modules tells the namespaces of the table', () => {
  const spaces = new Set(Object.keys(methods).map((name) => name.split(/[._]/, 1)[0]!))
  for (const alias of ['hardhat', 'personal', 'realtime']) spaces.delete(alias)
  assert.deepEqual(Object.keys(rpcModules()).sort(), [...spaces].sort())
})
