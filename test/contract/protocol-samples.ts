// Owns: one sample request and reply per operation of the lane protocol; a new operation without a sample fails the type check.
// Called by: protocol-echo.test.ts, fake-worker.ts.

import type { BlockRef, CallMessage, HeadInfo, HeaderData, LocatedLog, LocatedReceipt, LocatedTx, TxData } from '../../src/evm-lane/chain-data.js'
import type { CrossCall, SealedBlock } from '../../src/evm-lane/session-protocol.js'
import type { BlockFact, CallRequest, ForkConfig, LaneStatus, PoolTx, Reply, Request, Requests } from '../../src/evm-lane/protocol.js'

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)
export const hash = (fill: number): Uint8Array => bytes(32, fill)
export const address = (fill: number): Uint8Array => bytes(20, fill)

export function header(number: bigint): HeaderData {
  return {
    hash: hash(1),
    parentHash: hash(2),
    uncleHash: hash(3),
    coinbase: address(4),
    stateRoot: hash(5),
    transactionsRoot: hash(6),
    receiptsRoot: hash(7),
    logsBloom: bytes(256, 8),
    difficulty: 0n,
    number,
    gasLimit: 30_000_000n,
    gasUsed: 21_000n,
    timestamp: 1_700_000_000n,
    extraData: bytes(3, 9),
    mixHash: hash(10),
    nonce: bytes(8, 0),
    baseFeePerGas: 7n,
    withdrawalsRoot: hash(11),
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: hash(12),
    requestsHash: hash(13),
  }
}

export function head(number: bigint): HeadInfo {
  return { header: header(number), timestampMs: 1_700_000_000_123, txCount: 2, safe: 0n, finalized: 0n }
}

const at: BlockRef = { kind: 'number', number: 2n ** 63n }
const latest: BlockRef = { kind: 'tag', tag: 'latest' }
const signature = { v: 1n, r: 2n ** 255n, s: 3n }
const common = { hash: hash(1), from: address(2), nonce: 0n, gas: 21_000n, to: address(3), value: 2n ** 200n, input: bytes(4, 5) }
const accessList = [{ address: address(1), storageKeys: [hash(2), hash(3)] }]
const authorization = { chainId: 1n, address: address(2), nonce: 0n, yParity: 1, r: 4n, s: 5n }
const feeMarket = { chainId: 77_000n, accessList, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n }
const txs: TxData[] = [
  { ...common, ...signature, type: 0, chainId: null, gasPrice: 8n },
  { ...common, ...signature, type: 1, chainId: 77_000n, gasPrice: 8n, accessList },
  { ...common, ...signature, ...feeMarket, type: 2, to: null },
  { ...common, ...signature, ...feeMarket, type: 3, maxFeePerBlobGas: 1n, blobVersionedHashes: [hash(1)] },
  { ...common, ...signature, ...feeMarket, type: 4, authorizationList: [authorization] },
  { ...common, type: 0x7e, sourceHash: hash(4), mint: 5n, isSystemTx: false },
]
const tx = txs[2] as TxData
export const poolTx: PoolTx = { sender: address(2), nonce: 0n, tx }
const located: LocatedTx = { tx, position: { blockHash: hash(1), blockNumber: 5n, blockTimestamp: 9n, index: 0, baseFeePerGas: null } }
const log = { address: address(9), topics: [hash(1), hash(2)], data: bytes(64, 3) }
const locatedLog: LocatedLog = {
  log,
  blockHash: hash(1),
  blockNumber: 5n,
  blockTimestamp: 6n,
  transactionHash: hash(2),
  transactionIndex: 0,
  logIndex: 3,
}
const receipt: LocatedReceipt = {
  receipt: {
    type: 2,
    outcome: { kind: 'status', success: true },
    gasUsed: 21_000n,
    cumulativeGasUsed: 42_000n,
    effectiveGasPrice: 8n,
    logsBloom: bytes(256, 1),
    logs: [log],
    contractAddress: null,
  },
  hash: hash(1),
  from: address(2),
  to: null,
  blockHash: hash(3),
  blockNumber: 5n,
  blockTimestamp: 6n,
  index: 1,
  firstLogIndex: 4,
}
const message: CallMessage = {
  from: address(1),
  to: address(2),
  gas: 5n,
  value: 0n,
  input: bytes(0, 0),
  accessList,
  authorizationList: [authorization],
}
const callRequest: CallRequest = {
  message,
  at: { kind: 'hash', hash: hash(4) },
  stateOverrides: [{ address: address(1), balance: 1n, state: [{ slot: hash(1), value: hash(2) }] }],
  blockOverrides: { number: 5n },
}
const fork: ForkConfig = {
  activationTime: 0n,
  blobSchedule: { baseFeeUpdateFraction: 3n, max: 6n, target: 3n },
  chainId: 1n,
  forkId: bytes(4, 1),
  precompiles: [{ name: 'ECREC', address: address(1) }],
  systemContracts: [],
}
const status: LaneStatus = { head: head(5n), genesisHash: hash(9), poolPending: 1, poolQueued: 2 }

const crossCall: CrossCall = {
  from: { chainId: 77_000, account: address(1) },
  to: { chainId: 77_001, account: address(2) },
  value: 5n,
  data: bytes(36, 4),
  gas: 1_000_000n,
  isStatic: false,
  depth: 3,
  origin: address(3),
  gasPrice: 7n,
}
const sealedBlock: SealedBlock = { chainId: 77_000, number: 5n, hash: hash(1), stateRoot: hash(2), txCount: 2, batch: bytes(900, 1) }

const fact: BlockFact = {
  number: 5n,
  hash: hash(1),
  parentHash: hash(2),
  stateRoot: hash(3),
  hyperHash: hash(4),
  timestampMs: 1_700_000_000_123n,
  txCount: 2,
  gasUsed: 42_000n,
  supply: 2n ** 90n,
  burned: 1n,
  bridgedIn: 2n,
  bridgedOut: 3n,
  messages: [{ kind: 'delivered', id: hash(5), peer: 77_001, success: false }],
}

type Samples = { [K in keyof Requests]: { req: Request<K>; res: Reply<K> } }

export const samples: Samples = {
  status: { req: {}, res: status },
  submit: { req: { raw: bytes(110, 2), sender: address(1), waitMs: 0 }, res: { hash: hash(1), mined: true } },
  submitSync: { req: { raw: bytes(110, 2), sender: null, timeoutMs: 100 }, res: receipt },
  fillTransaction: { req: { message }, res: { ...message, nonce: 1n } },
  block: {
    req: { at, full: true },
    res: { header: header(5n), pending: false, timestampMs: null, size: 5, uncleHashes: [], withdrawals: [], transactions: { kind: 'full', txs } },
  },
  blockReceipts: { req: { at: latest }, res: [receipt, receipt] },
  uncle: { req: { at, index: 0 }, res: { header: header(4n), size: 540 } },
  blockTxCount: { req: { at }, res: { txs: 1, uncles: 0 } },
  transaction: { req: { hash: hash(1) }, res: located },
  transactionAt: { req: { at, index: 0 }, res: { tx, position: null } },
  rawTransaction: { req: { at, index: 3 }, res: bytes(9, 9) },
  receipt: { req: { hash: hash(1) }, res: receipt },
  logs: { req: { range: { kind: 'numbers', from: at, to: latest }, addresses: [address(1)], topics: [null, [hash(1)]] }, res: [locatedLog] },
  balance: { req: { address: address(1), at: latest }, res: 2n ** 255n },
  nonce: { req: { address: address(1), at: latest }, res: 7n },
  code: { req: { address: address(1), at: latest }, res: bytes(24_576, 0x5b) },
  storage: { req: { address: address(1), slot: hash(1), at: latest }, res: hash(5) },
  storageValues: { req: { requests: [{ address: address(1), slots: [hash(1)] }], at: latest }, res: [[hash(5)]] },
  proof: {
    req: { address: address(1), slots: [hash(1)], at: latest },
    res: {
      balance: 1n,
      nonce: 2n,
      codeHash: hash(1),
      storageHash: hash(2),
      accountProof: [bytes(500, 1)],
      storageProof: [{ slot: hash(1), value: 5n, proof: [] }],
    },
  },
  call: { req: callRequest, res: { returnData: bytes(32, 1), gasUsed: 22_000n } },
  estimateGas: { req: callRequest, res: 22_000n },
  createAccessList: { req: callRequest, res: { accessList, gasUsed: 1n, error: null } },
  fees: { req: {}, res: { baseFeeNext: 7n, gasPrice: 8n, maxPriorityFeePerGas: 1n, blobBaseFee: 1n } },
  feeHistory: {
    req: { blockCount: 4, newest: latest, percentiles: [20.5] },
    res: { oldestBlock: 1n, baseFeePerGas: [1n, 2n], gasUsedRatio: [0.5], baseFeePerBlobGas: [1n, 1n], blobGasUsedRatio: [0], reward: [[1n]] },
  },
  forkConfig: { req: {}, res: { current: fork, next: null, last: fork } },
  poolStatus: { req: {}, res: { pending: 1, queued: 2 } },
  poolContent: { req: { from: null }, res: { pending: [poolTx], queued: [] } },
  watchPool: { req: { on: true }, res: null },
  importBlock: {
    req: {
      rlp: bytes(2_000, 1),
      own: {
        timestampMs: 1_700_000_000_123,
        sessions: [{ id: hash(1), events: [{ kind: 'call', mark: 1, call: crossCall }] }],
        links: [null],
        peers: [77_001],
      },
    },
    res: { number: 4n, hash: hash(4), known: false },
  },
  exportBlock: {
    req: { number: 5n },
    res: { rlp: bytes(900, 2), timestampMs: 1_700_000_000_123, links: [null, { session: hash(1), legs: [] }], peers: [77_001] },
  },
  replayBlock: { req: { number: 5n, sessions: null }, res: { reproduced: true, reason: null } },
  setPeers: { req: { peers: [77_001, 77_002] }, res: null },
  blockFacts: { req: { from: 5n, max: 10 }, res: [fact] },
  syncStore: { req: {}, res: null },
  sealed: { req: { hyperNumber: 3n, hyperHash: hash(3), finalized: 5n }, res: null },
  proposed: { req: { safe: 6n }, res: null },
  stop: { req: {}, res: null },

  sessionOpen: { req: { batch: 1 }, res: null },
  sessionAdmit: {
    req: { raw: bytes(110, 2), sender: null },
    res: { hash: hash(1), sender: address(1), nonce: 3n, gasLimit: 90_000n, to: address(2) },
  },
  sessionDrop: { req: { hashes: [hash(1)] }, res: null },
  sessionBegin: { req: { batch: 1, session: hash(2) }, res: null },
  sessionTx: {
    req: { batch: 1, hash: hash(1), refuse: { error: 'SessionLimit', which: 'lanes' }, mark: 1 },
    res: { kind: 'executed', hash: hash(1), success: true, gasUsed: 5n, crossed: true },
  },
  sessionDeliver: { req: { batch: 1, call: crossCall, refuse: null, mark: 0 }, res: { kind: 'rejected', reason: 'gas', blockFull: true } },
  crossCallIn: {
    req: { run: { kind: 'simulation', chainId: 77_000, id: 3 }, call: crossCall, mark: 2 },
    res: { kind: 'done', success: true, returnData: bytes(32, 1), gasUsed: 5n, gasRefund: 0n, mark: 3 },
  },
  undoIn: { req: { run: { kind: 'session', batch: 1 }, mark: 2 }, res: null },
  sessionEnd: { req: { batch: 1, keep: true }, res: { legs: [{ chainId: 77_000, transactionHash: hash(1) }] } },
  sessionSeal: { req: { batch: 1, links: [{ session: hash(1), legs: [] }] }, res: sealedBlock },
  sessionCommit: { req: { batch: 1 }, res: null },
  sessionAbort: { req: { batch: 1 }, res: null },
  simulationEnd: { req: { chainId: 77_000, id: 3 }, res: null },
  sessionRecover: { req: { blocks: [sealedBlock] }, res: null },
  sessionReplay: {
    req: { number: 5n, sessions: [{ id: hash(1), events: [{ kind: 'call', mark: 1, call: crossCall }] }] },
    res: { reproduced: false, reason: 'other receipts' },
  },
  sessionReceipts: { req: { hashes: [hash(1)] }, res: [receipt, null] },
}
