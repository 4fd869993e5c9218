// Owns: Hardhat 2 runs the example dApp over three lanes, on a copy of hardhat-fixtures.
// Does not own: the gateway (gateway.ts), what the dApp checks (hardhat-fixtures/crosslane/). Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import { needsOwnGateway, startGateway } from '../gateway.js'
import { copyHardhatProject } from '../hardhat-project.js'

test('hardhat 2 trades between three lanes', { skip: needsOwnGateway, timeout: 600_000 }, async (t) => {
  const gateway = await startGateway()
  t.after(() => gateway.stop())
  const { hardhat, remove } = await copyHardhatProject({ PARALANE_URL: gateway.url })
  t.after(remove)
  assert.match(await hardhat('compile'), /Compiled \d+ Solidity files/)
  assert.match(await hardhat('test', '--no-compile', '--network', 'lane0', 'crosslane/arbitrage.js', 'crosslane/lane-token.js'), /8 passing/)
})
