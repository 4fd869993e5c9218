// Transaction objects by type: which fields are there, which are null, which are absent.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { TxData } from '../../../../src/evm-lane/chain-data.js'
import { formatLocatedTx, formatTx, gasPriceOf, placeOf } from '../../../../src/rpc/format/transaction.js'
import { toHex } from '../../../../src/primitives.js'
import { address, hash } from '../fake-lane.js'

const base = { hash: hash(1), from: address(2), nonce: 3n, gas: 21_000n, to: address(4), value: 5n, input: new Uint8Array([0xab]) }
const signature = { v: 1n, r: 16n, s: 255n }
const market = { chainId: 77000n, accessList: [{ address: address(6), storageKeys: [hash(7)] }], maxFeePerGas: 100n, maxPriorityFeePerGas: 2n }

const txs: Record<string, TxData> = {
  unprotected: { type: 0, ...base, ...signature, v: 27n, chainId: null, gasPrice: 9n },
  legacy: { type: 0, ...base, ...signature, v: 154_035n, chainId: 77000n, gasPrice: 9n },
  listed: { type: 1, ...base, ...signature, chainId: 77000n, accessList: market.accessList, gasPrice: 9n },
  dynamic: { type: 2, ...base, ...signature, ...market },
  blob: { type: 3, ...base, ...signature, ...market, maxFeePerBlobGas: 8n, blobVersionedHashes: [hash(9)] },
  delegating: {
    type: 4,
    ...base,
    ...signature,
    ...market,
    authorizationList: [{ chainId: 1n, address: address(8), nonce: 0n, yParity: 1, r: 2n, s: 3n }],
  },
  system: { type: 0x7e, ...base, to: null, sourceHash: hash(10), mint: 11n, isSystemTx: true },
}

const common = [
  'blockHash',
  'blockNumber',
  'blockTimestamp',
  'from',
  'gas',
  'gasPrice',
  'hash',
  'input',
  'nonce',
  'to',
  'transactionIndex',
  'value',
  'type',
  'v',
  'r',
  's',
]
const fee = ['maxFeePerGas', 'maxPriorityFeePerGas']
const extra: Record<string, string[]> = {
  unprotected: [],
  legacy: ['chainId'],
  listed: ['chainId', 'accessList', 'yParity'],
  dynamic: ['chainId', 'accessList', 'yParity', ...fee],
  blob: ['chainId', 'accessList', 'yParity', ...fee, 'maxFeePerBlobGas', 'blobVersionedHashes'],
  delegating: ['chainId', 'accessList', 'yParity', ...fee, 'authorizationList'],
  system: ['sourceHash', 'mint', 'isSystemTx'],
}

for (const [kind, tx] of Object.entries(txs)) {
  test(`${kind}: exactly its fields`, () => {
    const json = formatTx(tx, null, 0)
    assert.deepEqual(Object.keys(json).sort(), [...common, ...extra[kind]!].sort())
    for (const key of ['blockHash', 'blockNumber', 'blockTimestamp', 'transactionIndex']) assert.equal(json[key], null)
  })
}

test('values are quantities and data', () => {
  const json = formatTx(txs.delegating!, null, 0)
  assert.equal(json.nonce, '0x3')
  assert.equal(json.r, '0x10')
  assert.equal(json.input, '0xab')
  assert.equal(json.type, '0x4')
  assert.equal(json.yParity, '0x1')
  assert.deepEqual(json.authorizationList, [{ chainId: '0x1', address: toHex(address(8)), nonce: '0x0', yParity: '0x1', r: '0x2', s: '0x3' }])
  assert.deepEqual(json.accessList, [{ address: toHex(address(6)), storageKeys: [toHex(hash(7))] }])
})

test('a mined transaction tells its place and the price it paid', () => {
  const position = { blockHash: hash(12), blockNumber: 13n, blockTimestamp: 14n, index: 15, baseFeePerGas: 40n }
  const json = formatLocatedTx({ tx: txs.dynamic!, position })
  assert.deepEqual(
    [json.blockHash, json.blockNumber, json.blockTimestamp, json.transactionIndex, json.gasPrice],
    [toHex(hash(12)), '0xd', '0xe', '0xf', '0x2a'],
  )
  assert.deepEqual(formatTx(txs.dynamic!, placeOf(position), 15), json)
})

test('the price never exceeds the cap; a pooled transaction shows the cap; a system transaction pays nothing', () => {
  assert.equal(gasPriceOf(txs.dynamic!, 99n), 100n)
  assert.equal(gasPriceOf(txs.dynamic!, null), 100n)
  assert.equal(gasPriceOf(txs.legacy!, 99n), 9n)
  assert.equal(gasPriceOf(txs.system!, 99n), 0n)
})

test('a system transaction leaves out a zero mint and a false isSystemTx', () => {
  const json = formatTx({ ...(txs.system as TxData & { type: 0x7e }), mint: 0n, isSystemTx: false }, null, 0)
  assert.equal('mint' in json || 'isSystemTx' in json, false)
  assert.deepEqual([json.v, json.r, json.s, json.type, json.to], ['0x0', '0x0', '0x0', '0x7e', null])
})
