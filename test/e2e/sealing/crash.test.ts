// Owns: that no crash loses, repeats or takes back what was sealed: the process dies under load and sessions at any moment, and sealing goes on.
// Does not own: the load (../crash-load.ts), the judgement (seal-audit.ts). Called by: node --test.
// PARALANE_SEAL_CRASHES says how often, SEED repeats a run.

import assert from 'node:assert/strict'
import test from 'node:test'
import { initKeccak } from '../../../src/evm-lane/engine/keccak.js'
import { toHex, type Address } from '../../../src/primitives.js'
import { seededRandom, type Random } from '../../fixtures/random.js'
import { signedTx } from '../../fixtures/signed-tx.js'
import { createLoad, deployWriter, dueDeath, sendUntilGone, type Load, type LoadSender } from '../crash-load.js'
import { needsOwnGateway, type Gateway } from '../gateway.js'
import { ownConfig } from '../own-config.js'
import { rpc } from '../rpc.js'
import { auditSeals, marksOf, openBook, untilFinal } from './seal-audit.js'

const crashes = Number(process.env['PARALANE_SEAL_CRASHES'] ?? 5)
/** The process dies after so many receipts at most, and then at some moment of the next milliseconds: a cycle takes 40. */
const receiptsMax = 60
const extraMsMax = 80

const chainIds = [77030, 77031] as const
const config = `
[hyper]
periodMs = 40
minPeriodMs = 20

[[lanes]]
chainId = 77030
name = "instant"

[[lanes]]
chainId = 77031
name = "interval"
blockTimeMs = 50
`

test(
  `sealing through kill -9, ${crashes} times under load and sessions`,
  { skip: needsOwnGateway, timeout: 240_000 + crashes * 120_000 },
  async (t) => {
    await initKeccak()
    const random = seededRandom('seal crashes')
    const { start } = await ownConfig(t, config)
    let gateway = await start()
    const book = await openBook(gateway)
    // The last sender of each lane sends the bundles.
    const loads = chainIds.map((chainId) => createLoad(chainId, 3))
    const writers = await Promise.all(loads.map((load) => deployWriter(load, gateway.laneUrl(load.chainId))))
    const bundlers = loads.map(({ senders }) => senders.pop() as LoadSender)
    const told: string[] = []
    for (let crash = 1; crash <= crashes; crash++) {
      const before = await Promise.all(chainIds.map((chainId) => marksOf(gateway, chainId)))
      await loadAndKill(gateway, { loads, writers, bundlers, told }, random)
      gateway = await start()
      const after = await Promise.all(chainIds.map((chainId) => marksOf(gateway, chainId)))
      after.forEach(({ finalized, safe, latest }, i) => {
        const then = before[i] as (typeof before)[number]
        assert(finalized >= then.finalized, `finalized of lane ${chainIds[i]} went from ${then.finalized} back to ${finalized}`)
        assert(finalized <= safe && safe <= latest, `${finalized} <= ${safe} <= ${latest}`)
      })
      await goesOn(gateway, loads)
      await auditSeals(gateway, book)
      for (const sender of [
        ...loads.flatMap(({ senders, chainId }) => senders.map((of) => ({ of, chainId }))),
        ...bundlers.map((of, i) => ({ of, chainId: chainIds[i] as number })),
      ]) {
        sender.of.nonce = BigInt(await rpc(gateway.laneUrl(sender.chainId), 'eth_getTransactionCount', [toHex(sender.of.signer.address), 'pending']))
      }
    }
    for (const session of told) assert(book.sessions.has(session), `session ${session}, of which a client was told, is sealed`)
    t.diagnostic(
      `${book.anchor.number} Hyper Blocks sealed and verified over ${crashes} crashes, with ${book.sessions.size} sessions; ${told.length} were told`,
    )
    assert(book.anchor.number > BigInt(crashes) && book.sessions.size > 0, 'there was something to seal')
    await gateway.stop()
  },
)

type Work = { loads: Load[]; writers: Address[]; bundlers: LoadSender[]; told: string[] }

async function loadAndKill(gateway: Gateway, { loads, writers, bundlers, told }: Work, random: Random): Promise<void> {
  const death = dueDeath(gateway, random, { receiptsMax, extraMsMax })
  const working = loads.map((load, i) => sendUntilGone(load, gateway.laneUrl(load.chainId), writers[i] as Address, death.onReceipt))
  await Promise.all([...working, bundleUntilGone(gateway, bundlers, told)])
  await death.over()
}

/** Sessions over both lanes, one after another. */
async function bundleUntilGone(gateway: Gateway, bundlers: LoadSender[], told: string[]): Promise<void> {
  for (;;) {
    const items = bundlers.map((sender, i) => {
      const chainId = chainIds[i] as number
      const raw = signedTx(chainId, 2, sender.signer, { nonce: sender.nonce, gasLimit: 21_000n, to: sender.signer.address, value: 1n })
      return { chainId, rawTransaction: toHex(raw) }
    })
    const answer = await rpc(gateway.url, 'hyper_sendBundle', [items]).catch((error: unknown) => error)
    if (answer instanceof TypeError) return
    if (answer instanceof Error) {
      // A process that is going down says so; anything else is a mistake.
      if (/not available|stopping|fetch failed|socket/.test(answer.message)) return
      throw answer
    }
    if (answer.status !== 'committed') continue
    told.push(answer.session)
    for (const sender of bundlers) sender.nonce++
  }
}

/** A transaction on each lane becomes final. */
async function goesOn(gateway: Gateway, loads: Load[]): Promise<void> {
  for (const { chainId, senders } of loads) {
    const { signer } = senders[0] as LoadSender
    const url = gateway.laneUrl(chainId)
    const nonce = BigInt(await rpc(url, 'eth_getTransactionCount', [toHex(signer.address), 'pending']))
    const raw = signedTx(chainId, 2, signer, { nonce, gasLimit: 21_000n, to: signer.address, value: 1n })
    const { blockNumber } = await rpc(url, 'eth_sendRawTransactionSync', [toHex(raw)])
    await untilFinal(gateway, chainId, BigInt(blockNumber))
  }
}
