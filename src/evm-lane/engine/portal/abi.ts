// Owns: the few shapes of the contract ABI that the engine speaks with the portal, read strictly and written canonically.
// Does not own: which functions there are (gate-call.ts, refusal.ts, messages.ts).
// Called by: the files beside it. By hand: it is small, and runs in the middle of a call.

import { bigintToFixed, bytesToBigint, concatBytes, type Address, type Bytes } from '../../../primitives.js'
import { keccak256 } from '../keccak.js'

const wordLength = 32

/** First four bytes of the hash of a signature, as of a function or an error. */
export function selectorOf(signature: string): Bytes {
  return keccak256(new TextEncoder().encode(signature)).slice(0, 4)
}

/** @throws RangeError when the value is negative or needs more than 32 bytes. */
export function word(value: bigint): Bytes {
  return bigintToFixed(value, wordLength)
}

export function addressWord(address: Address): Bytes {
  const out = new Uint8Array(wordLength)
  out.set(address, wordLength - address.length)
  return out
}

/** Length and bytes, padded with zeros to whole words. */
export function bytesTail(bytes: Bytes): Bytes {
  const out = new Uint8Array(wordLength + paddedLength(bytes.length))
  out.set(word(BigInt(bytes.length)))
  out.set(bytes, wordLength)
  return out
}

/** A function's or an error's arguments after its selector: words, of which the last may stand for one `bytes` that follows. */
export function encodeCall(selector: Bytes, words: readonly Bytes[], tail?: Bytes): Bytes {
  if (tail === undefined) return concatBytes(selector, ...words)
  return concatBytes(selector, ...words, word(BigInt((words.length + 1) * wordLength)), bytesTail(tail))
}

/** Reads words in order; `null` from anything means: not what a correct encoder writes. */
export class AbiReader {
  private readonly bytes: Bytes
  private readonly from: number
  private at: number

  /** `from`: where the head begins; offsets count from there. */
  constructor(bytes: Bytes, from: number) {
    this.bytes = bytes
    this.from = from
    this.at = from
  }

  uint(): bigint | null {
    const word = this.next()
    return word === null ? null : bytesToBigint(word)
  }

  address(): Address | null {
    const word = this.next()
    if (word === null || word.subarray(0, 12).some((byte) => byte !== 0)) return null
    return word.slice(12)
  }

  /** The head's last word, and the `bytes` that must follow it at once and end the input. */
  finalBytes(): Bytes | null {
    const offset = this.uint()
    if (offset === null || offset !== BigInt(this.at - this.from)) return null
    const length = this.uint()
    const left = this.bytes.length - this.at
    if (length === null || length > BigInt(left) || paddedLength(Number(length)) !== left) return null
    const end = this.at + Number(length)
    if (this.bytes.subarray(end).some((byte) => byte !== 0)) return null
    const out = this.bytes.slice(this.at, end)
    this.at = this.bytes.length
    return out
  }

  /** Nothing may be left over. */
  atEnd(): boolean {
    return this.at === this.bytes.length
  }

  private next(): Bytes | null {
    if (this.at + wordLength > this.bytes.length) return null
    this.at += wordLength
    return this.bytes.subarray(this.at - wordLength, this.at)
  }
}

function paddedLength(length: number): number {
  return Math.ceil(length / wordLength) * wordLength
}
