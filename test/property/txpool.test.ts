// The pool against a model that keeps a plain list and recomputes everything each time. fast-check prints seed and path of a failure.
import test from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { bareHex } from '../../src/primitives.js'
import { TxPool } from '../../src/evm-lane/engine/txpool.js'
import type { LaneTx } from '../../src/evm-lane/engine/tx.js'
import { poolLimits, poolTx, senderOf } from '../unit/evm-lane/engine/pool-tx.js'

const senders = 4
type Step =
  | { kind: 'add'; sender: number; nonce: number; tip: number; value: number }
  | { kind: 'block'; taken: number[] }
  | { kind: 'foreign'; sender: number; count: number }
  | { kind: 'drop'; sender: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      sender: fc.integer({ min: 0, max: senders - 1 }),
      nonce: fc.integer({ min: 0, max: 8 }),
      tip: fc.integer({ min: 0, max: 40 }),
      value: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('block' as const),
      taken: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: senders, maxLength: senders }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('foreign' as const),
      sender: fc.integer({ min: 0, max: senders - 1 }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), sender: fc.integer({ min: 0, max: senders - 1 }) }) },
)

const cap = 1_000n
const balance = 6n * 21_000n * cap
const limits = { ...poolLimits, perSenderMax: 5, pendingMax: 12, queuedMax: 6 }

/** Every transaction in one list; nothing remembered besides. */
class Model {
  readonly nonces: bigint[] = new Array<bigint>(senders).fill(0n)
  txs: LaneTx[] = []

  of(sender: number): LaneTx[] {
    return this.txs.filter(({ senderKey }) => senderKey === bareHex(senderOf(sender))).sort((a, b) => Number(a.nonce - b.nonce))
  }

  executable(sender: number): LaneTx[] {
    const out: LaneTx[] = []
    for (let nonce = this.nonces[sender] as bigint; ; nonce++) {
      const tx = this.of(sender).find((it) => it.nonce === nonce)
      if (tx === undefined) return out
      out.push(tx)
    }
  }

  apply(sender: number, nonce: bigint): void {
    this.nonces[sender] = nonce
    this.txs = this.txs.filter((tx) => tx.senderKey !== bareHex(senderOf(sender)) || tx.nonce >= nonce)
  }
}

function check(pool: TxPool, model: Model): void {
  const executable = Array.from({ length: senders }, (_, sender) => model.executable(sender))
  const pending = executable.flat()
  const names = (txs: LaneTx[]): string[] => txs.map(({ senderKey, nonce, hashKey }) => `${senderKey.slice(-2)}:${nonce}:${hashKey.slice(0, 8)}`)
  assert.equal(pool.pendingCount, pending.length)
  assert.equal(pool.queuedCount, model.txs.length - pending.length)
  assert.deepEqual(names(pool.executable().flat()).sort(), names(pending).sort())
  for (const list of pool.executable()) list.forEach((tx, i) => assert.equal(tx.nonce, (list[0] as LaneTx).nonce + BigInt(i)))
  const content = pool.content()
  assert.deepEqual(names([...content.pending, ...content.queued]).sort(), names(model.txs).sort())
  for (const tx of model.txs) assert.equal(pool.get(tx.hashKey), tx)
  executable.forEach((list, sender) => {
    const next = pool.nextNonce(bareHex(senderOf(sender)))
    const expected = (model.nonces[sender] as bigint) + BigInt(list.length)
    assert.equal(next, model.of(sender).length === 0 ? undefined : expected)
  })
  assert.ok(pool.queuedCount <= limits.queuedMax + senders * limits.perSenderMax, 'bounded')
}

/** What the model says about an addition: undefined admits. */
function run(steps: Step[]): void {
  const model = new Model()
  const told = new Set<string>()
  const account = (sender: Uint8Array) => ({
    nonce: model.nonces[(sender[19] as number) - 1] as bigint,
    balance,
    hasCode: false,
    delegated: false,
  })
  const pool = new TxPool(limits, { account, admission: () => ({ limits, blockGasLimit: 30_000_000n, maxBlobsPerTx: 6 }) }, (txs) =>
    txs.forEach((tx) => told.add(tx.hashKey)),
  )
  for (const item of steps) {
    switch (item.kind) {
      case 'add':
        add(
          pool,
          model,
          poolTx({ sender: item.sender, nonce: item.nonce, tip: BigInt(item.tip), cap: cap + BigInt(item.tip) * 10n, value: BigInt(item.value) }),
        )
        break
      case 'block': {
        const mined = item.taken.flatMap((count, sender) => model.executable(sender).slice(0, count))
        item.taken.forEach((count, sender) =>
          model.apply(sender, (model.nonces[sender] as bigint) + BigInt(Math.min(count, model.executable(sender).length))),
        )
        pool.blockApplied(mined)
        break
      }
      case 'foreign': {
        const nonce = model.nonces[item.sender] as bigint
        const mined = Array.from({ length: item.count }, (_, i) => poolTx({ sender: item.sender, nonce: Number(nonce) + i, value: 77n }))
        model.apply(item.sender, nonce + BigInt(item.count))
        pool.blockApplied(mined)
        break
      }
      case 'drop': {
        const [first] = model.executable(item.sender)
        if (first === undefined) break
        model.txs = model.txs.filter((tx) => tx !== first)
        pool.drop(first)
      }
    }
    check(pool, model)
    // Whatever is executable was announced once it became so.
    for (const tx of pool.executable().flat()) assert.ok(told.has(tx.hashKey), `${tx.nonce} of ${tx.senderKey} was not announced`)
  }
}

/** Adds to both and compares what was admitted; of evictions the pool is asked, then checked to have been allowed. */
function add(pool: TxPool, model: Model, tx: LaneTx): void {
  const sender = (tx.sender[19] as number) - 1
  const before = model.txs
  const old = model.of(sender).find(({ nonce }) => nonce === tx.nonce)
  let refusal = ''
  try {
    pool.add(tx)
  } catch (error) {
    refusal = (error as Error).message
  }
  if (tx.nonce < (model.nonces[sender] as bigint)) return assert.match(refusal, /already known|nonce too low|underpriced/)
  if (tx.tipCap < limits.minTip) return assert.match(refusal, /underpriced/)
  if (before.some(({ hashKey }) => hashKey === tx.hashKey)) return assert.match(refusal, /already known/)
  if (old !== undefined && (tx.feeCap * 10n < old.feeCap * 11n || tx.tipCap * 10n < old.tipCap * 11n))
    return assert.match(refusal, /replacement transaction underpriced/)
  if (refusal !== '') {
    const costly = model.executable(sender).reduce((sum, { cost }) => sum + cost, 0n) + tx.cost - (old?.cost ?? 0n) > balance
    const crowded = model.of(sender).length >= limits.perSenderMax || pool.pendingCount >= limits.pendingMax || pool.queuedCount >= limits.queuedMax
    return assert.ok(costly || (old === undefined && crowded), `refused without reason: ${refusal}`)
  }
  const evicted = before.filter(({ hashKey }) => pool.get(hashKey) === undefined && hashKey !== old?.hashKey)
  assert.ok(evicted.length <= 1 && evicted.every(({ tipCap }) => tipCap < tx.tipCap), 'only a cheaper one makes room')
  model.txs = [...before.filter((it) => it !== old && !evicted.includes(it)), tx]
}

test('the pool is what a plain list would be', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), run), { numRuns: 400 })
})
