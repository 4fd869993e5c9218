// The sender pool's own decoding against @ethereumjs/tx: the same sender for every kind of transaction, and never a different one.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createTx, createTxFromRLP } from '@ethereumjs/tx'
import fc from 'fast-check'
import { bigintToFixed, equalBytes, type Bytes } from '../../src/primitives.js'
import { recoverPublicKey, recoverWithNoble, secp256k1IsNative } from '../../src/evm-lane/secp256k1.js'
import { signedPayload } from '../../src/evm-lane/sender-recovery-decode.js'
import { recoverSender } from '../../src/evm-lane/sender-recovery-task.js'
import { openSenderPool } from '../../src/evm-lane/sender-recovery.js'

// Signatures need no KZG, but the library refuses blob transactions without the object.
const common = new Common({ chain: { ...Mainnet, chainId: 77_000 }, hardfork: Hardfork.Prague, customCrypto: { kzg: {} as never } })
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
console.log(`seed ${seed}, native recovery ${secp256k1IsNative}`)

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const uint = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const accessList = fc.array(fc.tuple(bytes(20), fc.array(bytes(32), { maxLength: 3 })), { maxLength: 3 })
const authorization = fc.tuple(bytes(20), uint(40)).map(([address, nonce]) => ({
  chainId: '0x1',
  address: `0x${Buffer.from(address).toString('hex')}`,
  nonce: nonce === 0n ? '0x' : `0x${nonce.toString(16)}`,
  yParity: '0x1',
  r: `0x${'11'.repeat(32)}`,
  s: `0x${'22'.repeat(32)}`,
}))

const unsigned = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 3, 4),
    nonce: uint(60),
    gasLimit: uint(24),
    value: uint(200),
    tip: uint(40),
    more: uint(40),
    creates: fc.boolean(),
    to: bytes(20),
    data: fc.uint8Array({ maxLength: 200 }),
    accessList,
    authorizations: fc.array(authorization, { minLength: 1, maxLength: 2 }),
  })
  .map(({ type, tip, more, creates, to, authorizations, ...rest }) => ({
    ...rest,
    type,
    ...(creates && type < 3 ? {} : { to }),
    ...(type < 2 ? { gasPrice: tip } : { maxPriorityFeePerGas: tip, maxFeePerGas: tip + more }),
    ...(type === 3 ? { blobVersionedHashes: [`0x01${'00'.repeat(31)}`], maxFeePerBlobGas: 1n } : {}),
    ...(type === 4 ? { authorizationList: authorizations } : {}),
  }))
const key = uint(250).map((value) => bigintToFixed(value + 1n, 32))

function sign(tx: object, secret: Uint8Array): { raw: Bytes; sender: Bytes } {
  const signed = createTx(tx as Parameters<typeof createTx>[0], { common }).sign(secret)
  return { raw: signed.serialize(), sender: signed.getSenderAddress().bytes }
}

function librarySender(raw: Bytes): Bytes | null {
  try {
    return createTxFromRLP(raw, { common }).getSenderAddress().bytes
  } catch {
    return null
  }
}

test('the sender of every kind of transaction equals the library’s', () => {
  fc.assert(
    fc.property(unsigned, key, (tx, secret) => {
      const { raw, sender } = sign(tx, secret)
      assert.deepStrictEqual(Buffer.from(recoverSender(raw) ?? []), Buffer.from(sender))
    }),
    { seed, numRuns: 100 },
  )
})

test('native and noble agree, also about what has no key', () => {
  fc.assert(
    fc.property(bytes(32), bytes(64), fc.constantFrom(0 as const, 1 as const), (digest, signature, parity) => {
      assert.deepStrictEqual(
        Buffer.from(recoverPublicKey(digest, signature, parity) ?? []),
        Buffer.from(recoverWithNoble(digest, signature, parity) ?? []),
      )
    }),
    { seed, numRuns: 60 },
  )
})

test('a changed transaction never gets a sender that the library would not give it', () => {
  let accepted = 0
  fc.assert(
    fc.property(unsigned, key, fc.nat(), fc.integer({ min: 1, max: 255 }), (tx, secret, where, flip) => {
      const { raw } = sign(tx, secret)
      const changed = raw.slice()
      const at = where % changed.length
      changed[at] = (changed[at] as number) ^ flip
      const theirs = librarySender(changed)
      const ours = recoverSender(changed)
      if (theirs === null) return
      accepted++
      assert.ok(ours === null || equalBytes(ours, theirs))
    }),
    { seed, numRuns: 100 },
  )
  assert.ok(accepted > 0, 'some changes must leave a valid transaction')
})

test('a signature in the high half is left to the lane (EIP-2)', () => {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const legacy = { type: 0, gasLimit: 21_000n, gasPrice: 1n, to: new Uint8Array(20) }
  const { raw } = sign(legacy, new Uint8Array(32).fill(7))
  const signed = signedPayload(raw)
  assert.ok(signed !== null)
  const s = BigInt(`0x${Buffer.from(signed.signature.subarray(32)).toString('hex')}`)
  const high = raw.slice()
  high.set(bigintToFixed(order - s, 32), high.length - 32)
  assert.equal(recoverSender(high), null)
})

test('the pool answers in order, and null for what is no transaction', async (t) => {
  const pool = openSenderPool(2)
  t.after(() => pool.close())
  const cases = fc.sample(fc.tuple(unsigned, key), { seed, numRuns: 150 }).map(([tx, secret]) => sign(tx, secret))
  const senders = await Promise.all([
    ...cases.map(({ raw }) => pool.recover(raw)),
    pool.recover(new Uint8Array(0)),
    pool.recover(new Uint8Array([2, 0xc0])),
  ])
  assert.deepStrictEqual(
    senders.map((sender) => sender && Buffer.from(sender)),
    [...cases.map(({ sender }) => Buffer.from(sender)), null, null],
  )
})

const known = new Uint8Array(20).fill(7)
function taskThat(t: TestContext, body: string): URL {
  const folder = mkdtempSync(join(tmpdir(), 'paralane-task-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'task.mjs')
  writeFileSync(file, body)
  return pathToFileURL(file)
}

const answer = 'const out=new Uint8Array(21).fill(7);out[0]=1;return out'

test('a thread that dies leaves its batch to the lane, and another one takes its place', async (t) => {
  const pool = openSenderPool(1, taskThat(t, `let n=0;export default()=>{n++;if(n===2)process.exit(1);${answer}}`))
  t.after(() => pool.close())
  for (const expected of [known, null, known]) assert.deepStrictEqual(await pool.recover(new Uint8Array(1)), expected)
})

test('from threads that cannot even begin everything is left to the lanes', async (t) => {
  const pool = openSenderPool(2, taskThat(t, 'throw new Error()'))
  t.after(() => pool.close())
  for (let i = 0; i < 3; i++) assert.equal(await pool.recover(new Uint8Array(1)), null)
})
