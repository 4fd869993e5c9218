// Owns: the file of a Buddy's private key, or of another secret: made once, whole or not at all, readable by its owner only.
// Does not own: the key itself (signer.ts).
// Called by: node.ts, buddy-node.ts, commands, the files of hyper that need a key.

import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, errorText } from '../errors.js'
import { syncFolder, writeSynced } from '../whole-file.js'
import { createSigner, newPrivateKey, privateKeyFromPem } from './signer.js'
import type { Signer } from './signer.js'

const ownerOnly = 0o600

/** The key of the file, which is made when there is none. @throws AppError 'config-invalid', 'store-failed' */
export function openKeyFile(file: string): { signer: Signer; made: boolean } {
  const made = makeSecretFile(file, () => newPrivateKey().export({ format: 'pem', type: 'pkcs8' }).toString())
  return { signer: readKeyFile(file), made }
}

/** @throws AppError 'config-invalid' when there is no key in it, or others may read it. */
export function readKeyFile(file: string): Signer {
  const key = privateKeyFromPem(readSecretFile(file))
  if (key === null) throw new AppError('config-invalid', `${file} is not an Ed25519 private key in PEM`, { file })
  return createSigner(key)
}

/** @throws AppError 'config-invalid' when it cannot be read, or others may read it. */
export function readSecretFile(file: string): string {
  try {
    const { mode } = statSync(file)
    // Windows has no such bits.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new AppError('config-invalid', `${file} can be read or written by others than its owner: chmod 600 ${file}`, { file })
    }
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('config-invalid', `cannot read the key file ${file}: ${errorText(error)}`, { file })
  }
}

/**
 * False when there is one already. A crash in between leaves no half a key: the name is given to a file that is on disk.
 * @throws AppError 'store-failed'
 */
export function makeSecretFile(file: string, make: () => string): boolean {
  if (existsSync(file)) return false
  const draft = `${file}.${process.pid}.new`
  try {
    mkdirSync(dirname(file), { recursive: true })
    rmSync(draft, { force: true })
    writeSynced(draft, make(), { mode: ownerOnly })
    linkSync(draft, file)
    syncFolder(dirname(file))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new AppError('store-failed', `cannot make the key file ${file}: ${errorText(error)}`, { file })
  } finally {
    rmSync(draft, { force: true })
  }
}
