// Owns: the settings of a Buddy of its own that have a flag.
// Does not own: their bounds (buddy-schema.ts) or commander (commands/program.ts).
// Called by: commands/program.ts.

import type { BuddyConfig } from './buddy-schema.js'
import type { OptionKind } from './options.js'

export type BuddyOption = { key: keyof BuddyConfig; kind: OptionKind; argument: string }

export const buddyOptions: readonly BuddyOption[] = [
  { key: 'gateway', kind: 'text', argument: '<url>' },
  { key: 'gatewayKey', kind: 'text', argument: '<key>' },
  { key: 'genesis', kind: 'text', argument: '<file>' },
  { key: 'key', kind: 'text', argument: '<file>' },
  { key: 'listen', kind: 'text', argument: '<host:port>' },
  { key: 'peers', kind: 'list', argument: '<key@host:port,...>' },
  { key: 'followers', kind: 'list', argument: '<key,...>' },
  { key: 'dataDir', kind: 'text', argument: '<folder>' },
  { key: 'port', kind: 'number', argument: '<number>' },
  { key: 'host', kind: 'text', argument: '<address>' },
  { key: 'logLevel', kind: 'text', argument: '<level>' },
]
