// Formatting what known-good answers say gives those answers again, field for field, over every block kind of the conformance chain.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Json } from '../../../../src/rpc/format/quantity.js'
import { formatBlock } from '../../../../src/rpc/format/block.js'
import { formatLog, formatReceipt } from '../../../../src/rpc/format/receipt.js'
import { formatTx } from '../../../../src/rpc/format/transaction.js'
import { parseBlock, parseLog, parsePlace, parseReceipt, parseTx } from './parse-json.js'

const folder = join(process.env.CONFORMANCE_DIR ?? '../shared/conformance', 'tests')
const skip = existsSync(folder) ? false : `no conformance vectors in ${folder}`

/** Non-null results of all vectors of a method. */
function resultsOf(method: string): { name: string; result: unknown }[] {
  const inside = join(folder, method)
  return readdirSync(inside).flatMap((file) => {
    const lines = readFileSync(join(inside, file), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('<< '))
    return lines
      .map((line) => ({ name: `${method}/${file}`, result: (JSON.parse(line.slice(3)) as Json).result }))
      .filter(({ result }) => result !== null && result !== undefined)
  })
}

function each(methods: string[], again: (result: never) => unknown): number {
  let count = 0
  for (const method of methods) {
    for (const { name, result } of resultsOf(method)) {
      assert.deepEqual(again(result as never), result, name)
      count++
    }
  }
  return count
}

const formatTxAgain = (json: Json): unknown =>
  formatTx(parseTx(json), parsePlace(json), json.transactionIndex === null ? 0 : Number(json.transactionIndex))

test('blocks', { skip }, () => {
  assert.ok(each(['eth_getBlockByNumber', 'eth_getBlockByHash'], (json: Json) => formatBlock(parseBlock(json))) > 5)
})

test('transactions, mined and pooled', { skip }, () => {
  const count = each(['eth_getTransactionByHash', 'eth_getTransactionByBlockHashAndIndex', 'eth_getTransactionByBlockNumberAndIndex'], formatTxAgain)
  assert.ok(count > 5)
  const pooled = resultsOf('txpool_content').flatMap(({ result }) =>
    Object.values((result as Record<string, Record<string, Record<string, Json>>>).pending!).flatMap((group) => Object.values(group)),
  )
  assert.ok(pooled.length > 0)
  for (const json of pooled) assert.deepEqual(formatTxAgain(json), json)
})

test('receipts', { skip }, () => {
  assert.ok(each(['eth_getTransactionReceipt'], (json: Json) => formatReceipt(parseReceipt(json))) > 4)
  assert.ok(each(['eth_getBlockReceipts'], (list: Json[]) => list.map((json) => formatReceipt(parseReceipt(json)))) > 2)
})

test('logs', { skip }, () => {
  assert.ok(each(['eth_getLogs'], (list: Json[]) => list.map((json) => formatLog(parseLog(json)))) > 3)
})
