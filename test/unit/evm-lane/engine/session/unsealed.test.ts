// Back-pressure between lanes: a lane that has made as many blocks beyond the sealed ones as it may is not called (S5, L7).

import test from 'node:test'
import assert from 'node:assert/strict'
import { bareHex, toHex } from '../../../../../src/primitives.js'
import { keccak256 } from '../../../../../src/evm-lane/engine/keccak.js'
import { encodeRefusal } from '../../../../../src/evm-lane/engine/portal/refusal.js'
import { laneIds, sealHyper } from '../../../../fixtures/session-lanes.js'
import { data, openBoard, pawn, succeeded, user } from '../../../../fixtures/session-pawns.js'

test('a lane too far ahead of what is sealed is LaneUnavailable to the others, until more is sealed', async (t) => {
  const board = await openBoard(t, { spec: { sealed: true, maxUnsealed: 4 } })
  await sealHyper(board.lanes, 1)
  for (let i = 0; i < 4; i++) await board.lane(1).send({ from: user, to: pawn, value: 1n })
  const attempt = data('attempt', [toHex(board.proxy(1)), 0n, 0n, toHex(data('hit'))])
  assert.equal(succeeded(await board.play(0, attempt)), true)
  assert.equal(await board.read(0, 'caught'), 1n)
  const refusal = encodeRefusal({ error: 'LaneUnavailable', chainId: laneIds[1] })
  assert.equal(await board.read(0, 'digest'), toHex(keccak256(refusal)))
  assert.equal(await board.read(1, 'n'), 0n)
  const before = board.lane(1).client.head()?.header.hash ?? new Uint8Array(0)

  await assert.rejects(board.play(1, data('pass', [toHex(board.proxy(0)), toHex(data('hit'))])), { code: 'unsealed-limit' })
  assert.equal(bareHex(board.lane(1).client.head()?.header.hash ?? new Uint8Array(0)), bareHex(before))
  await sealHyper(board.lanes, 2)
  assert.equal(succeeded(await board.play(0, attempt)), true)
  assert.equal(await board.read(0, 'caught'), 1n)
  assert.equal(await board.read(1, 'n'), 1n)
})
