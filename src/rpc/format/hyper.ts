// Owns: the JSON of sessions, messages and bundles.
// Called by: handlers/hyper.ts, subscriptions.ts.

import type { BundleState, Message, SentBundle, SessionView, StoredSession } from '../../hyper/reader.js'
import { unreachable } from '../../assert.js'
import { toHex } from '../../primitives.js'
import { quantity } from './quantity.js'
import type { Json } from './quantity.js'

type Part = { chainId: number; transactionHash: Uint8Array }

export function formatParts(parts: readonly Part[]): Json[] {
  return parts.map(({ chainId, transactionHash }) => ({ chainId: quantity(chainId), transactionHash: toHex(transactionHash) }))
}

export function formatSession({ batch, place, blocks, record }: StoredSession): Json {
  return {
    session: toHex(record.id),
    status: 'committed',
    kind: record.work.kind,
    batch: quantity(batch),
    index: quantity(place),
    transactions: formatParts(record.own),
    legs: formatParts(record.legs),
    blocks: blocks.map(({ chainId, number, hash }) => ({ chainId: quantity(chainId), number: quantity(number), hash: toHex(hash) })),
    refused: record.refuse === null ? null : record.refuse.error,
    crossCalls: quantity(record.transcript.filter(({ kind }) => kind === 'call').length),
  }
}

export function formatSessionView(view: SessionView): Json {
  return view.kind === 'committed' ? formatSession(view.session) : { session: toHex(view.id), kind: 'bundle', ...formatBundleState(view.state) }
}

export function formatBundle({ session, transactions, state }: SentBundle): Json {
  return { session: toHex(session), transactions: formatParts(transactions), ...formatBundleState(state) }
}

function formatBundleState(state: BundleState): Json {
  return state.kind === 'failed' ? { status: 'failed', reason: state.reason } : { status: state.kind }
}

export function formatMessage({ id, from, content, status }: Message): Json {
  return {
    messageId: toHex(id),
    from: {
      chainId: quantity(from.chainId),
      sender: toHex(content.sender),
      transactionHash: toHex(from.transactionHash),
      blockNumber: quantity(from.block),
      logIndex: quantity(from.logIndex),
    },
    to: { chainId: quantity(content.toChainId), target: toHex(content.target) },
    nonce: quantity(content.nonce),
    value: quantity(content.value),
    gasLimit: quantity(content.gasLimit),
    data: toHex(content.data),
    ...formatStatus(status),
  }
}

/** `failed`: it was delivered and its target reverted; anybody can retry it at the portal. */
function formatStatus(status: Message['status']): Json {
  switch (status.kind) {
    case 'waiting':
      return { status: 'waiting' }
    case 'delivered':
      return {
        status: status.success === false ? 'failed' : 'delivered',
        session: toHex(status.session),
        deliveryTransactionHash: toHex(status.transactionHash),
      }
    default:
      return unreachable(status)
  }
}
