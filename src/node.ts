// Owns: the composition: lanes, sender pool, gateway, wired together and taken down in order.
// Does not own: any of the parts, or the process around them (commands/start.ts).
// Called by: commands/start.ts, end-to-end tests.

import { join } from 'node:path'
import { httpUrl } from './config/address.js'
import { createDevAccounts } from './config/dev-accounts.js'
import type { NetworkInfo } from './config/banner.js'
import type { Settings } from './config/resolve.js'
import { openKeyFile } from './buddy/key-file.js'
import { AppError, errorText } from './errors.js'
import type { ErrorCode } from './errors.js'
import { initKeccak, keccak256 } from './evm-lane/engine/keccak.js'
import { systemClock } from './evm-lane/engine/producer.js'
import { openWorkerLane } from './evm-lane/client-worker.js'
import type { LaneClient } from './evm-lane/client.js'
import type { LaneSpec } from './evm-lane/lane-spec.js'
import { signDigest } from './evm-lane/secp256k1.js'
import { openSenderPool, withSenderRecovery } from './evm-lane/sender-recovery.js'
import { openCoordinator, type Coordinator } from './hyper/coordinator.js'
import { feedLimits } from './hyper/feed/feed.js'
import { createLaneFeed } from './hyper/feed/lane-feed.js'
import { createHyperStore } from './hyper/hyper-store.js'
import { createJournal } from './hyper/journal.js'
import { openSealing } from './hyper/sealing.js'
import type { Sealing, SealingOptions, SealingSettings } from './hyper/sealing.js'
import { sealingLimits } from './hyper/sealing-limits.js'
import { SessionBatches } from './hyper/session-batches.js'
import { laneAdder } from './process/lane-adder.js'
import { portalAbi } from './process/portal-abi.js'
import { toHex } from './primitives.js'
import { openLevelStore } from './store/level-store.js'
import { coordinated } from './process/coordinated.js'
import { logFault } from './process/fault-log.js'
import { createLaneDirectory } from './process/lane-directory.js'
import type { Log } from './process/log.js'
import { openSealerThread } from './process/sealer-thread.js'
import { clientVersion, version } from './process/version.js'
import { methods } from './rpc/methods.js'
import { openRpcDocument } from './rpc/openrpc.js'
import { createServer } from './rpc/server.js'

export type RunningNode = {
  /** Where callers reach it: http://host:port. */
  url: string
  network: NetworkInfo
  stop: () => Promise<void>
}

/** Errors that only the operator can mend: the start is refused. A lane with another trouble fails alone (L7). */
const refusals: readonly ErrorCode[] = ['config-invalid', 'genesis-mismatch', 'store-in-use']

/** Resolves when the gateway listens. @throws AppError of the part that could not start; nothing is left running then. */
export async function startNode(settings: Settings, log: Log): Promise<RunningNode> {
  const pool = openSenderPool(settings.senderThreads)
  const open = (spec: LaneSpec): LaneClient => {
    const lane = withSenderRecovery(openWorkerLane(spec, { onLost: (error) => logLoss(log, spec, error) }), pool)
    watchLane(lane, log)
    return lane
  }
  const lanes = coordinated(settings.lanes, settings.sealing.maxUnsealed).map(open)
  let hyper: Coordinator | undefined
  let sealing: Sealing | undefined
  const stopLanes = async (): Promise<void> => {
    // Sessions that run end first; a lane that stops under one would only be recovered at the next start.
    await sealing?.stop()
    await hyper?.stop()
    await Promise.all([pool.close(), ...lanes.map((lane) => lane.stop())])
  }
  try {
    await initKeccak()
    const store = await openLevelStore(join(settings.dataDir, 'hyper'))
    const hyperStore = createHyperStore(store)
    const batches = new SessionBatches(keccak256)
    // Read before the coordinator runs any: what comes after is told as it becomes durable.
    for (const batch of await createJournal(store).since(await hyperStore.batchFloor())) batches.add(batch)
    hyper = await openCoordinator({
      lanes: lanes.filter((lane) => lane.spec.coordinated === true),
      store,
      keccak256,
      portal: portalAbi(),
      limits: settings.hyper,
      log,
      onBatch: (record) => batches.add(record),
    })
    await allStarted(lanes, log)
    sealing = await openNetwork(settings, { lanes, store: hyperStore, batches, oldestBatch: hyper.oldestBatch }, log)
    hyper.reader.onSession(sealing.soon)
    await hyper.ready
    const dev = settings.dev === null ? null : createDevAccounts(settings.dev.accounts, signDigest)
    const openrpc = openRpcDocument(methods, { version, dev: dev !== null })
    const context = {
      lanes: createLaneDirectory(lanes),
      limits: settings.limits,
      hyper: hyper.reader,
      feed: createLaneFeed({ lanes: () => lanes, batchOf: hyper.reader.batchOfBlock, limits: feedLimits }),
      following: null,
      sealing: sealing.reader,
      addLane: laneAdder({ settings, lanes, open, hyper, sealing, keccak256 }),
      dev,
      clientVersion,
      openrpc: () => openrpc,
      onFault: logFault(log),
    }
    const server = createServer({ context, methods, settings: settings.server })
    const { port } = await server.listen(settings.host, settings.port)
    const stop = async (): Promise<void> => {
      // Lanes stop while the last answers leave: what waits for a block is answered with an error then, not held until the end.
      await Promise.all([server.close(), stopLanes()])
    }
    const network = { genesisHash: sealing.reader.genesis.hash, trust: sealing.reader.trust().text }
    return { url: httpUrl({ host: settings.host, port }), network, stop }
  } catch (error) {
    await stopLanes()
    throw error
  }
}

type NetworkParts = Pick<SealingOptions, 'lanes' | 'store' | 'batches' | 'oldestBatch'>

function openNetwork(settings: Settings, { lanes, ...parts }: NetworkParts, log: Log): Promise<Sealing> {
  return openSealing({
    ...parts,
    dataDir: settings.dataDir,
    lanes: lanes.filter((lane) => lane.spec.sealed === true && lane.state() === 'ready'),
    settings: { ...settings.sealing, ...separateOf(settings, log), currency: settings.server.nativeCurrency.symbol },
    limits: sealingLimits,
    openPort: openSealerThread,
    keccak256,
    clock: systemClock,
    log,
  })
}

/** Where Buddies are processes of their own, this one only learns what they sealed, with a key that they let in. */
function separateOf({ sealing, dataDir }: Settings, log: Log): Pick<SealingSettings, 'buddies' | 'link'> {
  const { separate, buddies } = sealing
  if (separate === null) return { buddies, link: null }
  const keyFile = join(dataDir, 'gateway.pem')
  const { key } = openKeyFile(keyFile).signer
  log('info', `separate Buddies seal; theirs must list this key under followers: ${toHex(key)}`)
  const peers = separate.map(({ key: peer, host, port }) => ({ key: peer, host, port }))
  return {
    buddies: separate.map(({ key: validator, weight }) => ({ key: validator, weight })),
    link: { keyFile, listen: null, peers, followers: [], exchange: 'buddy' },
  }
}

function logLoss(log: Log, { name, chainId }: LaneSpec, { code, message }: AppError): void {
  log('error', `lane ${name} ended: ${message}`, { lane: chainId, code })
}

function watchLane(lane: LaneClient, log: Log): void {
  const { name, chainId } = lane.spec
  lane.onState((state) => log(state === 'failed' ? 'error' : 'info', `lane ${name} is ${state}`, { lane: chainId, state }))
}

async function allStarted(lanes: readonly LaneClient[], log: Log): Promise<void> {
  const outcomes = await Promise.allSettled(lanes.map((lane) => lane.ready))
  outcomes.forEach((outcome, i) => {
    if (outcome.status === 'fulfilled') return
    const reason: unknown = outcome.reason
    const name = lanes[i]?.spec.name
    if (reason instanceof AppError && refusals.includes(reason.code)) throw new AppError(reason.code, `lane ${name}: ${reason.message}`, reason.data)
    log('error', `lane ${name} does not start: ${errorText(reason)}`)
  })
  if (outcomes.every(({ status }) => status === 'rejected')) throw new AppError('lane-unavailable', 'no lane could be started')
}
