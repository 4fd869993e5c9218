// Owns: the one synchronous keccak-256 of a lane: wasm where hash-wasm loads, noble otherwise (same results).
// Does not own: which bytes are hashed.
// Called by: the engine at start (initKeccak), then everything that hashes.

import { keccak_256 } from '@noble/hashes/sha3.js'

let hash: (bytes: Uint8Array) => Uint8Array = keccak_256
let started: Promise<void> | undefined

/** 32 bytes. Right before `initKeccak` too, only slower (32 bytes: noble 10.8 µs, wasm 1.35 µs). */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return hash(bytes)
}

/** Loads the wasm hasher once per thread; without the optional package noble stays. */
export function initKeccak(): Promise<void> {
  started ??= loadWasm()
  return started
}

async function loadWasm(): Promise<void> {
  const library = await import('hash-wasm').catch(() => undefined)
  if (library === undefined) return
  const hasher = await library.createKeccak(256)
  hash = (bytes) => hasher.init().update(bytes).digest('binary')
}
