// Owns: the durable Store on LevelDB; the only file that imports the level package.
// Does not own: the layout of keys (schema.ts) or when to sync (the writer decides).
// Called by: node.ts and the lane worker, which open one folder each.

import { resolve } from 'node:path'
import { Level } from 'level'
import { AppError, errorText } from '../errors.js'
import type { Store, StoreEntry, StoreOp, StoreRange } from './store.js'

/** What a store may keep in memory beside what its user keeps. */
export type StoreMemory = { cacheBytes: number; writeBufferBytes: number }

const ample: StoreMemory = { cacheBytes: 32 * 1024 * 1024, writeBufferBytes: 16 * 1024 * 1024 }

type Db = Level<Uint8Array, Uint8Array>

/** No table has this prefix (schema.ts). A batch without operations would not be written at all. */
const nobodysKey = Uint8Array.of(0xff)

/**
 * Folders this thread has open. LevelDB guards a folder with a POSIX record lock, which belongs to the process and is lost as soon as the
 * process closes any descriptor of the lock file, as LevelDB does when it refuses a second open in the same process (measured: after
 * that another process got in). So LevelDB must not see the second attempt.
 */
const openHere = new Set<string>()

/**
 * Opens (or creates) the folder. LevelDB's own lock refuses a second opener, also from another process.
 * @throws AppError `store-in-use` when the folder is open elsewhere, `store-corrupt` or `store-failed` otherwise.
 */
export async function openLevelStore(folder: string, memory = ample): Promise<Store> {
  const path = resolve(folder)
  if (openHere.has(path)) throw inUse(folder)
  openHere.add(path)
  const db: Db = new Level(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: memory.cacheBytes,
    writeBufferSize: memory.writeBufferBytes,
  })
  try {
    await db.open()
  } catch (error) {
    openHere.delete(path)
    throw openError(error, folder)
  }
  return new LevelStore(db, path)
}

class LevelStore implements Store {
  readonly #db: Db
  readonly #folder: string

  constructor(db: Db, folder: string) {
    this.#db = db
    this.#folder = folder
  }

  getSync(key: Uint8Array): Uint8Array | undefined {
    return this.#db.getSync(key)
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#db.get(key)
  }

  getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#db.getMany(keys)
  }

  async batch(ops: StoreOp[], options?: { sync?: boolean }): Promise<void> {
    try {
      // An array of operations is copied one by one before it goes to LevelDB, which takes twice as long in this thread.
      const batch = this.#db.batch()
      for (const op of ops) {
        if (op.type === 'put') batch.put(op.key, op.value)
        else batch.del(op.key)
      }
      await (options?.sync === true ? batch.write({ sync: true }) : batch.write())
    } catch (error) {
      throw new AppError('store-failed', `cannot write to ${this.#folder}: ${errorText(error)}`)
    }
  }

  /** LevelDB has one log: a synced write takes with it what was written before. */
  sync(): Promise<void> {
    return this.batch([{ type: 'del', key: nobodysKey }], { sync: true })
  }

  iterate(range: StoreRange): AsyncIterable<StoreEntry> {
    return this.#db.iterator(range)
  }

  async close(): Promise<void> {
    await this.#db.close()
    openHere.delete(this.#folder)
  }
}

function inUse(folder: string): AppError {
  return new AppError('store-in-use', `data folder is in use: ${folder}`, { folder })
}

function openError(error: unknown, folder: string): AppError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const detail = errorText(cause)
  if (code === 'LEVEL_LOCKED') return inUse(folder)
  if (code === 'LEVEL_CORRUPTION') return new AppError('store-corrupt', `data folder is damaged: ${folder}: ${detail}`, { folder })
  return new AppError('store-failed', `cannot open data folder ${folder}: ${detail}`, { folder })
}
