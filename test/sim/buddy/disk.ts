// Owns: a log whose unsynced tail a crash takes away, in part or whole.

import { decodeRecord, encodeRecord } from '../../../src/buddy/core/codec.js'
import type { WalRecord } from '../../../src/buddy/core/types.js'
import type { Random } from '../../fixtures/random.js'

export type Disk = {
  append: (record: WalRecord) => void
  dirty: () => boolean
  sync: () => void
  /** What a reader finds after the crash. */
  crash: (prng: Random) => void
  read: () => WalRecord[]
}

export function createDisk(): Disk {
  const records: Uint8Array[] = []
  let synced = 0
  return {
    append: (record) => void records.push(encodeRecord(record)),
    dirty: () => synced < records.length,
    sync: () => {
      synced = records.length
    },
    crash: (prng) => {
      records.length = synced + prng.below(records.length - synced + 1)
      synced = records.length
    },
    read: () =>
      records.map((bytes) => {
        const record = decodeRecord(bytes)
        if (record === null) throw new Error('a record that was written cannot be read')
        return record
      }),
  }
}
