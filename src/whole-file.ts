// Owns: files that are there whole or not at all, also after a loss of power: written beside, synced, then given their name.
// Does not own: files of secrets, which are never replaced (buddy/key-file.ts).
// Called by: config/lane-record.ts, hyper/genesis-file.ts, hyper/follower/trusted-genesis.ts; key-file.ts.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, errorText } from './errors.js'

/** The folder must be there. @throws AppError 'store-failed'. */
export function replaceFile(path: string, text: string): void {
  const draft = `${path}.new`
  try {
    writeSynced(draft, text)
    renameSync(draft, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(draft, { force: true })
    throw new AppError('store-failed', `cannot write ${path}: ${errorText(error)}`, { path })
  }
}

/** `create`: the file must not be there, and gets this mode. */
export function writeSynced(path: string, text: string, create?: { mode: number }): void {
  const fd = create === undefined ? openSync(path, 'w') : openSync(path, 'wx', create.mode)
  try {
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Makes names given in the folder durable. Windows cannot open folders, and needs no such thing. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
