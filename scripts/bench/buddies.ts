// Owns: the measurement of separate Buddies: how long a Seal takes with four processes, how fast a new Buddy catches up. Usage: node dist/scripts/bench/buddies.js [seconds] [pause of each of two senders in ms]
// Does not own: the processes (test/e2e/buddies), the load.
// Called by: npm run bench:buddies.

import { rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { deployCounter, startLoad } from '../../test/e2e/buddies/load.js'
import { startNetwork, type BuddyNetwork } from '../../test/e2e/buddies/network.js'
import { until } from '../../test/e2e/until.js'
import { rpc } from '../../test/e2e/rpc.js'

const seconds = Number(process.argv[2] ?? 40)
const pauseMs = Number(process.argv[3] ?? 0)
const lanes = `
[[lanes]]
chainId = 77050
name = "instant"

[[lanes]]
chainId = 77051
name = "swift"
blockTimeMs = 250
`

const network = await startNetwork({ lanes, periodMs: 500 })
try {
  const urls = [77050, 77051].map((chainId) => network.gateway.laneUrl(chainId))
  const counters = await Promise.all(urls.map(deployCounter))
  const load = startLoad(urls, counters, pauseMs)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  await load.stop()
  await network.sealed((await network.height()) + 2)
  process.stdout.write(`machine: ${cpus().length} x ${cpus()[0]?.model.trim()}; four Buddies, a gateway and its load share it\n`)
  process.stdout.write(`${load.sent} transactions in ${seconds} s, ${await network.height()} Hyper Blocks of 500 ms\n`)
  process.stdout.write(`${await latencies(network)}\n`)
  process.stdout.write(`${await catchUp(network)}\n`)
} finally {
  await network.stop()
}

/** From the close of a cycle to the stored Seal, on the Buddies that closed it; bounds of the buckets in which the quantiles lie. */
async function latencies({ buddies }: BuddyNetwork): Promise<string> {
  const counts = new Map<number, number>()
  for (const { url } of buddies) {
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const [, le, count] of text.matchAll(/^paralane_hyper_seal_seconds_bucket\{le="([^"]+)"\} (\d+)/gm)) {
      const bound = le === '+Inf' ? Infinity : Number(le)
      counts.set(bound, (counts.get(bound) ?? 0) + Number(count))
    }
  }
  const changes = await Promise.all(buddies.map(async ({ url }) => Number((await rpc(url, 'hyper_trustModel')).viewChanges)))
  const total = Math.max(0, ...counts.values())
  const quantile = (share: number): string => {
    const bound = [...counts].sort(([a], [b]) => a - b).find(([, count]) => count >= share * total)?.[0] ?? Infinity
    return `${bound * 1_000} ms`
  }
  return `Seal after the close of a cycle: p50 up to ${quantile(0.5)}, p90 up to ${quantile(0.9)} (${total} samples; views given up, as each Buddy saw them: ${changes.join(', ')})`
}

/** A Buddy that has lost everything but its key begins at the genesis. */
async function catchUp({ buddies, folder, gateway, height }: BuddyNetwork): Promise<string> {
  const last = buddies.at(-1)!
  await last.stop()
  await rm(join(folder, `buddy-${last.index}`), { recursive: true, force: true })
  const tip = await height()
  let gas = 0
  let blocks = 0
  for (let number = 1; number <= tip; number++) {
    const block = await rpc(gateway.url, 'hyper_getBlockByNumber', [`0x${number.toString(16)}`])
    for (const lane of block.lanes) gas += Number(lane.gasUsed)
    blocks += Number(block.laneBlockCount)
  }
  await last.start()
  const begunMs = performance.now()
  await until(async () => Number(await rpc(last.url, 'hyper_blockNumber')) >= tip, () => `the new Buddy does not catch up\n${last.output()}`) // prettier-ignore
  const took = (performance.now() - begunMs) / 1_000
  return `catch-up of ${tip} Hyper Blocks, ${blocks} lane blocks, ${(gas / 1e6).toFixed(1)} Mgas in ${took.toFixed(1)} s: ${(blocks / took).toFixed(0)} blocks/s, ${(gas / 1e6 / took).toFixed(2)} Mgas/s, ${(tip / took).toFixed(0)} Hyper Blocks/s`
}
