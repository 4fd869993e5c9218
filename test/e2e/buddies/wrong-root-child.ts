// Owns: a Buddy that lies, built from the real parts: it proposes wrong state roots, finds every proposal right, and votes twice. Started as a process: CONFIG.
// Does not own: the protocol, the network, its key: all real.
// Called by: byzantine.test.ts, in place of `paralane buddy --config CONFIG`.

import { decodeBody, decodeHeader, encodeBody, encodeHeader, genesisHashOf, readHeader } from '../../../src/hyper/core/hyper-codec.js'
import type { BuddyApp } from '../../../src/buddy/app.js'
import { preimage } from '../../../src/buddy/core/signing.js'
import type { Block, Crypto, Judge, Key, Message, Votes } from '../../../src/buddy/core/types.js'
import { quorumWeight } from '../../../src/buddy/core/validators.js'
import { readKeyFile } from '../../../src/buddy/key-file.js'
import { openBuddy } from '../../../src/buddy/runner.js'
import { createVerifier } from '../../../src/buddy/signer.js'
import { openTcpTransport } from '../../../src/buddy/transport-tcp.js'
import type { Transport } from '../../../src/buddy/transport.js'
import { openBuddyStore } from '../../../src/buddy/wal.js'
import { loadBuddySettings } from '../../../src/config/buddy-config.js'
import { initKeccak, keccak256 } from '../../../src/evm-lane/engine/keccak.js'
import { applySealed, build, createLedger } from '../../../src/hyper/core/ledger.js'
import { rootsOf } from '../../../src/hyper/core/roots.js'
import { readTrustedGenesis } from '../../../src/hyper/follower/trusted-genesis.js'
import { toHex } from '../../../src/primitives.js'
import { MemoryStore } from '../../../src/store/memory-store.js'

await initKeccak()
const settings = loadBuddySettings(process.argv[2] ?? null, {})
const signer = readKeyFile(settings.keyFile)
const genesis = readTrustedGenesis(settings.genesisFile, keccak256)
const crypto: Crypto = { hash: keccak256, verify: createVerifier() }
const genesisHash = genesisHashOf(crypto, genesis)
const judge: Judge = { crypto, genesisHash, readHeader, quorum: quorumWeight }
const ledger = createLedger({ crypto, genesis, last: null, roster: null })

/** Everything fits but the state of the first lane. */
function withWrongRoot(block: Block): Block {
  const header = decodeHeader(block.header)
  const body = decodeBody(block.body)
  if (header === null || body === null) throw new Error('an own block cannot be read')
  const lanes = body.lanes.map((lane, i) => (i === 0 ? { ...lane, stateRoot: keccak256(lane.stateRoot) } : lane))
  const other = { ...body, lanes }
  return { ...block, header: encodeHeader({ ...header, ...rootsOf(crypto, other) }), body: encodeBody(other) }
}

/** It votes twice only after it was refused, so that both are seen before it is convicted. */
let proposed = false

const app: BuddyApp = {
  build: async (at) => {
    const block = build(ledger, { ...at, nowMs: Date.now() })
    proposed = true
    process.stdout.write(`proposes a wrong root for ${at.height}\n`)
    return block === null ? null : withWrongRoot(block)
  },
  validate: () => Promise.resolve(true),
  decided: async ({ block }) => void applySealed(ledger, block),
  evidence: () => undefined,
}

/** Each own vote goes out a second time, for something else. */
function twoFaced(transport: Transport, selfOf: () => number | null): Transport {
  const rival = (message: Votes): Message => {
    const votes = message.votes.map((vote) => {
      if (vote.validator !== selfOf()) return vote
      const digest = vote.digest.slice()
      digest[0] = (digest[0] as number) ^ 1
      return { ...vote, digest, signature: signer.sign(preimage(judge, message.vote, message.height, message.view, digest)) }
    })
    return { ...message, votes }
  }
  return {
    get peers() {
      return transport.peers
    },
    send: (to: readonly Key[], message: Message) => {
      transport.send(to, message)
      if (proposed && message.kind === 'votes' && message.votes.some(({ validator }) => validator === selfOf())) transport.send(to, rival(message))
    },
    onMessage: (listener) => transport.onMessage(listener),
    admit: (validators) => transport.admit(validators),
    traffic: () => transport.traffic(),
    close: () => transport.close(),
  }
}

const { listen, peers: addresses, followers, timing, exchange } = settings
const tcp = await openTcpTransport({ identity: { signer, verify: crypto.verify, genesisHash }, listen, addresses, followers })
const self = genesis.set.findIndex(({ key }) => toHex(key) === toHex(signer.key))
const buddy = await openBuddy({
  app,
  delivered: 0n,
  signer,
  crypto,
  transport: twoFaced(tcp, () => self),
  store: await openBuddyStore(new MemoryStore(), {
    genesis: { hash: genesisHash, set: genesis.set },
    key: signer.key,
    sync: true,
    keepHeights: null,
  }),
  genesisHash,
  readHeader,
  timing,
  exchange,
  onFailed: (error) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  },
})
setInterval(() => buddy.cycle(), genesis.params.periodMs)
process.on('SIGTERM', () => process.exit(0))
process.stdout.write(`Buddy ${toHex(signer.key)} runs\n`)
