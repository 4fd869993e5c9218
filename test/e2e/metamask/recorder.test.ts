// The record's checks must find what they look for: a canary for each.
import assert from 'node:assert/strict'
import test from 'node:test'
import { missingFields, repeatedBlockFields, summarize, type Exchange } from './recorder.js'

function block(fields: { number: string; hash: string; parentHash: string; stateRoot: string; gasUsed: string }, url = 'http://lane'): Exchange {
  return { url, method: 'eth_getBlockByHash', params: [], result: fields }
}

const genesis = block({ number: '0x0', hash: '0xa', parentHash: '0x0', stateRoot: '0x1', gasUsed: '0x0' })
const used = block({ number: '0x1', hash: '0xb', parentHash: '0xa', stateRoot: '0x2', gasUsed: '0x5208' })

test('a receipt without status is noticed, a null one is not a receipt', () => {
  const receipt = (result: unknown): Exchange => ({ url: 'http://lane', method: 'eth_getTransactionReceipt', params: [], result })
  const whole = Object.fromEntries(
    [
      'blockHash',
      'blockNumber',
      'contractAddress',
      'cumulativeGasUsed',
      'effectiveGasPrice',
      'from',
      'gasUsed',
      'logs',
      'logsBloom',
      'status',
      'to',
      'transactionHash',
      'transactionIndex',
      'type',
    ].map((name) => [name, '0x0']),
  )
  assert.deepEqual(missingFields([receipt(null), receipt(whole)]), [])
  const { status: _, ...rest } = whole
  assert.deepEqual(missingFields([receipt(rest)]), ['eth_getTransactionReceipt.status'])
})

test('hard-coded header fields are noticed', () => {
  assert.deepEqual(repeatedBlockFields([genesis, used, used]), [])
  const hardCoded = block({ number: '0x2', hash: '0xc', parentHash: '0xa', stateRoot: '0x2', gasUsed: '0x5208' })
  assert.deepEqual(repeatedBlockFields([genesis, used, hardCoded]), ['http://lane parentHash', 'http://lane stateRoot'])
})

test('an empty block keeps its state, and lanes are not compared with each other', () => {
  const empty = block({ number: '0x2', hash: '0xc', parentHash: '0xb', stateRoot: '0x2', gasUsed: '0x0' })
  const otherLane = block({ number: '0x0', hash: '0xa', parentHash: '0x0', stateRoot: '0x1', gasUsed: '0x0' }, 'http://other')
  assert.deepEqual(repeatedBlockFields([genesis, used, empty, otherLane]), [])
})

test('the summary counts calls and names errors', () => {
  const failed: Exchange = { url: 'http://lane', method: 'eth_estimateGas', params: [], error: { code: 3, message: 'execution reverted' } }
  assert.deepEqual(summarize([genesis, failed, failed]), ['eth_getBlockByHash x1', 'eth_estimateGas x2 errors: 3 execution reverted'])
})
