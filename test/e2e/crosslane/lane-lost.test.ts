// A lane's thread is killed in the middle of a session, at each moment that differs, or is slow, or restarts: real workers, databases on disk.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { AppError } from '../../../src/errors.js'
import { keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import type { SessionLimits } from '../../../src/hyper/core/types.js'
import { hyperLimits } from '../../../src/hyper/limits.js'
import { bigintToFixed, concatBytes, toHex, type Hash32 } from '../../../src/primitives.js'
import { openLevelStore } from '../../../src/store/level-store.js'
import { MortalLane, type Moment } from '../../fixtures/mortal-lane.js'
import { baseFee, laneIds } from '../../fixtures/session-lanes.js'
import { data, openBoard, pawn, succeeded, user, type Board } from '../../fixtures/session-pawns.js'
import { signedTx } from '../../fixtures/signed-tx.js'

const minedMs = 240_000
const [near, far, beyond] = [0, 1, 2] as const

type Threads = { board: Board; mortal: (at: number) => MortalLane; beforeJournal: (then: () => Promise<void>) => void }

/** The board of the pawns with each lane in a thread and everything on disk. */
async function openThreads(t: test.TestContext, limits: Partial<SessionLimits> = {}): Promise<Threads> {
  const root = mkdtempSync(join(tmpdir(), 'paralane-lost-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const mortals: MortalLane[] = []
  let first: (() => Promise<void>) | null = null
  const store = await openLevelStore(join(root, 'hyper'))
  const write = store.batch.bind(store)
  store.batch = async (ops, options) => {
    const then = first
    if (then !== null && options?.sync === true) {
      first = null
      await then()
    }
    return write(ops, options)
  }
  const board = await openBoard(t, {
    limits: { sessions: { ...hyperLimits.sessions, sessionMs: minedMs, ...limits } },
    store,
    openLane: (spec) => {
      const lane = new MortalLane({ ...spec, dir: join(root, `lane-${spec.chainId}`) })
      mortals.push(lane)
      return lane.client
    },
  })
  return { board, mortal: (at) => mortals[at] as MortalLane, beforeJournal: (then) => (first = then) }
}

/** A mark on every lane, in one session: here, from here on the next, from there on the last. */
function marks(board: Board): Uint8Array {
  const onward = data('hitAndPass', [toHex(board.proxy(beyond)), toHex(data('hit'))])
  return data('hitAndPass', [toHex(board.proxy(far)), toHex(onward)])
}

/** Every lane has its block of the next session that commits. */
function sessionEnded({ coordinator }: Board): Promise<void> {
  return new Promise((resolve) => {
    const forget = coordinator.reader.onSession(() => {
      forget()
      resolve()
    })
  })
}

type Sent = { hash: Hash32; mined: Promise<boolean>; ended: Promise<void> }

async function send(board: Board, input: Uint8Array): Promise<Sent> {
  const { client, chainId } = board.lane(near)
  const nonce = await board.lane(near).nonce(user.address)
  const raw = signedTx(chainId, 2, user, { nonce, gasLimit: 8_000_000n, value: 0n, data: input, feeCap: 100n * baseFee, tipCap: 1n, to: pawn })
  const ended = sessionEnded(board)
  const mined = client.call('submit', { raw, sender: user.address, waitMs: minedMs }).then(
    (answer) => answer.mined,
    (error: unknown) => {
      assert.ok(error instanceof AppError && error.code === 'lane-unavailable')
      return false
    },
  )
  return { hash: keccak256(raw), mined, ended }
}

const counts = (board: Board): Promise<unknown[]> => Promise.all([near, far, beyond].map((at) => board.read(at, 'n')))

/**
 * `lost`: whose thread ends. `stands`: whether the session is behind its commit point then. A lane that is lost before it takes the transaction
 * with it when it is the sender's, else the call to it is refused (S5).
 */
const cases: { lost: number; moment: Moment; stands: boolean }[] = [
  { lost: near, moment: { when: 'asked', op: 'sessionOpen' }, stands: false },
  { lost: near, moment: { when: 'asked', op: 'sessionTx' }, stands: false },
  { lost: near, moment: { when: 'asks', op: 'crossCall' }, stands: false },
  { lost: near, moment: { when: 'answered', op: 'sessionTx' }, stands: false },
  { lost: near, moment: { when: 'answered', op: 'sessionSeal' }, stands: false },
  { lost: near, moment: { when: 'asked', op: 'sessionCommit' }, stands: true },
  { lost: near, moment: { when: 'answered', op: 'sessionCommit' }, stands: true },
  { lost: far, moment: { when: 'asked', op: 'sessionOpen' }, stands: false },
  { lost: far, moment: { when: 'asked', op: 'crossCallIn' }, stands: false },
  { lost: far, moment: { when: 'asks', op: 'crossCall' }, stands: false },
  { lost: far, moment: { when: 'answered', op: 'crossCallIn' }, stands: false },
  { lost: far, moment: { when: 'asked', op: 'sessionEnd' }, stands: false },
  { lost: far, moment: { when: 'answered', op: 'sessionSeal' }, stands: false },
  { lost: far, moment: { when: 'asked', op: 'sessionCommit' }, stands: true },
  { lost: far, moment: { when: 'answered', op: 'sessionCommit' }, stands: true },
  { lost: beyond, moment: { when: 'answered', op: 'crossCallIn' }, stands: false },
  { lost: beyond, moment: { when: 'asked', op: 'sessionSeal' }, stands: false },
  { lost: beyond, moment: { when: 'asked', op: 'sessionCommit' }, stands: true },
]
const names = ['the lane of the transaction', 'the lane that it calls', 'the lane that is called from there']

test('S11 L7: the thread of a lane is killed in the middle of a session; every lane has all of it or none', { timeout: 900_000 }, async (t) => {
  const { board, mortal, beforeJournal } = await openThreads(t)
  let standing = 0n
  const isWhole = async (): Promise<void> => assert.deepEqual(await counts(board), [standing, standing, standing])
  const goesOn = async (): Promise<void> => {
    const sent = await send(board, marks(board))
    assert.equal(await sent.mined, true)
    await sent.ended
    assert.equal(succeeded(await board.lane(near).receipt(sent.hash)), true)
    standing++
    await isWhole()
  }
  await goesOn()

  /** Afterwards the lane is back, and a session over all of them works. */
  const lose = async (lost: number, killed: Promise<void>, stands: boolean): Promise<void> => {
    const back = mortal(lost).recovered()
    const rise = mortal(lost).keepDown()
    const sent = await send(board, marks(board))
    await killed
    if (lost !== near) {
      assert.equal(await sent.mined, true)
      assert.equal(succeeded(await board.lane(near).receipt(sent.hash)), stands, 'the transaction has a receipt that says what became of it')
    }
    rise()
    await back
    await sent.mined
    if (stands || lost !== near) await sent.ended
    if (lost === near) assert.equal((await mortal(near).client.call('receipt', { hash: sent.hash })) !== null, stands)
    if (stands) standing++
    await isWhole()
    await goesOn()
  }

  for (const { lost, moment, stands } of cases) {
    await t.test(
      `${names[lost]}, ${moment.when === 'asked' ? 'before it gets' : moment.when === 'asks' ? 'when it makes' : 'after'} ${moment.op}`,
      () => lose(lost, mortal(lost).killAt(moment), stands),
    )
  }

  await t.test('while the journal is being written', async () => {
    const killed = new Promise<void>((resolve) => {
      beforeJournal(async () => {
        await mortal(far).kill()
        resolve()
      })
    })
    await lose(far, killed, true)
  })
})

/** Hash of the revert data of an error with these words. */
function errorOf(text: string, ...words: Uint8Array[]): string {
  return toHex(keccak256(concatBytes(keccak256(Buffer.from(text)).subarray(0, 4), ...words)))
}

const word = (value: number): Uint8Array => bigintToFixed(BigInt(value), 32)

/** A call of the second lane that may be refused, and what became of a session. */
function attemptsOn(board: Board): { attempt: Uint8Array; play: (input: Uint8Array) => Promise<boolean> } {
  const attempt = data('attempt', [toHex(board.proxy(far)), 0n, 0n, toHex(data('hit'))])
  const play = async (input: Uint8Array): Promise<boolean> => {
    const ended = sessionEnded(board)
    const receipt = await board.play(near, input)
    await ended
    return succeeded(receipt)
  }
  return { attempt, play }
}

test('S5 L7: a lane that restarts or is slow is waited for by nobody but its callers', { timeout: 600_000 }, async (t) => {
  const { board, mortal } = await openThreads(t)
  const { attempt, play } = attemptsOn(board)
  const hitBeyond = data('pass', [toHex(board.proxy(beyond)), toHex(data('hit'))])

  await t.test('restarting: the call is refused with the error of the system, and another lane can be called', async () => {
    const rise = mortal(far).keepDown()
    const back = mortal(far).recovered()
    await mortal(far).kill()
    const foretold = await board.simulate(near, data('pass', [toHex(board.proxy(far)), toHex(data('hit'))]))
    assert.equal(toHex(keccak256(foretold.returnData)), errorOf('LaneUnavailable(uint256)', word(laneIds[far])))
    assert.equal(await play(attempt), true)
    assert.equal(await board.read(near, 'digest'), errorOf('LaneUnavailable(uint256)', word(laneIds[far])))
    assert.equal(await play(hitBeyond), true)
    rise()
    await back
    assert.equal(await board.read(far, 'n'), 0n)
    assert.equal(await play(attempt), true)
    assert.equal(await board.read(far, 'n'), 1n)
  })

  await t.test('slow: lanes that the session does not touch make blocks meanwhile, and simulations answer', async () => {
    const reached = mortal(far).keepBack('crossCallIn')
    const played = play(attempt)
    const { release } = await reached
    assert.equal(succeeded(await board.play(beyond, data('hit'))), true)
    assert.equal((await board.simulate(near, hitBeyond)).success, true)
    assert.equal(await board.read(far, 'n'), 1n, 'what runs is not seen before it is committed')
    release()
    assert.equal(await played, true)
    assert.equal(await board.read(far, 'n'), 2n)
  })
})

test('S10: slower than a session may be: undone, and the contract is told which limit it was', { timeout: 600_000 }, async (t) => {
  // Longer than the session at the end takes, in which nothing is slow but the machine.
  const sessionMs = 10_000
  const { board, mortal } = await openThreads(t, { sessionMs })
  const { attempt, play } = attemptsOn(board)
  const reached = mortal(far).keepBack('crossCallIn')
  const played = play(attempt)
  const { release } = await reached
  // Begun later than the session's own timer, so it ends later.
  await new Promise((resolve) => setTimeout(resolve, sessionMs + 1))
  release()
  assert.equal(await played, true)
  const text = new Uint8Array(32)
  text.set(Buffer.from('time'))
  assert.equal(await board.read(near, 'digest'), errorOf('SessionLimit(string)', word(32), word(4), text))
  assert.equal(await board.read(far, 'n'), 0n)
  assert.equal(await play(attempt), true)
  assert.equal(await board.read(far, 'n'), 1n)
})
