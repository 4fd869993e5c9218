// Owns: the 2,048-bit bloom of logs (Yellow Paper 4.3.1).
// Called by: receipt codec, importer checks.

import { keccak256 } from '../keccak.js'
import type { LogData } from '../../chain-data.js'

export function bloomOf(logs: readonly LogData[]): Uint8Array {
  const bloom = new Uint8Array(256)
  for (const log of logs) {
    add(bloom, log.address)
    for (const topic of log.topics) add(bloom, topic)
  }
  return bloom
}

function add(bloom: Uint8Array, item: Uint8Array): void {
  const hash = keccak256(item)
  for (let i = 0; i < 6; i += 2) {
    const bit = (((hash[i] as number) << 8) | (hash[i + 1] as number)) & 2047
    const at = 255 - (bit >> 3)
    bloom[at] = (bloom[at] as number) | (1 << (bit & 7))
  }
}
