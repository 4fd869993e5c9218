// Owns: reading a file of concatenated RLP blocks, as `geth export` writes it, one block at a time.
// Does not own: what is in a block (the lane's importer).
// Called by: commands/lane-import.ts.

import { open } from 'node:fs/promises'
import { AppError } from '../errors.js'
import type { Bytes } from '../primitives.js'

/** More than any block whose transactions fit the gas limits of this decade. */
const blockBytesMax = 256 * 1024 * 1024
const readBytes = 1024 * 1024

export type FileBlock = { rlp: Bytes; /** Place in the file after the block. */ endsAt: number }

/** @throws AppError 'block-invalid' where the file is no list of blocks, with the offset. */
export async function* readBlocks(path: string): AsyncGenerator<FileBlock> {
  const file = await open(path, 'r')
  try {
    let buffer = Buffer.alloc(0)
    let offset = 0
    for (;;) {
      const length = itemLength(buffer, offset)
      if (length !== null && buffer.length >= length) {
        offset += length
        yield { rlp: Uint8Array.from(buffer.subarray(0, length)), endsAt: offset }
        buffer = buffer.subarray(length)
        continue
      }
      const chunk = await file.read(Buffer.alloc(Math.max(readBytes, (length ?? 0) - buffer.length)))
      if (chunk.bytesRead === 0) break
      buffer = Buffer.concat([buffer, chunk.buffer.subarray(0, chunk.bytesRead)])
    }
    if (buffer.length > 0) throw new AppError('block-invalid', `the file ends in the middle of a block, at byte ${offset}`, { offset })
  } finally {
    await file.close()
  }
}

/** Length of the RLP list that begins the bytes, header included; null while the header is not all there. */
function itemLength(bytes: Buffer, offset: number): number | null {
  const first = bytes[0]
  if (first === undefined) return null
  if (first < 0xc0) throw new AppError('block-invalid', `byte ${offset} of the file does not begin a block (RLP list)`, { offset })
  if (first <= 0xf7) return 1 + first - 0xc0
  const lengthBytes = first - 0xf7
  if (lengthBytes > 6) throw new AppError('block-invalid', `byte ${offset} of the file does not begin a block (RLP list)`, { offset })
  if (bytes.length < 1 + lengthBytes) return null
  const length = 1 + lengthBytes + bytes.readUIntBE(1, lengthBytes)
  if (length > blockBytesMax) throw new AppError('block-invalid', `a block of ${length} bytes at byte ${offset}`, { offset })
  return length
}
