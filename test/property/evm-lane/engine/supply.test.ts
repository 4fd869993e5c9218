// Supply over lanes (S11): whatever messages, sessions and dying contracts do, all balances of all lanes, what is in flight, what was burnt and what was
// destroyed are together what there was in the beginning. Does not own: random call trees (followed-sessions.test.ts).

import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeFunctionData, parseAbi } from 'viem'
import { PORTAL } from '../../../../src/evm-lane/engine/portal/addresses.js'
import type { BlockFact } from '../../../../src/evm-lane/protocol.js'
import { fromHex, toHex } from '../../../../src/primitives.js'
import { followLane, SessionLog, sumOver } from '../../../fixtures/followed-lanes.js'
import { seededRandom } from '../../../fixtures/random.js'
import { laneIds } from '../../../fixtures/session-lanes.js'
import { data, ether, openBoard, pawn, succeeded, user, type Board } from '../../../fixtures/session-pawns.js'

const portal = parseAbi([
  'function send(uint256 chainId, address target, bytes data, uint256 gasLimit) payable returns (bytes32)',
  'function sendWithRefund(uint256 chainId, address target, bytes data, uint256 gasLimit, uint256 value, address refundTo) payable returns (bytes32)',
  'function retry(bytes32 messageId)',
])
const steps = 40
/** Enough for any fee here; what a message does not need for its fee it carries, or it comes back. */
const paid = ether / 100n
const kinds = ['call', 'callThatFails', 'send', 'sendToFail', 'sendWithRefund', 'retry', 'dieInBirth', 'die', 'plain'] as const

type World = { board: Board; random: ReturnType<typeof seededRandom>; failed: { at: number; id: Uint8Array }[] }

const hit = toHex(data('hit'))
const fail = toHex(data('fail'))
const call = (functionName: 'send' | 'sendWithRefund' | 'retry', args: readonly unknown[]): Uint8Array =>
  fromHex(encodeFunctionData({ abi: portal, functionName, args: args as never }))

async function step({ board, random, failed }: World, kind: (typeof kinds)[number]): Promise<void> {
  const at = random.below(3)
  const other = (at + 1 + random.below(2)) % 3
  const value = BigInt(random.below(1_000))
  const lane = board.lane(at)
  const chainId = BigInt(laneIds[other] as number)
  switch (kind) {
    case 'call':
      await board.play(at, data('pass', [toHex(board.proxy(other)), hit]), { value })
      return
    case 'callThatFails':
      await board.play(at, data('attempt', [toHex(board.proxy(other)), value, 0n, fail]), { value })
      return
    case 'send':
    case 'sendToFail': {
      const input = call('send', [chainId, toHex(pawn), kind === 'send' ? hit : fail, 200_000n])
      assert.ok(succeeded(await lane.send({ from: user, to: PORTAL, data: input, value: paid + value })))
      return
    }
    case 'sendWithRefund': {
      const input = call('sendWithRefund', [chainId, toHex(pawn), fail, 200_000n, value, toHex(user.address)])
      assert.ok(succeeded(await lane.send({ from: user, to: PORTAL, data: input, value: paid })))
      return
    }
    case 'retry': {
      const one = failed.pop()
      // It fails again: the pawn's `fail` always does.
      if (one !== undefined) await board.lane(one.at).send({ from: user, to: PORTAL, data: call('retry', [toHex(one.id)]) })
      return
    }
    case 'dieInBirth':
      // ADDRESS SELFDESTRUCT as its own constructor: EIP-6780 destroys it with what it was given.
      await lane.send({ from: user, to: null, data: fromHex('0x30ff'), value })
      return
    case 'die':
      await board.play(at, data('die', [toHex(user.address)]), { value })
      return
    case 'plain':
      await lane.send({ from: user, to: pawn, value })
  }
}

test(
  'S11: supply, what is in flight, burnt and destroyed are constant together, and the facts are what the state has',
  { timeout: 600_000 },
  async (t) => {
    const random = seededRandom('supply')
    const board = await openBoard(t, { spec: { sealed: true } })
    const log = new SessionLog(board.coordinator.reader)
    const world: World = { board, random, failed: [] }
    // A retried message is one that was told of as delivered in vain.
    board.lanes.forEach((lane, at) => {
      lane.client.on('head', ({ header }) => {
        void lane.client.call('blockFacts', { from: header.number, max: 1 }).then(([fact]) => {
          for (const { kind, id, success } of fact?.messages ?? []) if (kind === 'delivered' && !success) world.failed.push({ at, id })
        })
      })
    })
    for (let i = 0; i < steps; i++) await step(world, kinds[i < kinds.length ? i : random.below(kinds.length)] as (typeof kinds)[number])
    await delivered(board)
    await board.coordinator.stop()
    const facts = await Promise.all(board.lanes.map((lane) => followLane(lane, log, 0)))
    const first = facts.map((of) => of[0] as BlockFact)
    const last = facts.map((of) => of.at(-1) as BlockFact)
    assert.equal(sumOver(last, 'bridgedOut'), sumOver(last, 'bridgedIn'), 'every message is delivered: nothing is in flight')
    const destroyed = sumOver(first, 'supply') - sumOver(last, 'supply') - sumOver(last, 'burned')
    assert.ok(destroyed > 0n, 'fees of messages and what died in its birth')
    assert.ok(destroyed < paid * BigInt(steps))
    checkInTime(facts)
    const messages = facts.flatMap((of) => of.flatMap((fact) => fact.messages))
    assert.ok(messages.some(({ kind, success }) => kind === 'delivered' && success))
    assert.ok(messages.some(({ kind, success }) => kind === 'delivered' && !success))
    assert.equal(
      new Set(messages.filter(({ kind }) => kind === 'sent').map(({ id }) => toHex(id))).size,
      new Set(messages.filter(({ kind }) => kind === 'delivered').map(({ id }) => toHex(id))).size,
    )
    t.diagnostic(`${messages.length} facts of messages, ${log.sessions} sessions, ${destroyed} wei destroyed`)
  },
)

/** Waits until every message that was sent is delivered, refunds included. */
async function delivered({ lanes }: Board): Promise<void> {
  for (;;) {
    const moved = new Promise<void>((resolve) => {
      const undo = lanes.map(({ client }) =>
        client.on('head', () => {
          for (const each of undo) each()
          resolve()
        }),
      )
    })
    const facts = await Promise.all(lanes.map(({ client }) => client.call('blockFacts', { from: 0n, max: 1_000 })))
    const messages = facts.flatMap((of) => of.flatMap((fact) => fact.messages))
    const done = new Set(messages.filter(({ kind }) => kind === 'delivered').map(({ id }) => toHex(id)))
    if (messages.every(({ kind, id }) => kind === 'delivered' || done.has(toHex(id)))) return
    await moved
  }
}

/** At every moment of a consistent cut: sums never fall, and what is missing of the beginning never falls (decision of the Hyper Blocks). */
function checkInTime(facts: BlockFact[][]): void {
  for (const of of facts) {
    of.forEach((fact, i) => {
      const before = of[i - 1]
      if (before === undefined) return
      assert.ok(fact.burned >= before.burned && fact.bridgedIn >= before.bridgedIn && fact.bridgedOut >= before.bridgedOut)
      const missing = (at: BlockFact): bigint => at.bridgedIn - at.bridgedOut - at.supply - at.burned
      // On one lane alone, too: nothing comes from nowhere.
      assert.ok(missing(fact) >= missing(before), `block ${fact.number} made ${missing(before) - missing(fact)} wei`)
    })
  }
}
