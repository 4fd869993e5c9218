import test from 'node:test'
import assert from 'node:assert/strict'
import { createLegacyTx, createEOACode7702Tx, getCalldataFloorGas } from '@ethereumjs/tx'
import { patienceMs } from '../../../../src/evm-lane/deadlines.js'
import { createAccessList } from '../../../../src/evm-lane/engine/simulate/access-list.js'
import { call } from '../../../../src/evm-lane/engine/simulate/call.js'
import { CallGate } from '../../../../src/evm-lane/engine/simulate/call-gate.js'
import { estimateGas } from '../../../../src/evm-lane/engine/simulate/estimate-gas.js'
import { fillTransaction } from '../../../../src/evm-lane/engine/simulate/fill-transaction.js'
import type { FillContext } from '../../../../src/evm-lane/engine/simulate/fill-transaction.js'
import { floorGas, intrinsicGas } from '../../../../src/evm-lane/engine/simulate/intrinsic-gas.js'
import { toMessage } from '../../../../src/evm-lane/engine/simulate/message.js'
import { runMessage } from '../../../../src/evm-lane/engine/simulate/run-message.js'
import { AppError } from '../../../../src/errors.js'
import { bareHex, fromHex, toHex } from '../../../../src/primitives.js'
import { alice, bob, contract, ether, testLane } from './simulate-lane.js'

const appError =
  (code: string, text: RegExp) =>
  (error: unknown): true => {
    assert.ok(error instanceof AppError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, text)
    return true
  }

test('a plain transfer is estimated at exactly 21000', async () => {
  assert.equal(await estimateGas(testLane(), { from: alice, to: bob, value: 1n }), 21_000n)
  assert.equal(await estimateGas(testLane(), { from: alice, to: bob, value: 1n, gasPrice: 100n }), 21_000n)
})

test('an invalid authorization is estimated as geth does (conformance: 0xb52e)', async () => {
  const auth = {
    chainId: 1n,
    address: fromHex('aa'.repeat(20)),
    nonce: 0n,
    yParity: 0,
    r: BigInt(`0x${'11'.repeat(32)}`),
    s: BigInt(`0x${'22'.repeat(32)}`),
  }
  assert.equal(await estimateGas(testLane(), { from: alice, to: bob, value: 1n, authorizationList: [auth] }), 0xb52en)
})

test('an estimate suffices, one and a half per cent less may not', async () => {
  const codes = [
    '6001600055', // one fresh slot
    '60016000556000600055', // written and cleared: a refund that the gas limit must still cover
    '5a6207a12010600e5760006000fd5b00', // reverts with less than 500,000 gas left
    '60005b6001018061012c11600257', // 300 turns of a loop
  ]
  for (const code of codes) {
    const lane = testLane({ code })
    const gas = await estimateGas(lane, { from: alice, to: contract })
    assert.equal((await runMessage(lane, { from: alice, to: contract, gas })).failure, null, code)
    const less = (gas * 980n) / 1_000n
    const { failure } = await runMessage(lane, { from: alice, to: contract, gas: less }).catch(() => ({ failure: 'refused' }))
    assert.notEqual(failure, null, `${code}: ${gas} is too much, ${less} does too`)
  }
})

test("estimates fail as geth's do", async () => {
  const lane = testLane({ code: '60ff60005260206000fd', baseFee: 1_000n })
  await assert.rejects(estimateGas(lane, { from: alice, to: contract }), appError('reverted', /^execution reverted$/))
  await assert.rejects(
    estimateGas(testLane({ code: '5b600056' }), { from: alice, to: contract, gas: 90_000n }),
    appError('gas-cap', /^gas required exceeds allowance \(90000\)$/),
  )
  await assert.rejects(estimateGas(testLane({ code: 'fe' }), { from: alice, to: contract }), appError('vm-error', /^invalid opcode: INVALID$/))
  await assert.rejects(
    estimateGas(testLane(), { from: bob, to: alice, value: 1n }),
    appError('tx-funds', /^failed with \d+ gas: insufficient funds for gas \* price \+ value: /),
  )
  await assert.rejects(estimateGas(testLane(), { from: bob, to: alice, gasPrice: 10n }), appError('tx-funds', /^insufficient funds for transfer$/))
})

test('with a price, the balance bounds the gas that is tried', async () => {
  const lane = testLane({ code: '5b600056' })
  // 10 ether at this price buys 30,000 gas.
  const gasPrice = (10n * ether) / 30_000n
  await assert.rejects(estimateGas(lane, { from: alice, to: contract, gasPrice }), appError('gas-cap', /^gas required exceeds allowance \(30000\)$/))
})

test("intrinsic and floor gas equal the library's", () => {
  for (const fork of ['paris', 'shanghai', 'prague', 'bpo2']) {
    const { env } = testLane({ fork })
    for (const [to, data] of [
      [bob, ''],
      [bob, '00ff00ff01'],
      [undefined, '6001'.repeat(70)],
    ] as const) {
      const input = fromHex(data)
      const message = toMessage({ ...(to === undefined ? {} : { to }), input }, 10n ** 7n, env)
      const tx = createLegacyTx({ ...(to === undefined ? {} : { to: toHex(to) }), data: input, gasLimit: 10n ** 7n }, { common: env.common })
      assert.equal(intrinsicGas(message, env.common), tx.getIntrinsicGas())
      assert.equal(floorGas(message, env.common), getCalldataFloorGas(tx))
    }
  }
  const { env } = testLane()
  const auth = { chainId: 77_000n, address: bob, nonce: 0n, yParity: 0, r: 1n, s: 1n }
  const accessList = [{ address: bob, storageKeys: [new Uint8Array(32), new Uint8Array(32).fill(1)] }]
  const message = toMessage({ to: bob, accessList, authorizationList: [auth] }, 10n ** 6n, env)
  const tx = createEOACode7702Tx(
    {
      to: toHex(bob),
      gasLimit: 10n ** 6n,
      chainId: 77_000n,
      accessList: accessList.map(({ address, storageKeys }) => ({ address: toHex(address), storageKeys: storageKeys.map(toHex) })),
      authorizationList: [{ chainId: '0x12cc8', address: toHex(bob), nonce: '0x0', yParity: '0x0', r: '0x1', s: '0x1' }],
    },
    { common: env.common },
  )
  assert.equal(intrinsicGas(message, env.common), tx.getIntrinsicGas())
})

test('an access list names slots and other accounts, not sender, target or precompiles', async () => {
  // SLOAD 1, BALANCE of bob, BALANCE of the identity precompile, BALANCE of the sender
  const code = `60015450 73${bareHex(bob)}3150 60043150 333150`.replaceAll(' ', '')
  const { accessList, gasUsed, error } = await createAccessList(testLane({ code }), { from: alice, to: contract })
  assert.equal(error, null)
  assert.deepEqual(
    accessList.map(({ address, storageKeys }) => [bareHex(address), storageKeys.map(bareHex)]),
    [
      [bareHex(bob), []],
      [bareHex(contract), ['1'.padStart(64, '0')]],
    ],
  )
  const withList = await runMessage(testLane({ code }), { from: alice, to: contract, accessList })
  assert.equal(withList.gasUsed, gasUsed)
})

test('the access list of a transfer is empty, that of a failing call comes with the reason', async () => {
  assert.deepEqual(await createAccessList(testLane(), { from: alice, to: bob, value: 10n }), { accessList: [], gasUsed: 21_000n, error: null })
  const failing = await createAccessList(testLane({ code: '60015460006000fd' }), { from: alice, to: contract })
  assert.equal(failing.error, 'execution reverted')
  assert.equal(failing.accessList.length, 1)
})

test('an access list grows until what it names is all that is touched', async () => {
  // Reads slot 5 only when slot 1 is warm, that is when GAS falls by less than 500 over its SLOAD.
  const code = '5a60015450' + '5a9003' + '6101f410' + '601357' + '60055450' + '5b00'
  const { accessList, error } = await createAccessList(testLane({ code }), { from: alice, to: contract })
  assert.equal(error, null)
  assert.deepEqual(
    accessList[0]?.storageKeys.map((key) => key[31]),
    [1, 5],
  )
})

const context = (over: Partial<FillContext> = {}): FillContext => ({
  chainId: 77_000n,
  nonce: 4n,
  baseFeeHead: 100n,
  fees: { baseFeeNext: 110n, gasPrice: 112n, maxPriorityFeePerGas: 2n, blobBaseFee: 3n },
  estimate: () => Promise.resolve(50_000n),
  ...over,
})

test('a transaction is filled as geth fills it', async () => {
  const empty = new Uint8Array(0)
  assert.deepEqual(await fillTransaction({ from: alice, to: bob }, context()), {
    from: alice,
    to: bob,
    type: 2,
    chainId: 77_000n,
    nonce: 4n,
    gas: 50_000n,
    value: 0n,
    input: empty,
    maxFeePerGas: 202n,
    maxPriorityFeePerGas: 2n,
  })
  const legacy = await fillTransaction(
    { from: alice, to: bob, gasPrice: 9n, nonce: 1n, gas: 21_000n },
    context({ estimate: () => assert.fail('gas was given') }),
  )
  assert.deepEqual([legacy.type, legacy.gasPrice, legacy.nonce, legacy.gas, legacy.maxFeePerGas], [0, 9n, 1n, 21_000n, undefined])
  assert.equal((await fillTransaction({ to: bob, gasPrice: 9n, accessList: [] }, context())).type, 1)
  const blob = await fillTransaction({ to: bob, blobVersionedHashes: [new Uint8Array(32)] }, context())
  assert.deepEqual([blob.type, blob.maxFeePerBlobGas], [3, 6n])
  assert.equal((await fillTransaction({ to: bob }, context({ baseFeeHead: null }))).gasPrice, 112n)
})

test("what cannot be filled is refused in geth's words", async () => {
  const refused: [Parameters<typeof fillTransaction>[0], RegExp][] = [
    [{ from: alice }, /^contract creation without any data provided$/],
    [{ to: bob, gasPrice: 0n }, /^gasPrice must be non-zero after london fork$/],
    [{ to: bob, gasPrice: 1n, maxFeePerGas: 1n }, /^both gasPrice and /],
    [{ to: bob, maxFeePerGas: 1n }, /^maxFeePerGas \(0x1\) < maxPriorityFeePerGas \(0x2\)$/],
    [{ to: bob, chainId: 1n }, /^chainId does not match node's \(have=1, want=77000\)$/],
    [{ to: bob, blobVersionedHashes: [] }, /^need at least 1 blob for a blob transaction$/],
  ]
  for (const [message, text] of refused) await assert.rejects(fillTransaction(message, context()), appError('tx-rejected', text))
})

test('a valid authorization delegates within the call', async () => {
  const { secp256k1 } = await import('@noble/curves/secp256k1.js')
  const { RLP } = await import('@ethereumjs/rlp')
  const { keccak256 } = await import('../../../../src/evm-lane/engine/keccak.js')
  const { bigintToBytes, concatBytes, bytesToBigint } = await import('../../../../src/primitives.js')
  const key = new Uint8Array(32).fill(7)
  const authority = keccak256(secp256k1.getPublicKey(key, false).subarray(1)).subarray(12)
  const digest = keccak256(concatBytes(Uint8Array.of(5), RLP.encode([bigintToBytes(77_000n), contract, bigintToBytes(0n)])))
  const signature = secp256k1.sign(digest, key, { prehash: false, format: 'recovered' })
  const auth = {
    chainId: 77_000n,
    address: contract,
    nonce: 0n,
    yParity: signature[0] as number,
    r: bytesToBigint(signature.subarray(1, 33)),
    s: bytesToBigint(signature.subarray(33)),
  }
  const lane = testLane({ code: '3060005260206000f3' })
  const { returnData } = await call(lane, { from: alice, to: authority, authorizationList: [auth] })
  assert.equal(bareHex(returnData.subarray(12)), bareHex(authority))
  assert.equal((await call(lane, { from: alice, to: authority, authorizationList: [{ ...auth, nonce: 1n }] })).returnData.length, 0)
})

test('a call whose turn comes when its caller has long gone is not run, and those behind it are not held up', async () => {
  let nowMs = 0
  const gate = new CallGate(1, () => nowMs)
  let end: () => void = () => undefined
  const slow = gate.run(() => new Promise<void>((resolve) => (end = resolve)))
  const late = gate.run(() => Promise.reject(new Error('it is run')))
  nowMs = patienceMs + 1
  const next = gate.run(() => Promise.resolve('next'))
  end()
  await slow
  await assert.rejects(late, appError('busy', /took too long/))
  assert.equal(await next, 'next')
})

test('the gate bounds calls in flight, keeps their order and refuses beyond its queue', async () => {
  const gate = new CallGate(2)
  const open: (() => void)[] = []
  const started: number[] = []
  const task = (id: number) => (): Promise<number> =>
    new Promise((resolve) => {
      started.push(id)
      open.push(() => resolve(id))
    })
  const runs = Array.from({ length: 2 + 256 }, (_, id) => gate.run(task(id)))
  await assert.rejects(gate.run(task(99)), appError('busy', /too many calls/))
  assert.deepEqual(started, [0, 1])
  for (const [id, run] of runs.entries()) {
    open[id]?.()
    assert.equal(await run, id)
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(started.length <= id + 3, `${started.length} started after ${id + 1} ended`)
  }
  assert.deepEqual(
    started,
    runs.map((_, id) => id),
  )
  await assert.rejects(
    gate.run(() => Promise.reject(new Error('inside'))),
    /inside/,
  )
  assert.equal(await gate.run(() => Promise.resolve(5)), 5)
})
