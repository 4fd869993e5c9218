// Owns: the settings that have a flag and an environment variable, and turning their text into values.
// Does not own: their bounds (schema.ts) or commander (commands/program.ts).
// Called by: load.ts, commands/program.ts, scripts/config-reference.ts.

import type { Config } from './schema.js'

export type OptionKind = 'text' | 'number' | 'boolean' | 'list'
export type Option = {
  key: keyof Config
  kind: OptionKind
  /** What a flag's argument stands for; booleans have none. */
  argument?: string
}

export const options: readonly Option[] = [
  { key: 'port', kind: 'number', argument: '<number>' },
  { key: 'host', kind: 'text', argument: '<address>' },
  { key: 'dataDir', kind: 'text', argument: '<folder>' },
  { key: 'dev', kind: 'boolean' },
  { key: 'accounts', kind: 'number', argument: '<number>' },
  { key: 'balance', kind: 'text', argument: '<ether>' },
  { key: 'mnemonic', kind: 'text', argument: '<words>' },
  { key: 'blockTime', kind: 'number', argument: '<seconds>' },
  { key: 'gasLimit', kind: 'number', argument: '<gas>' },
  { key: 'history', kind: 'number', argument: '<blocks>' },
  { key: 'wait', kind: 'boolean' },
  { key: 'apiKeys', kind: 'list', argument: '<key,...>' },
  { key: 'rateLimit', kind: 'number', argument: '<per second>' },
  { key: 'rateLimitBurst', kind: 'number', argument: '<number>' },
  { key: 'cors', kind: 'list', argument: '<origin,...>' },
  { key: 'trustProxy', kind: 'boolean' },
  { key: 'explorerUrl', kind: 'text', argument: '<url>' },
  { key: 'silent', kind: 'boolean' },
  { key: 'logLevel', kind: 'text', argument: '<level>' },
  { key: 'senderThreads', kind: 'number', argument: '<number>' },
]

/** dataDir → --data-dir. `apiKeys` is `--api-key`, as one gives one. */
export function flagOf({ key }: { key: string }): string {
  return `--${key === 'apiKeys' ? 'api-key' : key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** dataDir → PARALANE_DATA_DIR. */
export function variableOf({ key }: Option): string {
  return `PARALANE_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** Text that is no value of its kind stays text, so that validation names the key and shows what came. */
export function parseOption({ kind }: { key: string; kind: OptionKind }, text: string): unknown {
  switch (kind) {
    case 'text':
      return text
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    case 'boolean':
      return /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : text
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
  }
}
