// Dev accounts: signatures that libraries verify, transactions that parse, parallel sends with consecutive nonces.

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  hashTypedData,
  keccak256,
  parseTransaction,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
  serializeTransaction,
} from 'viem'
import { privateKeyToAccount, sign } from 'viem/accounts'
import type { CallMessage } from '../../../../src/evm-lane/chain-data.js'
import { AppError } from '../../../../src/errors.js'
import { bareHex, bigintToFixed, concatBytes, fromHex, toHex } from '../../../../src/primitives.js'
import type { DevAccounts } from '../../../../src/rpc/dev-accounts.js'
import { contextOf, FakeLane, hash, headAt } from '../fake-lane.js'
import { errorOf, resultOf } from '../invoke.js'

const key = `0x${'11'.repeat(32)}` as const
const account = privateKeyToAccount(key)
const from = account.address.toLowerCase()
const to = `0x${'22'.repeat(20)}`

/** Deterministic signatures, made ahead because the interface is synchronous: the curve library itself, behind the project's interface. */
async function devOf(): Promise<DevAccounts> {
  const { secp256k1 } = await import('@noble/curves/secp256k1.js')
  const own = (address: Uint8Array): boolean => toHex(address) === from
  return {
    addresses: () => [fromHex(from)],
    key: (address) => (own(address) ? fromHex(key) : undefined),
    sign: (address, digest) => {
      if (!own(address)) throw new AppError('account-unknown', 'unknown account')
      const signature = secp256k1.Signature.fromBytes(secp256k1.sign(digest, fromHex(key), { prehash: false, format: 'recovered' }), 'recovered')
      return concatBytes(bigintToFixed(signature.r, 32), bigintToFixed(signature.s, 32), new Uint8Array([27 + (signature.recovery ?? 0)]))
    },
  }
}

type FillOptions = { type?: number; nonce?: () => bigint }

/** What a lane adds to a message. */
function filled(message: CallMessage, { type = 2, nonce = () => 5n }: FillOptions = {}): CallMessage {
  const fees = type >= 2 ? { maxFeePerGas: 100n, maxPriorityFeePerGas: 2n } : { gasPrice: 9n }
  return {
    ...fees,
    value: 0n,
    input: new Uint8Array(0),
    chainId: 77000n,
    type,
    ...message,
    gas: message.gas ?? 21_000n,
    nonce: message.nonce ?? nonce(),
  }
}

const lists: Partial<Record<number, CallMessage>> = {
  1: { accessList: [{ address: fromHex(to), storageKeys: [hash(1)] }] },
  4: { authorizationList: [{ chainId: 77000n, address: fromHex(to), nonce: 1n, yParity: 1, r: 2n, s: 3n }] },
}

for (const type of [0, 1, 2, 4]) {
  test(`type ${type}: what eth_signTransaction answers parses and recovers to the account`, async () => {
    const lane = new FakeLane({ fillTransaction: ({ message }) => filled({ ...lists[type], ...message }, { type }) })
    const answer = (await resultOf(contextOf(lane, { dev: await devOf() }), 'eth_signTransaction', {
      from,
      to,
      gas: '0x5208',
      nonce: '0x7',
      value: '0x1',
      ...(type >= 2 ? { maxFeePerGas: '0x64', maxPriorityFeePerGas: '0x2' } : { gasPrice: '0x9' }),
    })) as { raw: `0x${string}`; tx: Record<string, unknown> }
    assert.equal((await recoverTransactionAddress({ serializedTransaction: answer.raw as never })).toLowerCase(), from)
    const parsed = parseTransaction(answer.raw)
    assert.deepEqual([parsed.nonce, parsed.gas, parsed.value, parsed.chainId, parsed.to], [7, 21_000n, 1n, 77000, to])
    assert.deepEqual([answer.tx.hash, answer.tx.type, answer.tx.nonce], [keccak256(answer.raw), `0x${type}`, '0x7'])
    assert.equal(BigInt(answer.tx.r as string), BigInt(parsed.r!))
    assert.equal(answer.tx.v, `0x${parsed.v === undefined || type > 0 ? parsed.yParity : parsed.v.toString(16)}`)
  })
}

test('eth_fillTransaction answers the transaction and its encoding with a signature of zeros', async () => {
  const lane = new FakeLane({ fillTransaction: ({ message }) => filled(message) })
  const { raw, tx } = (await resultOf(contextOf(lane), 'eth_fillTransaction', { from, to, value: '0x1' })) as {
    raw: `0x${string}`
    tx: Record<string, unknown>
  }
  const unsigned = {
    type: 'eip1559',
    chainId: 77000,
    nonce: 5,
    gas: 21_000n,
    to: to as `0x${string}`,
    value: 1n,
    maxFeePerGas: 100n,
    maxPriorityFeePerGas: 2n,
  } as const
  assert.equal(raw, serializeTransaction(unsigned, { r: '0x00', s: '0x00', yParity: 0 }))
  assert.deepEqual(
    [tx.nonce, tx.gas, tx.gasPrice, tx.maxFeePerGas, tx.r, tx.yParity, tx.accessList, tx.chainId, tx.hash],
    ['0x5', '0x5208', null, '0x64', '0x0', '0x0', [], '0x12cc8', keccak256(raw)],
  )
})

test('a legacy transaction fills to nine fields, the last three empty', async () => {
  const lane = new FakeLane({ fillTransaction: ({ message }) => filled(message, { type: 0 }) })
  const { raw, tx } = (await resultOf(contextOf(lane), 'eth_fillTransaction', { from, to, gasPrice: '0x9' })) as {
    raw: string
    tx: Record<string, unknown>
  }
  assert.match(raw, /^0xdf0509825208942{40}8080808080$/)
  assert.deepEqual([tx.v, tx.gasPrice, tx.maxFeePerGas, 'yParity' in tx], ['0x0', '0x9', null, false])
})

test('parallel sends of one account get consecutive nonces; a failed one blocks nobody', async () => {
  let admitted = 5n
  const raws: string[] = []
  const lane = new FakeLane({
    fillTransaction: async ({ message }) => {
      const nonce = admitted
      await new Promise(setImmediate)
      return filled(message, { nonce: () => nonce })
    },
    submit: async ({ raw }) => {
      await new Promise(setImmediate)
      const nonce = BigInt(parseTransaction(toHex(raw)).nonce ?? 0)
      if (nonce !== admitted) throw new AppError('tx-nonce-low', 'nonce too low')
      if (raws.length === 1 && admitted === 6n && !raws.includes('refused')) {
        raws.push('refused')
        throw new AppError('tx-funds', 'insufficient funds for gas * price + value')
      }
      admitted++
      raws.push(bareHex(raw))
      return { hash: fromHex(keccak256(raw)), mined: false }
    },
  })
  const ctx = contextOf(lane, { dev: await devOf() })
  const outcomes = await Promise.all(
    [1, 2, 3, 4].map((value) => resultOf(ctx, 'eth_sendTransaction', { from, to, value: `0x${value}` }).catch((error: Error) => error.message)),
  )
  assert.equal(outcomes.filter((outcome) => (outcome as string).startsWith('0x')).length, 3)
  assert.equal(outcomes.filter((outcome) => (outcome as string).includes('insufficient funds')).length, 1)
  assert.equal(admitted, 8n)
})

test('on an instant lane eth_sendTransaction answers once the block is there', async () => {
  let mined = false
  const lane = new FakeLane(
    {
      fillTransaction: ({ message }) => filled(message),
      submit: () => ({ hash: hash(1), mined: false }),
      receipt: () => {
        if (mined) return { hash: hash(1) } as never
        // The block arrives while the lane is being asked.
        mined = true
        lane.setHead(headAt(11))
        return null
      },
    },
    10,
    { production: { kind: 'instant', minBlockIntervalMs: 0, heartbeatMs: 1_000 } },
  )
  assert.equal(await resultOf(contextOf(lane, { dev: await devOf() }), 'eth_sendTransaction', { from, to }), toHex(hash(1)))
  assert.equal(lane.asksOf('receipt').length, 2)
  assert.deepEqual(lane.asksOf('submit')[0]!.waitMs, 0)
  assert.equal(lane.listenerCount(), 0)
})

test('messages: eth_sign and personal_sign agree, in their own order of parameters', async () => {
  const ctx = contextOf(new FakeLane(), { dev: await devOf() })
  const message = '0xdeadbeef'
  const signature = (await resultOf(ctx, 'eth_sign', from, message)) as `0x${string}`
  assert.equal(await resultOf(ctx, 'personal_sign', message, from), signature)
  assert.equal((await recoverMessageAddress({ message: { raw: message }, signature })).toLowerCase(), from)
  assert.equal(
    signature,
    await sign({ hash: keccak256(`0x${Buffer.from('\x19Ethereum Signed Message:\n4').toString('hex')}deadbeef`), privateKey: key, to: 'hex' }),
  )
})

test('typed data, as an object and as text', async () => {
  const ctx = contextOf(new FakeLane(), { dev: await devOf() })
  const data = {
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'chainId', type: 'uint256' },
      ],
      Mail: [
        { name: 'to', type: 'address' },
        { name: 'text', type: 'string' },
      ],
    },
    primaryType: 'Mail',
    domain: { name: 'Post', chainId: 77000 },
    message: { to, text: 'hello' },
  } as const
  const signature = (await resultOf(ctx, 'eth_signTypedData_v4', from, data)) as `0x${string}`
  assert.equal(await resultOf(ctx, 'eth_signTypedData', from, JSON.stringify(data)), signature)
  assert.equal((await recoverTypedDataAddress({ ...data, signature } as never)).toLowerCase(), from)
  assert.match(hashTypedData(data as never), /^0x/)
  const wrong = await errorOf(ctx, 'eth_signTypedData_v4', from, { ...data, message: { to: '0x1', text: 'hello' } })
  assert.equal(wrong.code, -32602)
})

test('accounts that are not ours do not sign', async () => {
  const lane = new FakeLane({ fillTransaction: ({ message }) => filled(message) })
  const ctx = contextOf(lane, { dev: await devOf() })
  for (const [method, params] of [
    ['eth_sign', [to, '0x00']],
    ['eth_sendTransaction', [{ from: to, to }]],
    ['eth_sendTransaction', [{ to }]],
  ] as const) {
    assert.deepEqual(await errorOf(ctx, method, ...params), { code: -32000, message: 'unknown account' })
  }
  assert.deepEqual(await errorOf(ctx, 'eth_signTransaction', { from, to }), { code: -32000, message: 'gas not specified' })
  assert.deepEqual(await errorOf(ctx, 'eth_signTransaction', { from, to, gas: '0x1' }), { code: -32000, message: 'nonce not specified' })
  assert.match((await errorOf(ctx, 'eth_signTransaction', { from, to, gas: '0x1', nonce: '0x1' })).message, /missing gasPrice/)
  assert.deepEqual(lane.asked, [])
  assert.deepEqual(await resultOf(ctx, 'eth_accounts'), [from])
})
