// Owns: that one data folder has one process.
// Does not own: the folder's contents.
// Called by: commands that write to the folder. The lock is the operating system's, taken by LevelDB: a killed process leaves none behind.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, errorText } from '../errors.js'
import { openLevelStore } from '../store/level-store.js'

export type DataLock = { release: () => Promise<void> }

/** @throws AppError 'store-in-use' that names the folder; 'store-failed' when it cannot be made. */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    throw new AppError('store-failed', `dataDir: cannot make ${dataDir}: ${errorText(error)}`, {
      folder: dataDir,
    })
  }
  try {
    const store = await openLevelStore(join(dataDir, 'lock'))
    return { release: () => store.close() }
  } catch (error) {
    if (error instanceof AppError && error.code === 'store-in-use') {
      throw new AppError('store-in-use', `data folder ${dataDir} is in use by another paralane process; stop it or give another --data-dir`, {
        folder: dataDir,
      })
    }
    throw error
  }
}
