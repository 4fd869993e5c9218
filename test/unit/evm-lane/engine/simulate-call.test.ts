import test from 'node:test'
import assert from 'node:assert/strict'
import type { AccountOverride, BlockOverride, CallMessage } from '../../../../src/evm-lane/chain-data.js'
import { call } from '../../../../src/evm-lane/engine/simulate/call.js'
import { prepare } from '../../../../src/evm-lane/engine/simulate/run-message.js'
import { Deadline } from '../../../../src/evm-lane/engine/simulate/deadline.js'
import { AppError } from '../../../../src/errors.js'
import { bareHex, bigintToFixed, bytesToBigint, fromHex } from '../../../../src/primitives.js'
import { alice, bob, contract, ether, testLane } from './simulate-lane.js'
import type { TestLane } from './simulate-lane.js'

type Asked = { stateOverrides?: AccountOverride[]; blockOverrides?: BlockOverride }

async function callOn(lane: TestLane, message: CallMessage, { stateOverrides = [], blockOverrides }: Asked = {}): Promise<bigint> {
  const parts = await prepare(lane, { message, stateOverrides, blockOverrides: blockOverrides ?? null })
  return bytesToBigint((await call(parts, message)).returnData)
}

async function failure(lane: TestLane, message: CallMessage, asked: Asked = {}): Promise<string> {
  try {
    await callOn(lane, message, asked)
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    return `${error.code}: ${error.message}`
  }
  return 'no failure'
}

/** Code that returns the word that `ops` leave on the stack. */
const returning = (ops: string): string => `${ops}60005260206000f3`

test('BASEFEE and GASPRICE are 0 for a message that offers no fee, and real for one that does', async () => {
  const baseFee = testLane({ code: returning('48'), baseFee: 1_000n })
  assert.equal(await callOn(baseFee, { to: contract }), 0n)
  assert.equal(await callOn(baseFee, { from: alice, to: contract, gasPrice: 2_000n }), 1_000n)
  const gasPrice = testLane({ code: returning('3a'), baseFee: 1_000n })
  assert.equal(await callOn(gasPrice, { to: contract }), 0n)
  assert.equal(await callOn(gasPrice, { from: alice, to: contract, maxFeePerGas: 5_000n, maxPriorityFeePerGas: 3n }), 1_003n)
  assert.equal(await callOn(gasPrice, { from: alice, to: contract, maxFeePerGas: 1_001n, maxPriorityFeePerGas: 30n }), 1_001n)
})

test('what geth refuses before execution is refused in its words', async () => {
  const lane = testLane({ code: '00', baseFee: 1_000n })
  const aliceText = '0xa11ce00000000000000000000000000000000001'
  const refused: [CallMessage, RegExp][] = [
    [{ to: contract, gas: 20_999n }, /^tx-intrinsic-gas: err: intrinsic gas too low: have 20999, want 21000 \(supplied gas 20999\)$/],
    [
      { to: contract, gas: 21_016n, input: fromHex('01') },
      /^tx-intrinsic-gas: err: insufficient gas for floor data gas cost: have 21016, want 21040/,
    ],
    [
      { from: bob, to: contract, value: 1n },
      /^tx-funds: err: insufficient funds for gas \* price \+ value: address 0x\w{40} have 0 want 1 \(supplied gas 50000000\)$/,
    ],
    [
      { from: alice, to: contract, gasPrice: ether },
      new RegExp(`^tx-funds: err: insufficient funds for gas \\* price \\+ value: address ${aliceText} have 1`, 'i'),
    ],
    [
      { from: alice, to: contract, gasPrice: 999n },
      new RegExp(`^tx-fee-cap: err: max fee per gas less than block base fee: address ${aliceText}, maxFeePerGas: 999, baseFee: 1000 `, 'i'),
    ],
    [
      { from: alice, to: contract, maxFeePerGas: 2_000n, maxPriorityFeePerGas: 2_001n },
      /^tx-tip-cap: err: max priority fee per gas higher than max fee per gas: /,
    ],
    [{ to: contract, gasPrice: 1n, maxFeePerGas: 1n }, /^tx-rejected: both gasPrice and \(maxFeePerGas or maxPriorityFeePerGas\) specified$/],
    [{ to: contract, chainId: 1n }, /^tx-rejected: chainId does not match node's \(have=1, want=77000\)$/],
    [{ to: contract, blobVersionedHashes: [] }, /^tx-blob: err: blob transaction missing blob hashes/],
    [{ to: contract, blobVersionedHashes: [new Uint8Array(32)] }, /^tx-blob: err: blob 0 has invalid hash version/],
    [{ input: new Uint8Array(49_153) }, /^tx-initcode: err: max initcode size exceeded: code size 49153 limit 49152/],
    [{ to: contract, authorizationList: [] }, /^tx-rejected: err: EIP-7702 transaction with empty auth list/],
  ]
  for (const [message, text] of refused) assert.match(await failure(lane, message), text)
})

test("what fails in the EVM fails in geth's words", async () => {
  const failing: [code: string, text: string][] = [
    ['fe', 'vm-error: invalid opcode: INVALID'],
    ['0c', 'vm-error: invalid opcode: opcode 0xc not defined'],
    ['600101', 'vm-error: stack underflow (1 <=> 2)'],
    ['60018156', 'vm-error: stack underflow (1 <=> 2)'],
    ['5b6001600056', 'vm-error: stack limit reached 1024 (1023)'],
    ['600056', 'vm-error: invalid jump destination'],
    ['600160006000fd', 'reverted: execution reverted'],
    ['6001600060003e', 'vm-error: return data out of bounds'],
    ['5b600056', 'out-of-gas: out of gas'],
  ]
  for (const [code, text] of failing) assert.equal(await failure(testLane({ code }), { to: contract, gas: 200_000n }), text, code)
  const creating: [code: string, text: string][] = [
    ['60ef60005360016000f3', 'vm-error: invalid code: must not begin with 0xef'],
    ['6160016000f3', 'vm-error: max code size exceeded'],
  ]
  for (const [code, text] of creating) assert.equal(await failure(testLane(), { from: alice, input: fromHex(code), gas: 16_000_000n }), text, code)
  // 1 kB of code costs 200 per byte to store.
  assert.equal(
    await failure(testLane(), { from: alice, input: fromHex('6104006000f3'), gas: 100_000n }),
    'vm-error: contract creation code storage out of gas',
  )
})

test('a revert carries its data', async () => {
  const parts = testLane({ code: '60ff60005260206000fd' })
  await assert.rejects(call(parts, { to: contract }), (error) => {
    assert.ok(error instanceof AppError)
    assert.deepEqual(error.data, { data: bigintToFixed(255n, 32) })
    return true
  })
})

test('a message without target deploys and returns the code', async () => {
  const { returnData } = await call(testLane(), { from: alice, input: fromHex('6001600d60003960016000f300') })
  assert.equal(bareHex(returnData), '00')
})

test('state overrides change what the call sees and nothing else', async () => {
  const lane = testLane({ code: returning('600754') })
  lane.view.putSlotSync(contract, bigintToFixed(7n, 32), Uint8Array.of(1))
  lane.view.putSlotSync(contract, bigintToFixed(8n, 32), Uint8Array.of(2))
  const slot = (n: bigint, value: bigint): { slot: Uint8Array; value: Uint8Array } => ({
    slot: bigintToFixed(n, 32),
    value: bigintToFixed(value, 32),
  })
  const readSeven = (override: Omit<AccountOverride, 'address'>): Promise<bigint> =>
    callOn(lane, { to: contract }, { stateOverrides: [{ address: contract, ...override }] })
  assert.equal(await readSeven({ stateDiff: [slot(8n, 5n)] }), 1n)
  assert.equal(await readSeven({ stateDiff: [slot(7n, 5n)] }), 5n)
  assert.equal(await readSeven({ state: [slot(8n, 5n)] }), 0n)
  assert.equal(await readSeven({ code: fromHex(returning('600854')) }), 2n)
  assert.equal(await readSeven({ code: fromHex(returning('47')), balance: 77n }), 77n)
  assert.equal(await callOn(lane, { from: bob, to: contract, value: 3n }, { stateOverrides: [{ address: bob, balance: 3n }] }), 1n)
  // The nonce decides the address that a creation gets: it returns ADDRESS.
  const created = (nonce: bigint): Promise<bigint> =>
    callOn(lane, { from: bob, input: fromHex(returning('30')) }, { stateOverrides: [{ address: bob, nonce }] })
  assert.notEqual(await created(1n), await created(2n))

  assert.equal(bytesToBigint(lane.view.slotSync(contract, bigintToFixed(7n, 32))), 1n)
  assert.equal(lane.view.accountSync(bob), undefined)
})

test('a call leaves no trace in the view it ran on', async () => {
  const lane = testLane({ code: '60016000556001600052' + '60206000f3' })
  const before = lane.view.accountSync(alice)
  assert.equal(await callOn(lane, { from: alice, to: contract, value: 5n, gasPrice: 100n }), 1n)
  assert.equal(lane.view.accountSync(alice), before)
  assert.equal(lane.view.slotSync(contract, new Uint8Array(32)).length, 0)
  assert.equal(lane.view.accountSync(lane.env.coinbase), undefined)
})

test('a precompile can be moved, and what overrides one is an ordinary account', async () => {
  const identity = fromHex('04'.padStart(40, '0'))
  const elsewhere = fromHex('1234'.padStart(40, '0'))
  const lane = testLane()
  const input = fromHex('0badf00d')
  const moved: Asked = { stateOverrides: [{ address: identity, movePrecompileTo: elsewhere, code: fromHex(returning('602a')) }] }
  assert.equal(await callOn(lane, { to: elsewhere, input }, moved), 0x0badf00dn)
  assert.equal(await callOn(lane, { to: identity, input }, moved), 42n)
  assert.equal(await callOn(lane, { to: identity, input }), 0x0badf00dn)
  assert.match(
    await failure(lane, { to: bob }, { stateOverrides: [{ address: bob, movePrecompileTo: elsewhere }] }),
    /^tx-rejected: account 0x\w{40} is not a precompile$/,
  )
  assert.match(
    await failure(
      lane,
      { to: bob },
      {
        stateOverrides: [
          { address: identity, movePrecompileTo: bob },
          { address: bob, nonce: 1n },
        ],
      },
    ),
    /^tx-rejected: account 0x\w{40} is already overridden$/,
  )
})

test('block overrides are what the block opcodes answer', async () => {
  const overrides: BlockOverride = {
    number: 123n,
    time: 1_800_000_000n,
    gasLimit: 9n,
    feeRecipient: bob,
    prevRandao: bigintToFixed(31n, 32),
    baseFeePerGas: 50n,
    blobBaseFee: 60n,
  }
  const seen: [opcode: string, value: bigint][] = [
    ['43', 123n],
    ['42', 1_800_000_000n],
    ['45', 9n],
    ['41', bytesToBigint(bob)],
    ['44', 31n],
    ['4a', 60n],
    ['48', 0n],
  ]
  for (const [opcode, value] of seen) {
    assert.equal(await callOn(testLane({ code: returning(opcode) }), { to: contract }, { blockOverrides: overrides }), value, opcode)
  }
  assert.equal(await callOn(testLane({ code: returning('48') }), { from: alice, to: contract, gasPrice: 70n }, { blockOverrides: overrides }), 50n)
})

/** A clock on which every look takes a millisecond. */
function steps(): { nowMs: () => number } {
  let ms = 0
  return { nowMs: () => ++ms }
}

test('an endless call ends at its wall-clock limit and lets others run meanwhile', async () => {
  let turns = 0
  let running = true
  const count = (): void => {
    turns++
    if (running) setImmediate(count)
  }
  setImmediate(count)
  const clock = steps()
  const lane = { ...testLane({ code: '5b600056' }), deadline: new Deadline(150, clock.nowMs) }
  assert.equal(await failure(lane, { to: contract }), 'timeout: execution aborted (timeout = 150ms)')
  running = false
  assert.ok(clock.nowMs() >= 150)
  // A turn is 4 ms long, and one more look follows it.
  assert.ok(turns >= 150 / 5 - 1, `${turns} turns`)
  // The EVM that was stopped is not used again, others are sound.
  assert.equal(await callOn(testLane({ code: returning('602a') }), { to: contract }), 42n)
})

test('calling oneself without end is interruptible too', async () => {
  // CALL to self with all gas, popped, and again: no jump anywhere.
  const callSelf = '6000600060006000600030' + '5af150'
  const lane = { ...testLane({ code: callSelf.repeat(400) }), deadline: new Deadline(100, steps().nowMs) }
  assert.equal(await failure(lane, { to: contract }), 'timeout: execution aborted (timeout = 100ms)')
})
