// Owns: the plain-data shapes of chain facts (headers, transactions, receipts, logs) as they cross from a lane to its readers.
// Does not own: their RLP (engine/) or their JSON (rpc/format).
// Called by: protocol.ts, the engine (produces), rpc (formats).

import type { Address, Bytes, Hash32 } from '../primitives.js'

/** A block as callers name it. Tags follow L5. */
export type BlockTag = 'earliest' | 'finalized' | 'safe' | 'latest' | 'pending'
export type BlockRef = { kind: 'tag'; tag: BlockTag } | { kind: 'number'; number: bigint } | { kind: 'hash'; hash: Hash32 }

export type Withdrawal = { index: bigint; validatorIndex: bigint; address: Address; amount: bigint }

/** Header fields as Ethereum defines them; a field of a fork the lane has not reached is absent. */
export type HeaderData = {
  hash: Hash32
  parentHash: Hash32
  uncleHash: Hash32
  coinbase: Address
  stateRoot: Hash32
  transactionsRoot: Hash32
  receiptsRoot: Hash32
  logsBloom: Bytes
  difficulty: bigint
  number: bigint
  gasLimit: bigint
  gasUsed: bigint
  /** Unix seconds. */
  timestamp: bigint
  extraData: Bytes
  mixHash: Hash32
  nonce: Bytes
  baseFeePerGas?: bigint
  withdrawalsRoot?: Hash32
  blobGasUsed?: bigint
  excessBlobGas?: bigint
  parentBeaconBlockRoot?: Hash32
  requestsHash?: Hash32
}

export type AccessList = { address: Address; storageKeys: Hash32[] }[]
export type Authorization = { chainId: bigint; address: Address; nonce: bigint; yParity: number; r: bigint; s: bigint }

type Signature = { v: bigint; r: bigint; s: bigint }
type Common = { hash: Hash32; from: Address; nonce: bigint; gas: bigint; to: Address | null; value: bigint; input: Bytes }
type FeeMarket = { chainId: bigint; accessList: AccessList; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }

/** A transaction by its EIP-2718 type; 0x7e is the system transaction (L6). */
export type TxData =
  | (Common & Signature & { type: 0; chainId: bigint | null; gasPrice: bigint })
  | (Common & Signature & { type: 1; chainId: bigint; gasPrice: bigint; accessList: AccessList })
  | (Common & Signature & FeeMarket & { type: 2 })
  | (Common & Signature & FeeMarket & { type: 3; maxFeePerBlobGas: bigint; blobVersionedHashes: Hash32[] })
  | (Common & Signature & FeeMarket & { type: 4; authorizationList: Authorization[] })
  | (Common & { type: 0x7e; sourceHash: Hash32; mint: bigint; isSystemTx: boolean })

/** Where a transaction stands in the chain; null while it is in the pool. */
export type TxPosition = {
  blockHash: Hash32
  blockNumber: bigint
  /** Unix seconds. */
  blockTimestamp: bigint
  index: number
  baseFeePerGas: bigint | null
}
export type LocatedTx = { tx: TxData; position: TxPosition | null }

export type LogData = { address: Address; topics: Hash32[]; data: Bytes }

export type ReceiptData = {
  type: number
  /** Post-Byzantium status, or the pre-Byzantium state root. */
  outcome: { kind: 'status'; success: boolean } | { kind: 'root'; stateRoot: Hash32 }
  gasUsed: bigint
  cumulativeGasUsed: bigint
  effectiveGasPrice: bigint
  logsBloom: Bytes
  logs: LogData[]
  contractAddress: Address | null
  blobGasUsed?: bigint
  blobGasPrice?: bigint
}

/** A receipt with all that eth_getTransactionReceipt shows. firstLogIndex: index in the block of its first log. */
export type LocatedReceipt = {
  receipt: ReceiptData
  hash: Hash32
  from: Address
  to: Address | null
  blockHash: Hash32
  blockNumber: bigint
  blockTimestamp: bigint
  index: number
  firstLogIndex: number
  /** The session it belongs to and its parts on other lanes (S6). */
  hyper?: { session: Hash32; legs: { chainId: number; transactionHash: Hash32 }[] }
}

export type LocatedLog = {
  log: LogData
  blockHash: Hash32
  blockNumber: bigint
  blockTimestamp: bigint
  transactionHash: Hash32
  transactionIndex: number
  logIndex: number
}

export type BlockData = {
  /** hash is all zero and `pending` true for the pending block. */
  header: HeaderData
  pending: boolean
  /** Wall-clock milliseconds of production where the lane recorded them (L3). */
  timestampMs: number | null
  /** RLP length in bytes. */
  size: number
  uncleHashes: Hash32[]
  withdrawals: Withdrawal[] | null
  transactions: { kind: 'hashes'; hashes: Hash32[] } | { kind: 'full'; txs: TxData[] }
}

/** What the gateway keeps of each lane's newest block. */
export type HeadInfo = {
  header: HeaderData
  timestampMs: number | null
  txCount: number
  safe: bigint
  finalized: bigint
}

/** The message of a call that is not a signed transaction; absent fields take geth's defaults. */
export type CallMessage = {
  type?: number
  from?: Address
  to?: Address
  gas?: bigint
  gasPrice?: bigint
  maxFeePerGas?: bigint
  maxPriorityFeePerGas?: bigint
  maxFeePerBlobGas?: bigint
  value?: bigint
  nonce?: bigint
  input?: Bytes
  accessList?: AccessList
  blobVersionedHashes?: Hash32[]
  authorizationList?: Authorization[]
  chainId?: bigint
}

export type AccountOverride = {
  address: Address
  nonce?: bigint
  balance?: bigint
  code?: Bytes
  /** Replaces the whole storage. */
  state?: { slot: Hash32; value: Hash32 }[]
  /** Changes single slots. */
  stateDiff?: { slot: Hash32; value: Hash32 }[]
  movePrecompileTo?: Address
}

export type BlockOverride = {
  number?: bigint
  difficulty?: bigint
  time?: bigint
  gasLimit?: bigint
  feeRecipient?: Address
  prevRandao?: Hash32
  baseFeePerGas?: bigint
  blobBaseFee?: bigint
}
