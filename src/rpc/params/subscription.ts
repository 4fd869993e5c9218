// Owns: the codecs of eth_subscribe's two parameters.
// Does not own: what the subscriptions do (subscriptions.ts).
// Called by: the method table, subscriptions.ts.

import type { Hash32 } from '../../primitives.js'
import type { ParamCodec } from '../method.js'
import { asArray, asObject, invalidParams, readFixed } from './hex.js'
import { hashSchema, logFilterSchema, textSchema } from './schema.js'

/** Hashes in one transactionReceipts subscription, as geth's bound. */
const receiptHashesMax = 200

export const subscriptionKind: ParamCodec<string> = {
  name: 'subscriptionType',
  required: true,
  schema: { ...textSchema, enum: ['newHeads', 'logs', 'newPendingTransactions', 'transactionReceipts', 'hyperSessions', 'hyperHeads', 'syncing'] },
  decode: (json) => {
    if (typeof json !== 'string') throw invalidParams('expected subscription name as first argument')
    return json
  },
}

/** Read by the handler, since its meaning hangs on the first parameter. */
export const subscriptionOptions: ParamCodec<unknown> = {
  name: 'options',
  required: false,
  schema: {
    anyOf: [logFilterSchema, { type: 'boolean' }, { type: 'object', properties: { transactionHashes: { type: 'array', items: hashSchema } } }],
  },
  decode: (json) => json,
}

/** null: all transactions. */
export function readReceiptHashes(json: unknown): Hash32[] | null {
  if (json === undefined || json === null) return null
  const { transactionHashes } = asObject(json, { type: 'filters.TransactionReceiptsQuery' })
  if (transactionHashes === undefined || transactionHashes === null) return null
  const list = asArray(transactionHashes, { type: '[]common.Hash', field: 'TransactionReceiptsQuery.transactionHashes' })
  if (list.length > receiptHashesMax) {
    throw invalidParams(`exceed max number of transaction hashes allowed per transactionReceipts subscription: ${receiptHashesMax}`)
  }
  return list.length === 0 ? null : list.map((item) => readFixed(item, 32, { type: 'common.Hash' }))
}
