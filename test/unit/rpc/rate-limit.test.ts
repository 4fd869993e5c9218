import assert from 'node:assert/strict'
import test from 'node:test'
import { RateLimiter } from '../../../src/rpc/rate-limit.js'

test('a bucket is full at first, empties by cost, fills by time, and never beyond its size', () => {
  let nowMs = 0
  const limiter = new RateLimiter({ perSecond: 10, burst: 20 }, () => nowMs)
  const steps: { desc: string; atMs: number; caller: string; cost: number; waitSeconds: number }[] = [
    { desc: 'full at first', atMs: 0, caller: 'a', cost: 15, waitSeconds: 0 },
    { desc: 'the rest', atMs: 0, caller: 'a', cost: 5, waitSeconds: 0 },
    { desc: 'empty', atMs: 0, caller: 'a', cost: 1, waitSeconds: 0.1 },
    { desc: 'a refusal took nothing', atMs: 100, caller: 'a', cost: 1, waitSeconds: 0 },
    { desc: 'another caller has a bucket of its own', atMs: 100, caller: 'b', cost: 20, waitSeconds: 0 },
    { desc: 'not beyond its size', atMs: 60_000, caller: 'a', cost: 20, waitSeconds: 0 },
    { desc: 'really not', atMs: 60_000, caller: 'a', cost: 1, waitSeconds: 0.1 },
    { desc: 'more than the bucket holds, when it is full', atMs: 120_000, caller: 'a', cost: 50, waitSeconds: 0 },
    { desc: 'is paid off before anything else', atMs: 123_000, caller: 'a', cost: 1, waitSeconds: 0.1 },
    { desc: 'and then goes on', atMs: 123_100, caller: 'a', cost: 1, waitSeconds: 0 },
  ]
  for (const { desc, atMs, caller, cost, waitSeconds } of steps) {
    nowMs = atMs
    assert.ok(Math.abs(limiter.take(caller, cost) - waitSeconds) < 1e-9, desc)
  }
})
