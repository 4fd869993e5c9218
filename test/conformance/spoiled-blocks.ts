// Owns: variations of a valid block, each of which breaks one rule of Ethereum and leaves the rest of the block as it was.
// Called by: import.test.ts.

import { RLP } from '@ethereumjs/rlp'

type Nested = Uint8Array | Nested[]
type BlockItems = [header: Uint8Array[], txs: Nested[], uncles: Nested[], ...rest: Nested[]]

export type SpoiledBlock = { what: string; rlp: Uint8Array }

/** Position in the header, and what is wrong when the last bit there is the other one. */
const headerFields: [at: number, what: string][] = [
  [0, 'parent hash'],
  [1, 'ommers hash'],
  [3, 'state root'],
  [4, 'transactions root'],
  [5, 'receipts root'],
  [6, 'logs bloom'],
  [7, 'difficulty'],
  [8, 'number'],
  [10, 'gas used'],
  [15, 'base fee'],
  [16, 'withdrawals root'],
  [17, 'blob gas used'],
  [18, 'excess blob gas'],
  [20, 'requests hash'],
]

export function* spoiledBlocks(rlp: Uint8Array): Generator<SpoiledBlock> {
  const open = (): BlockItems => structuredClone(RLP.decode(rlp)) as unknown as BlockItems
  const close = (what: string, items: Nested[]): SpoiledBlock => ({ what, rlp: RLP.encode(items) })
  const [header, txs, , withdrawals] = open()

  for (const [at, what] of headerFields) {
    const field = header[at]
    if (field === undefined) continue
    const items = open()
    items[0][at] = flipped(field)
    yield close(what, items)
  }
  yield close('timestamp', withHeader(open(), 11, new Uint8Array(0)))
  yield close('gas limit', withHeader(open(), 9, Uint8Array.of(0x7f, ...(header[9] as Uint8Array))))
  yield close('extra data', withHeader(open(), 12, new Uint8Array(33)))
  yield close('length of a hash', withHeader(open(), 13, new Uint8Array(31)))
  yield close('zero before a number', withHeader(open(), 9, Uint8Array.of(0, ...(header[9] as Uint8Array))))
  yield close('header field more', withHeader(open(), header.length, Uint8Array.of(1)))
  yield close('header field fewer', [header.slice(0, -1), ...open().slice(1)])
  yield close('item more', [...open(), [], []])
  yield close('ommer', ommer(open()))
  yield close('form of the ommers', [header, txs, new Uint8Array(0), ...open().slice(3)])
  yield { what: 'end', rlp: rlp.slice(0, -1) }
  yield { what: 'byte after the end', rlp: Uint8Array.of(...rlp, 0) }

  if (txs.length > 0) {
    yield close('transaction missing', [header, txs.slice(1), ...open().slice(2)])
    yield close('transaction twice', [header, [...txs, txs[0] as Nested], ...open().slice(2)])
    yield close('signature', [header, [spoiledSignature(txs[0] as Nested), ...txs.slice(1)], ...open().slice(2)])
    yield close('transaction of no kind', [header, [Uint8Array.of(5, 0xc0), ...txs.slice(1)], ...open().slice(2)])
  }
  if (Array.isArray(withdrawals)) {
    const extra: Nested = [Uint8Array.of(1), Uint8Array.of(1), new Uint8Array(20), Uint8Array.of(1)]
    yield close('withdrawal', [...open().slice(0, 3), [...withdrawals, extra]])
    yield close('withdrawals missing', open().slice(0, 3))
  } else {
    yield close('withdrawals before their fork', [...open(), []])
  }
}

function withHeader(items: BlockItems, at: number, value: Uint8Array): BlockItems {
  items[0][at] = value
  return items
}

/** The block names its own header as an ommer, with the right hash for the wrong content. */
function ommer(items: BlockItems): BlockItems {
  items[2] = [structuredClone(items[0])]
  return items
}

function flipped(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(1)
  const out = bytes.slice()
  out[out.length - 1] = (out.at(-1) as number) ^ 1
  // A number may not become one with a leading zero: that would be another mistake than the one meant.
  return out.length === 1 && out[0] === 0 ? new Uint8Array(0) : out
}

/** The last item of every kind of transaction is `s`. */
function spoiledSignature(tx: Nested): Nested {
  if (Array.isArray(tx)) return [...tx.slice(0, -1), flipped(tx.at(-1) as Uint8Array)]
  const fields = RLP.decode(tx.subarray(1)) as Nested[]
  return Uint8Array.of(tx[0] as number, ...RLP.encode([...fields.slice(0, -1), flipped(fields.at(-1) as Uint8Array)]))
}
