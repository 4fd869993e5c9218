// Answers to those who ask for old Seals: some at a time, and not all for one.

import assert from 'node:assert/strict'
import test from 'node:test'
import { servesMax, servesPerPeerMax } from '../../../src/buddy/limits.js'
import { createSender } from '../../../src/buddy/sender.js'
import type { Transport } from '../../../src/buddy/transport.js'
import { keyNumber } from '../../sim/buddy/crypto.js'

const silent: Transport = {
  peers: [],
  send: () => undefined,
  onMessage: () => undefined,
  admit: () => undefined,
  traffic: () => ({ sent: 0, received: 0, dropped: 0, malformed: 0 }),
  close: async () => undefined,
}

test('one that asks all the time leaves room for the others', async () => {
  const reads: (() => void)[] = []
  const sealed = (): Promise<null> => new Promise((resolve) => reads.push(() => resolve(null)))
  const sender = createSender({ transport: silent, sealed, refused: () => undefined })
  const ask = (by: number): void => sender.serve({ kind: 'serve', to: keyNumber(by), height: 1n, whole: true })
  for (let i = 0; i < servesMax; i++) ask(0)
  assert.equal(reads.length, servesPerPeerMax)
  ask(1)
  assert.equal(reads.length, servesPerPeerMax + 1)
  for (let by = 2; by < 2 + servesMax; by++) ask(by)
  assert.equal(reads.length, servesMax)
  for (const answer of reads.splice(0)) answer()
  await sender.idle()
  ask(0)
  assert.equal(reads.length, 1)
})
