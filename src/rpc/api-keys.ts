// Owns: whether a request shows a known API key, and where it may stand.
// Called by: admission.ts.

import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Digests instead of keys: a look-up then says nothing about how much of a guess was right. */
export type KeySet = ReadonlySet<string>

export function keySet(keys: readonly string[]): KeySet {
  return new Set(keys.map(digest))
}

export function isKnownKey(keys: KeySet, shown: string): boolean {
  return keys.has(digest(shown))
}

/** `x-api-key`, `Authorization: Bearer`, or `?key=` for clients that can only be given a URL. */
export function shownKey(headers: IncomingHttpHeaders, url: string): string | null {
  const header = headers['x-api-key']
  if (typeof header === 'string') return header
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')
  if (bearer !== null) return bearer[1]!
  const query = url.indexOf('?')
  return query === -1 ? null : new URLSearchParams(url.slice(query)).get('key')
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64')
}
