// Owns: the links of a block's transactions to the sessions they belong to (S6), as bytes.
// Called by: chain-store.

import { bigintToBytes, bytesToBigint } from '../../../primitives.js'
import type { Bytes } from '../../../primitives.js'
import type { SessionLink } from '../../session-protocol.js'

export type Nested = Bytes | Nested[]

/** Nothing for a block of local transactions. */
export function encodeLinks(links: (SessionLink | null)[]): Nested[] {
  if (links.every((link) => link === null)) return []
  return links.map((link) =>
    link === null ? [] : [link.session, link.legs.map(({ chainId, transactionHash }) => [bigintToBytes(BigInt(chainId)), transactionHash])],
  )
}

export function decodeLinks(items: Nested[], count: number): (SessionLink | null)[] {
  return Array.from({ length: count }, (_, i) => {
    const [session, legs] = (items[i] ?? []) as [Bytes | undefined, Nested[] | undefined]
    if (session === undefined || legs === undefined) return null
    return {
      session,
      legs: (legs as [Bytes, Bytes][]).map(([chainId, transactionHash]) => ({ chainId: Number(bytesToBigint(chainId)), transactionHash })),
    }
  })
}
