import test from 'node:test'
import assert from 'node:assert/strict'
import { AssertionFailure } from '../../../../src/assert.js'
import { AppError } from '../../../../src/errors.js'
import { DurableHead } from '../../../../src/evm-lane/engine/durable-head.js'

/** A disk whose syncs end when the test says so. */
class Disk {
  written = 0n
  readonly syncs: { end: () => void; fail: (error: Error) => void }[] = []
  readonly head = new DurableHead(this, () => this.written)

  sync(): Promise<void> {
    return new Promise((end, fail) => this.syncs.push({ end, fail }))
  }
}

test('a block above the head is a mistake of the caller, and no sync is begun for it', async () => {
  const disk = new Disk()
  disk.written = 7n
  await assert.rejects(disk.head.reach(8n), AssertionFailure)
  assert.equal(disk.syncs.length, 0)
})

test('one sync serves all who wait for what was written before it', async () => {
  const disk = new Disk()
  disk.written = 3n
  const waiting = [disk.head.reach(1n), disk.head.reach(3n), disk.head.reach(2n)]
  assert.equal(disk.syncs.length, 1)
  disk.syncs[0]?.end()
  await Promise.all(waiting)
  await disk.head.reach(3n)
  assert.equal(disk.syncs.length, 1)
})

test('a block written while a sync is under way waits for the next one', async () => {
  const disk = new Disk()
  disk.written = 1n
  const first = disk.head.reach(1n)
  disk.written = 2n
  let reached = false
  const second = disk.head.reach(2n).then(() => {
    reached = true
  })
  disk.syncs[0]?.end()
  await first
  await new Promise(setImmediate)
  assert.equal(reached, false)
  assert.equal(disk.syncs.length, 2)
  disk.syncs[1]?.end()
  await second
})

test('a sync that fails is told to who waits, and the next one who asks begins another', async () => {
  const disk = new Disk()
  disk.written = 1n
  const failing = disk.head.reach(1n)
  disk.syncs[0]?.fail(new AppError('store-failed', 'no space left'))
  await assert.rejects(failing, { code: 'store-failed' })
  const again = disk.head.reach(1n)
  disk.syncs[1]?.end()
  await again
})

test("blocks that the journal has on top of one on disk need no sync; one of the lane's own among them does", async () => {
  const disk = new Disk()
  disk.written = 1n
  const first = disk.head.reachRecoverable(1n)
  disk.syncs[0]?.end()
  await first
  for (disk.written = 2n; disk.written <= 4n; disk.written++) {
    disk.head.noteJournaled(disk.written)
    await disk.head.reachRecoverable(disk.written)
  }
  assert.equal(disk.syncs.length, 1)
  // Block 5 is nobody else's, and 6 lies on it.
  disk.written = 6n
  disk.head.noteJournaled(6n)
  const above = disk.head.reachRecoverable(6n)
  assert.equal(disk.syncs.length, 2)
  disk.syncs[1]?.end()
  await above
})

test('what the journal has is not on disk: who asks for that waits for a sync', async () => {
  const disk = new Disk()
  disk.head.noteJournaled(0n)
  const reached = disk.head.reach(0n)
  assert.equal(disk.syncs.length, 1)
  disk.syncs[0]?.end()
  await reached
})
