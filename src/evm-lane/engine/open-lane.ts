// Owns: opening a lane's store and bringing it to a consistent head: a new one gets its genesis, an old one is recovered and checked.
// Does not own: what the lane then does (engine.ts).
// Called by: engine.ts.

import { join } from 'node:path'
import { RLP } from '@ethereumjs/rlp'
import { AppError } from '../../errors.js'
import { bareHex, equalBytes } from '../../primitives.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { metaKey } from '../../schema.js'
import { openLevelStore } from '../../store/level-store.js'
import { MemoryStore } from '../../store/memory-store.js'
import type { Store } from '../../store/store.js'
import type { LaneSpec } from '../lane-spec.js'
import { ChainStore } from './chain/chain-store.js'
import { commitBlock } from './committer.js'
import { laneCrypto } from './crypto.js'
import { DurableHead } from './durable-head.js'
import { EvmSlots } from './evm-slot.js'
import { backfillFacts } from './facts/backfill.js'
import { FactStore } from './facts/fact-store.js'
import { ForkSchedule } from './fork-schedule.js'
import { genesisDigest, genesisHeader, readGenesis, resolveFork, writeAlloc } from './genesis.js'
import type { Genesis } from './genesis.js'
import { encodeBlock, sealHeader } from './header.js'
import { HyperMarks } from './hyper-marks.js'
import { initKeccak } from './keccak.js'
import type { LaneParts } from './lane-parts.js'
import { PeerHistory } from './peer-history.js'
import { Crossers } from './session/crossers.js'
import { leavingPort, lonelyPort } from './session/local-port.js'
import { LaneState } from './state/lane-state.js'

type NewLane = Omit<LaneParts, 'genesisHash'>

/** What the store remembers of its birth. */
type Birth = { genesisHash: Hash32; digest: Hash32; fork: string | null }

/** `given`: the store, when it is not to be found by the spec; closed with the lane. @throws AppError 'store-in-use', 'genesis-mismatch', 'store-corrupt', 'config-invalid'. */
export async function openLane(spec: LaneSpec, given?: Store): Promise<LaneParts> {
  await initKeccak()
  const store = given ?? (spec.dir === null ? new MemoryStore() : await openLevelStore(join(spec.dir, 'db')))
  try {
    return await openOn(store, spec)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openOn(store: Store, spec: LaneSpec): Promise<LaneParts> {
  const birth = await readBirth(store)
  const genesis = readGenesis(spec, birth === undefined ? resolveFork(spec.genesis) : birth.fork)
  const forks = new ForkSchedule(genesis.rules, laneCrypto)
  const state = await LaneState.open(store, spec.historyBlocks === null ? {} : { historyBlocks: spec.historyBlocks })
  const chain = new ChainStore(store, forks)
  const facts = new FactStore(store)
  const hyper = await HyperMarks.open(store, spec)
  const peers = new PeerHistory(store)
  await peers.load()
  const crossing = { chainId: spec.chainId, peers: new Set(spec.peers ?? []), port: spec.coordinated === true ? leavingPort : lonelyPort }
  const crossers = new Crossers()
  const parts = {
    spec,
    store,
    forks,
    state,
    chain,
    facts,
    hyper,
    peers,
    slots: new EvmSlots(),
    commits: { last: Promise.resolve() },
    durable: new DurableHead(store, () => chain.head.block.header.number),
    crossing,
    crossers,
  }
  if (birth === undefined) return { ...parts, genesisHash: await writeGenesis(parts, genesis) }
  if (!equalBytes(birth.digest, genesisDigest(spec))) {
    throw new AppError(
      'genesis-mismatch',
      'its data was made with another genesis or chain id; use another data folder or the configuration it began with',
      {
        genesisHash: bareHex(birth.genesisHash),
      },
    )
  }
  await recover(parts)
  return { ...parts, genesisHash: birth.genesisHash }
}

/** Block and state are written in one batch, so their heads can only differ when the store is damaged. */
async function recover(parts: NewLane): Promise<void> {
  const { chain, state, facts } = parts
  const head = await chain.storedHead()
  if (head === undefined || head !== state.headNumber)
    throw new AppError('store-corrupt', `chain head ${head} and state head ${state.headNumber} differ`)
  await chain.load(head)
  const { header } = chain.head.block
  if (!equalBytes(header.stateRoot, state.stateRoot)) {
    throw new AppError(
      'store-corrupt',
      `state root of block ${head} is 0x${bareHex(state.stateRoot)}, its header says 0x${bareHex(header.stateRoot)}`,
    )
  }
  if (!(await facts.load(head))) await backfillFacts(parts)
}

async function readBirth(store: Store): Promise<Birth | undefined> {
  const bytes = await store.get(metaKey('genesis'))
  if (bytes === undefined) return undefined
  const [genesisHash, digest, fork] = RLP.decode(bytes) as [Bytes, Bytes, Bytes]
  return { genesisHash, digest, fork: fork.length === 0 ? null : Buffer.from(fork).toString('utf8') }
}

async function writeGenesis(parts: NewLane, genesis: Genesis): Promise<Hash32> {
  const view = parts.state.view()
  writeAlloc(view, genesis.alloc)
  const sealed = parts.state.seal(view, genesis.header.number)
  const header = sealHeader(genesisHeader(genesis, parts.forks, sealed.stateRoot))
  const block = { header, transactions: [], uncles: [], withdrawals: header.withdrawalsRoot === undefined ? null : [] }
  const birth = RLP.encode([header.hash, genesisDigest(parts.spec), Buffer.from(resolveFork(parts.spec.genesis) ?? '', 'utf8')])
  const entry = { block, txs: [], receipts: [], timestampMs: null, rlp: encodeBlock(block) }
  await commitBlock(parts, entry, sealed, { extra: [{ type: 'put', key: metaKey('genesis'), value: birth }] })
  return header.hash
}
