// What deliveries and messages cost: the bound that the fee pays for, and the ordinary case.

import test from 'node:test'
import assert from 'node:assert/strict'
import { encodeFunctionData, type Hex } from 'viem'
import { fromHex, toHex } from '../../../../../src/primitives.js'
import { deliverCalldata, deliveryGas } from '../../../../../src/evm-lane/engine/portal/messages.js'
import { deliver, deliveredBy, incoming, nobody, take } from './message-steps.js'
import { encode } from './portal-abi.js'
import { far, portal, portalRig, THERE, user, type Outcome } from './portal-rig.js'
import { probeAbi } from './probe.js'

test('deliveryGas is enough whatever the target does, and what the portal keeps of its answer is bounded', async (t) => {
  const burnGas = encodeFunctionData({ abi: probeAbi, functionName: 'burnGas' })
  const failLong = encodeFunctionData({ abi: probeAbi, functionName: 'failLong', args: [100_000n] })
  let worst = 0n
  for (const hardfork of ['istanbul', 'osaka'] as const) {
    const rig = await portalRig(hardfork)
    let sender = 0x1000
    for (const length of [0, 100, 5_000, 24_000])
      for (const gasLimit of length === 0 ? [0n, 30_000n, 400_000n] : [30_000n])
        for (const lead of ['0x', burnGas, failLong] as Hex[])
          for (const refundTo of [nobody, user]) {
            const data = new Uint8Array(Math.max(length, (lead.length - 2) / 2)).fill(1)
            data.set(fromHex(lead))
            const message = incoming(0n, {
              sender: fromHex(`0x${(sender++).toString(16).padStart(40, '0')}`),
              data,
              gasLimit,
              refundTo: fromHex(refundTo),
              value: 1n,
            })
            const limit = deliveryGas({ dataLength: BigInt(data.length), gasLimit })
            const outcome = await deliver(rig, message, limit - intrinsicGas(deliverCalldata(message)))
            const own = outcome.gasUsed + intrinsicGas(deliverCalldata(message)) - gasLimit - 260n * BigInt(data.length)
            if (own > worst) worst = own
            assert.ok(
              outcome.success,
              `${hardfork}, ${data.length} bytes, ${gasLimit} gas, ${lead.slice(0, 10)}, refund ${refundTo}: ${outcome.error} ${outcome.data}`,
            )
            assert.ok((deliveredBy(outcome)?.returnData.length ?? Infinity) <= 1_024)
          }
  }
  t.diagnostic(`most gas beyond the target's limit and 260 per byte: ${worst}`)
})

test('gas of messages', async (t) => {
  const rig = await portalRig('osaka')
  const data = fromHex(take(`0x${'01'.repeat(32)}`))
  const cost = async (what: string, outcome: Promise<Outcome>): Promise<void> => {
    const { success, gasUsed } = await outcome
    assert.ok(success, what)
    t.diagnostic(`${what}: ${gasUsed} gas`)
  }
  for (const which of ['first', 'next'])
    await cost(
      `send, ${which} of a sender`,
      rig.send({ from: user, to: portal, data: encode('send', [THERE, far, toHex(data), 100_000n]), value: 10n ** 18n }),
    )
  await cost('deliver, first of a sender', deliver(rig, incoming(0n)))
  await cost('deliver, next', deliver(rig, incoming(1n)))
  await cost('deliver, failing and kept', deliver(rig, incoming(2n, { data: fromHex('0x01'), gasLimit: 30_000n })))
  await cost(
    'deliver, failing and refunded',
    deliver(rig, incoming(3n, { data: fromHex('0x01'), gasLimit: 30_000n, value: 1n, refundTo: fromHex(user) })),
  )
})

/** What a transaction pays before it runs: EIP-2028, or the floor of EIP-7623 where that is more. */
function intrinsicGas(data: Uint8Array): bigint {
  let tokens = 0
  for (const byte of data) tokens += byte === 0 ? 1 : 4
  return 21_000n + BigInt(tokens) * 10n
}
