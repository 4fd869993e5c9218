// Owns: `paralane verify --replay`: executes everything again from the genesis on, compares it with what is sealed and with what the server says, names what differs.
// Does not own: the replay (hyper/follower/replay-run.ts), the comparison of states (state-compare.ts).
// Called by: verify.ts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVerifier } from '../buddy/signer.js'
import { laneFolder } from '../config/lane-record.js'
import { AppError } from '../errors.js'
import { initKeccak, keccak256 } from '../evm-lane/engine/keccak.js'
import { createGatewayFeed } from '../hyper/feed/gateway-feed.js'
import { createGatewayRpc, type GatewayRpc } from '../hyper/feed/gateway-rpc.js'
import { bigintOf, bytesOf, fieldsOf } from '../hyper/feed/json-read.js'
import { ReplayRun, type SealedBytes } from '../hyper/follower/replay-run.js'
import { readTrustedGenesis } from '../hyper/follower/trusted-genesis.js'
import { toHex } from '../primitives.js'
import { createProgress } from '../process/progress.js'
import { openLevelStore } from '../store/level-store.js'
import { openFollowedLane } from './followed-lanes.js'
import { compareState, type Difference } from './state-compare.js'

export type ReplayOptions = { rpc: string; genesis?: string; work?: string }

const requestMs = 60_000

/** Answers the exit code: 0 when nothing differs. @throws NotProven for a Seal that is none. */
export async function verifyByReplay({ rpc: url, genesis: file, work }: ReplayOptions): Promise<number> {
  if (file === undefined) throw new AppError('config-invalid', '--genesis: a replay begins with a genesis document that is trusted')
  await initKeccak()
  const genesis = readTrustedGenesis(file, keccak256)
  const folder = work ?? mkdtempSync(join(tmpdir(), 'paralane-replay-'))
  const rpc = createGatewayRpc({ url, apiKey: null }, requestMs)
  try {
    return await replay(url, rpc, genesis, folder)
  } finally {
    if (work === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function replay(url: string, rpc: GatewayRpc, genesis: ReturnType<typeof readTrustedGenesis>, dataDir: string): Promise<number> {
  const feed = createGatewayFeed(rpc)
  const tip = bigintOf(await rpc.call('hyper_blockNumber', []), 'the number of the newest Hyper Block')
  const progress = createProgress(Number(tip))
  const log = (level: string, message: string): void => void (level === 'error' && process.stderr.write(`paralane: ${message}\n`))
  const run = new ReplayRun({
    genesis,
    feed,
    crypto: { hash: keccak256, verify: createVerifier() },
    sealed: (number) => sealedBytes(rpc, number),
    openLane: (trusted, others) => openFollowedLane(trusted, others, { dataDir, feed, syncWrites: false, keccak256, log }),
    onProgress: (number) => progress.update(Number(number), `Hyper Block ${number}`),
  })
  const begunMs = performance.now()
  try {
    await run.sealedTo(tip)
    await run.unsealed()
  } finally {
    progress.end()
    await Promise.all(Array.from(run.lanes.values(), ({ lane }) => lane.stop()))
  }
  const seconds = (performance.now() - begunMs) / 1_000
  let blocks = 0n
  let differences = 0
  for (const { lane } of run.lanes.values()) {
    const head = lane.head()
    if (head === undefined) continue
    blocks += head.header.number
    const { chainId, name } = lane.spec
    const found = await stateOf(url, dataDir, chainId, head.header.number)
    differences += found.length
    tell(`lane ${name}: ${head.header.number} blocks executed again, block ${head.header.number} is ${toHex(head.header.hash)}`)
    for (const difference of found) tell(`differs: ${textOf(name, head.header.number, difference)}`)
  }
  for (const { hyperNumber, chainId, block, text } of run.findings) {
    const lane = chainId === null ? null : run.lanes.get(chainId)?.lane.spec.name
    tell(`differs: ${lane === null ? `Hyper Block ${hyperNumber}` : `lane ${lane}, block ${block} (for Hyper Block ${hyperNumber})`}: ${text}`)
  }
  const gas = Number(run.gasUsed) / 1e6
  tell(
    `${blocks} blocks and ${gas.toFixed(1)} Mgas in ${seconds.toFixed(1)} s: ${(Number(blocks) / seconds).toFixed(0)} blocks/s, ${(gas / seconds).toFixed(1)} Mgas/s`,
  )
  if (differences + run.findings.length > 0) return 1
  tell(`replayed: all of ${tip} Hyper Blocks, and every account and slot that the server has of them`)
  return 0
}

function textOf(name: string, at: bigint, { address, what, own, theirs }: Difference): string {
  return `lane ${name}, state after block ${at}, account ${address}, ${what}: the server has ${theirs}, execution gives ${own}`
}

/** The lane is stopped; its store is read as it is. */
async function stateOf(url: string, dataDir: string, chainId: number, at: bigint): Promise<Difference[]> {
  const store = await openLevelStore(join(laneFolder(dataDir, chainId), 'db'))
  try {
    return await compareState(store, createGatewayRpc({ url: `${url}/${chainId}`, apiKey: null }, requestMs), at)
  } finally {
    await store.close()
  }
}

async function sealedBytes(rpc: GatewayRpc, number: bigint): Promise<SealedBytes> {
  const block = fieldsOf(await rpc.call('hyper_getBlockByNumber', [`0x${number.toString(16)}`]), `Hyper Block ${number}`)
  return { header: bytesOf(block['headerRlp'], 'headerRlp'), body: bytesOf(block['bodyRlp'], 'bodyRlp'), seal: bytesOf(block['sealRlp'], 'sealRlp') }
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
