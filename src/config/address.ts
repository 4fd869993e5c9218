// Owns: host:port as people write it, and the URL of a server there.
// Called by: hyper-settings.ts, buddy-config.ts, the schemas; whoever serves.

import { AppError } from '../errors.js'

export type Address = { host: string; port: number }

/** IPv6 in brackets. */
export const addressPattern = /^(\[[0-9a-fA-F:.]+\]|[^\s:@[\]]+):\d{1,5}$/

/** Of a text that has the form. @throws AppError 'config-invalid' for a port that does not exist. */
export function addressOf(text: string): Address {
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  if (port > 65_535) throw new AppError('config-invalid', `${text}: the port must be at most 65535`)
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port }
}

export function httpUrl({ host, port }: Address): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
