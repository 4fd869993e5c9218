// Owns: THE method table: name → summary, route class, parameters, result, handler. Dispatch, OpenRPC, the README list and metric labels come from it.
// Does not own: any logic. To add a method: a handler in handlers/, codecs in params/ where new ones are needed, one row here, a test in test/unit/rpc/.
// Called by: node.ts, which hands it to the dispatcher and the OpenRPC generator.

import {
  accessListResultSchema,
  bundleSchema,
  blockSchema,
  capabilitiesSchema,
  feeHistorySchema,
  followingSchema,
  filledSchema,
  forkConfigSchema,
  headerSchema,
  laneBlockSchema,
  laneSourceSchema,
  listOf,
  logSchema,
  messageSchema,
  objectSchema,
  orNull,
  poolSchema,
  poolStatusSchema,
  proofSchema,
  receiptSchema,
  replaySchema,
  sessionSchema,
  transactionSchema,
  uncleSchema,
} from './format/schema.js'
import {
  evidenceSchema,
  genesisSchema,
  hyperBlockSchema,
  hyperLaneSchema,
  laneProofSchema,
  trustSchema,
  onchainSealSchema,
  validatorsSchema,
} from './format/hyper-schema.js'
import * as blocks from './handlers/blocks.js'
import * as calls from './handlers/calls.js'
import * as chain from './handlers/chain.js'
import * as feed from './handlers/feed.js'
import * as fees from './handlers/fees.js'
import * as following from './handlers/following.js'
import * as hyper from './handlers/hyper.js'
import * as hyperBlocks from './handlers/hyper-blocks.js'
import * as hyperProof from './handlers/hyper-proof.js'
import * as onchainSeals from './handlers/onchain-seals.js'
import * as logs from './handlers/logs.js'
import * as node from './handlers/node.js'
import * as pool from './handlers/pool.js'
import * as state from './handlers/state.js'
import * as streams from './handlers/streams.js'
import * as submit from './handlers/submit.js'
import * as transactions from './handlers/transactions.js'
import * as wallet from './handlers/wallet.js'
import { row } from './method.js'
import type { MethodRow } from './method.js'
import { atBlock, blockNumber } from './params/block.js'
import { bundle } from './params/bundle.js'
import { callMessage, sendMessage } from './params/call.js'
import { blockCount, percentiles } from './params/fee-history.js'
import { logFilter } from './params/log-filter.js'
import { blockOverrides, stateOverrides } from './params/overrides.js'
import { address, bool, bytes, hash, index, milliseconds, optional, text, uint } from './params/scalars.js'
import { addressSchema, boolSchema, bytesSchema, hashSchema, textSchema, uintSchema } from './params/schema.js'
import { storageKey, storageKeys, storageRequests } from './params/storage.js'
import { subscriptionKind, subscriptionOptions } from './params/subscription.js'
import { typedData } from './params/typed-data.js'

const blockHash = hash('blockHash')
const txHash = hash('transactionHash')
const txIndex = index('transactionIndex')
const uncleIndex = index('uncleIndex')
const full = bool('hydratedTransactions')
const rawTx = bytes('transaction')
const filterId = text('filterId')

// One row, one line: a table is read by its columns.
// prettier-ignore
export const methods: Record<string, MethodRow> = {
  // chain
  eth_chainId: row({ summary: 'Chain id of the lane.', route: 'lane-read', params: [], result: uintSchema, handler: node.chainId }),
  eth_blockNumber: row({ summary: 'Height of the newest block.', route: 'lane-read', params: [], result: uintSchema, handler: chain.blockNumber }),
  eth_syncing: row({ summary: 'Always false: a lane is never behind.', route: 'lane-read', params: [], result: boolSchema, handler: node.syncing }),
  eth_coinbase: row({ summary: 'Address that gets the fees of new blocks.', route: 'lane-read', params: [], result: addressSchema, handler: node.coinbase }),
  eth_mining: row({ summary: 'Always false: there is no proof of work.', route: 'lane-read', params: [], result: boolSchema, handler: node.mining }),
  eth_hashrate: row({ summary: 'Always zero: there is no proof of work.', route: 'lane-read', params: [], result: uintSchema, handler: node.hashrate }),
  eth_config: row({ summary: 'Fork configuration: current, next, last (EIP-7910).', route: 'lane-read', params: [], result: forkConfigSchema, handler: chain.forkConfig }),
  eth_capabilities: row({ summary: 'Which history the lane can answer about.', route: 'lane-read', params: [], result: capabilitiesSchema, handler: chain.capabilities }),

  // blocks
  eth_getBlockByHash: row({ summary: 'A block by hash.', route: 'lane-read', params: [blockHash, full], result: orNull(blockSchema), handler: blocks.getBlockByHash }),
  eth_getBlockByNumber: row({ summary: 'A block by number or tag.', route: 'lane-read', params: [blockNumber(), full], result: orNull(blockSchema), handler: blocks.getBlockByNumber }),
  eth_getHeaderByHash: row({ summary: 'A block header by hash.', route: 'lane-read', params: [blockHash], result: orNull(headerSchema), handler: blocks.getHeaderByHash }),
  eth_getHeaderByNumber: row({ summary: 'A block header by number or tag.', route: 'lane-read', params: [blockNumber()], result: orNull(headerSchema), handler: blocks.getHeaderByNumber }),
  eth_getBlockReceipts: row({ summary: 'All receipts of a block.', route: 'lane-read', params: [atBlock], result: orNull(listOf(receiptSchema)), handler: blocks.getBlockReceipts }),
  eth_getBlockTransactionCountByHash: row({ summary: 'Number of transactions in a block.', route: 'lane-read', params: [blockHash], result: orNull(uintSchema), handler: blocks.getTransactionCountByHash }),
  eth_getBlockTransactionCountByNumber: row({ summary: 'Number of transactions in a block.', route: 'lane-read', params: [blockNumber()], result: orNull(uintSchema), handler: blocks.getTransactionCountByNumber }),
  eth_getUncleCountByBlockHash: row({ summary: 'Number of ommers of a block.', route: 'lane-read', params: [blockHash], result: orNull(uintSchema), handler: blocks.getUncleCountByHash }),
  eth_getUncleCountByBlockNumber: row({ summary: 'Number of ommers of a block.', route: 'lane-read', params: [blockNumber()], result: orNull(uintSchema), handler: blocks.getUncleCountByNumber }),
  eth_getUncleByBlockHashAndIndex: row({ summary: 'An ommer of a block.', route: 'lane-read', params: [blockHash, uncleIndex], result: orNull(uncleSchema), handler: blocks.getUncleByHash }),
  eth_getUncleByBlockNumberAndIndex: row({ summary: 'An ommer of a block.', route: 'lane-read', params: [blockNumber(), uncleIndex], result: orNull(uncleSchema), handler: blocks.getUncleByNumber }),

  // transactions and receipts
  eth_getTransactionByHash: row({ summary: 'A transaction, mined or pooled.', route: 'lane-read', params: [txHash], result: orNull(transactionSchema), handler: transactions.getTransactionByHash }),
  eth_getTransactionByBlockHashAndIndex: row({ summary: 'A transaction by its place in a block.', route: 'lane-read', params: [blockHash, txIndex], result: orNull(transactionSchema), handler: transactions.getTransactionByBlockHashAndIndex }),
  eth_getTransactionByBlockNumberAndIndex: row({ summary: 'A transaction by its place in a block.', route: 'lane-read', params: [blockNumber(), txIndex], result: orNull(transactionSchema), handler: transactions.getTransactionByNumberAndIndex }),
  eth_getRawTransactionByHash: row({ summary: 'The encoded bytes of a transaction, mined or pooled.', route: 'lane-read', params: [txHash], result: bytesSchema, handler: transactions.getRawTransactionByHash }),
  eth_getRawTransactionByBlockHashAndIndex: row({ summary: 'The encoded bytes of a transaction by its place in a block.', route: 'lane-read', params: [blockHash, txIndex], result: bytesSchema, handler: transactions.getRawTransactionByBlockHashAndIndex }),
  eth_getRawTransactionByBlockNumberAndIndex: row({ summary: 'The encoded bytes of a transaction by its place in a block.', route: 'lane-read', params: [blockNumber(), txIndex], result: bytesSchema, handler: transactions.getRawTransactionByNumberAndIndex }),
  eth_getTransactionReceipt: row({ summary: 'The receipt of a mined transaction.', route: 'lane-read', params: [txHash], result: orNull(receiptSchema), handler: transactions.getTransactionReceipt }),
  eth_pendingTransactions: row({ summary: 'Pooled transactions of the accounts that this server signs for.', route: 'lane-read', params: [], result: listOf(transactionSchema), handler: transactions.pendingTransactions }),

  // state
  eth_getBalance: row({ summary: 'Balance of an account.', route: 'lane-read', params: [address(), atBlock], result: uintSchema, handler: state.getBalance }),
  eth_getTransactionCount: row({ summary: 'Nonce of an account; `pending` counts pooled transactions.', route: 'lane-read', params: [address(), atBlock], result: uintSchema, handler: state.getTransactionCount }),
  eth_getCode: row({ summary: 'Code of an account.', route: 'lane-read', params: [address(), atBlock], result: bytesSchema, handler: state.getCode }),
  eth_getStorageAt: row({ summary: 'One storage slot of an account.', route: 'lane-read', params: [address(), storageKey, atBlock], result: hashSchema, handler: state.getStorageAt }),
  eth_getStorageValues: row({ summary: 'Storage slots of several accounts.', route: 'lane-read', params: [storageRequests, atBlock], result: objectSchema, handler: state.getStorageValues }),
  eth_getProof: row({ summary: 'Merkle proofs of an account and of its storage slots.', route: 'lane-read', params: [address(), storageKeys, atBlock], result: proofSchema, handler: state.getProof }),

  // execution without effect
  eth_call: row({ summary: 'Executes a message without changing anything.', route: 'lane-read', params: [callMessage, atBlock, stateOverrides, blockOverrides], result: bytesSchema, handler: calls.call }),
  eth_estimateGas: row({ summary: 'Gas that a transaction would need.', route: 'lane-read', params: [callMessage, atBlock, stateOverrides, blockOverrides], result: uintSchema, handler: calls.estimateGas }),
  eth_createAccessList: row({ summary: 'Addresses and slots that a transaction would touch.', route: 'lane-read', params: [callMessage, atBlock, stateOverrides], result: accessListResultSchema, handler: calls.createAccessList }),

  // fees
  eth_gasPrice: row({ summary: 'Gas price to offer now.', route: 'lane-read', params: [], result: uintSchema, handler: fees.gasPrice }),
  eth_maxPriorityFeePerGas: row({ summary: 'Tip to offer now.', route: 'lane-read', params: [], result: uintSchema, handler: fees.maxPriorityFeePerGas }),
  eth_baseFee: row({ summary: 'Base fee of the next block.', route: 'lane-read', params: [], result: orNull(uintSchema), handler: fees.baseFee }),
  eth_blobBaseFee: row({ summary: 'Blob base fee of the next block.', route: 'lane-read', params: [], result: uintSchema, handler: fees.blobBaseFee }),
  eth_feeHistory: row({ summary: 'Base fees, usage and tips of past blocks.', route: 'lane-read', params: [blockCount, blockNumber('newestBlock'), percentiles], result: feeHistorySchema, handler: fees.feeHistory }),

  // logs and filters
  eth_getLogs: row({ summary: 'Logs that match a filter.', route: 'lane-read', params: [logFilter], result: listOf(logSchema), handler: logs.getLogs }),
  eth_newFilter: row({ summary: 'A filter of logs to come, for polling.', route: 'lane-read', params: [logFilter], result: textSchema, handler: logs.newFilter }),
  eth_newBlockFilter: row({ summary: 'A filter of blocks to come, for polling.', route: 'lane-read', params: [], result: textSchema, handler: logs.newBlockFilter }),
  eth_newPendingTransactionFilter: row({ summary: 'A filter of transactions entering the pool, for polling.', route: 'lane-read', params: [optional(bool('fullTransactions'))], result: textSchema, handler: logs.newPendingTransactionFilter }),
  eth_getFilterChanges: row({ summary: 'What a filter found since it was last asked.', route: 'lane-read', params: [filterId], result: { type: 'array' }, handler: logs.getFilterChanges }),
  eth_getFilterLogs: row({ summary: 'All logs in the range of a log filter.', route: 'lane-read', params: [filterId], result: listOf(logSchema), handler: logs.getFilterLogs }),
  eth_uninstallFilter: row({ summary: 'Removes a filter.', route: 'lane-read', params: [filterId], result: boolSchema, handler: logs.uninstallFilter }),

  // streams
  eth_subscribe: row({ summary: 'Notifications over WebSocket: newHeads, logs, newPendingTransactions, transactionReceipts, hyperSessions, hyperHeads, syncing.', route: 'lane-stream', params: [subscriptionKind, subscriptionOptions], result: textSchema, handler: streams.subscribe }),
  eth_unsubscribe: row({ summary: 'Ends a subscription.', route: 'lane-stream', params: [text('subscriptionId')], result: boolSchema, handler: streams.unsubscribe }),

  // between lanes
  hyper_sendBundle: row({ summary: 'Submits signed transactions of several lanes: all succeed, or none is included.', route: 'hyper-write', params: [bundle], result: bundleSchema, handler: hyper.sendBundle }),
  hyper_getSession: row({ summary: 'A joint execution over several lanes, by its id.', route: 'hyper-read', params: [hash('session')], result: orNull(sessionSchema), handler: hyper.getSession }),
  hyper_replaySession: row({ summary: 'Executes a session again, each of its lanes alone with the recorded answers of the others, and compares.', route: 'hyper-read', params: [hash('session')], result: orNull(listOf(replaySchema)), handler: hyper.replaySession }),
  hyper_getLaneSources: row({ summary: 'What each lane began as, for those who execute the lanes again.', route: 'hyper-read', params: [], result: listOf(laneSourceSchema), handler: feed.getLaneSources }),
  hyper_getLaneBlocks: row({ summary: 'Blocks of a lane with the transcripts of their sessions, for those who execute them again; cut where the answer would become too large.', route: 'hyper-read', params: [index('chainId'), index('from'), index('count')], result: listOf(laneBlockSchema), handler: feed.getLaneBlocks }),
  hyper_following: row({ summary: 'Where the lanes of a server that follows a gateway stand, and which blocks it could not reproduce; null where the lanes are its own.', route: 'hyper-read', params: [], result: orNull(followingSchema), handler: following.following }),
  hyper_getMessage: row({ summary: 'A message between lanes and what became of it.', route: 'hyper-read', params: [hash('messageId')], result: orNull(messageSchema), handler: hyper.getMessage }),
  hyper_getMessagesByTransaction: row({ summary: 'Messages that a transaction of this lane sent.', route: 'hyper-read', params: [txHash], result: listOf(messageSchema), handler: hyper.getMessagesByTransaction }),

  // Hyper Blocks
  hyper_blockNumber: row({ summary: 'Number of the newest sealed Hyper Block.', route: 'hyper-read', params: [], result: uintSchema, handler: hyperBlocks.blockNumber }),
  hyper_getBlockByNumber: row({ summary: 'A sealed Hyper Block by number; every tag but `earliest` means the newest.', route: 'hyper-read', params: [blockNumber()], result: orNull(hyperBlockSchema), handler: hyperBlocks.getBlockByNumber }),
  hyper_getBlockByHash: row({ summary: 'A sealed Hyper Block by hash.', route: 'hyper-read', params: [blockHash], result: orNull(hyperBlockSchema), handler: hyperBlocks.getBlockByHash }),
  hyper_getProof: row({ summary: 'The proof that a Hyper Block holds a lane block; null while none does.', route: 'hyper-read', params: [index('chainId'), uint('blockNumber')], result: orNull(laneProofSchema), handler: hyperProof.getProof }),
  hyper_getLanes: row({ summary: 'The lanes of the network and how far each is sealed.', route: 'hyper-read', params: [], result: listOf(hyperLaneSchema), handler: hyperBlocks.getLanes }),
  hyper_getValidators: row({ summary: 'The Buddies that seal the next Hyper Block.', route: 'hyper-read', params: [], result: validatorsSchema, handler: hyperBlocks.getValidators }),
  hyper_getOnchainSeal: row({ summary: 'The Seal of a Hyper Block as contracts check it (`HyperSealVerifier.sol`): secp256k1 signatures of Buddies, by rising address.', route: 'hyper-read', params: [blockNumber()], result: orNull(onchainSealSchema), handler: onchainSeals.getOnchainSeal }),
  hyper_getEvidence: row({ summary: 'Proofs of guilt of Buddies in Hyper Blocks, oldest first, from a number on.', route: 'hyper-read', params: [optional(uint('from'))], result: listOf(evidenceSchema), handler: hyperBlocks.getEvidence }),
  hyper_trustModel: row({ summary: 'What a Seal of this network is worth, and the Buddies that run here.', route: 'hyper-read', params: [], result: trustSchema, handler: hyperBlocks.trustModel }),
  hyper_genesis: row({ summary: 'The genesis document: all that a verifier has to trust.', route: 'hyper-read', params: [], result: genesisSchema, handler: hyperBlocks.genesis }),
  hyper_getPendingChanges: row({ summary: 'Signed changes that no Hyper Block holds yet.', route: 'hyper-read', params: [], result: listOf(bytesSchema), handler: hyperBlocks.getPendingChanges }),
  hyper_addLane: row({ summary: 'Adds a lane while the server runs, from its JSON; signed by the admin (`paralane lane add`).', route: 'hyper-write', params: [text('lane'), uint('nonce'), bytes('signature')], result: objectSchema, handler: hyperBlocks.addLane }),
  hyper_submitChange: row({ summary: 'Submits a change of lanes or Buddies that the admin signed.', route: 'hyper-write', params: [bytes('signedChange')], result: uintSchema, handler: hyperBlocks.submitChange }),
  hyper_submitOnchainSeal: row({ summary: 'What a Buddy of its own signs for contracts on a Hyper Block.', route: 'hyper-write', params: [bytes('onchainSignature')], result: boolSchema, handler: onchainSeals.submitOnchainSeal }),
  hyper_stopBuddy: row({ summary: 'Stops a Buddy of this process, to see what the network does without it.', route: 'dev', params: [index()], result: boolSchema, handler: hyperBlocks.stopBuddy }),
  hyper_startBuddy: row({ summary: 'Starts a Buddy again that was stopped.', route: 'dev', params: [index()], result: boolSchema, handler: hyperBlocks.startBuddy }),

  // sending
  eth_sendRawTransaction: row({ summary: 'Submits a signed transaction.', route: 'lane-write', params: [rawTx], result: hashSchema, handler: submit.sendRawTransaction }),
  eth_sendRawTransactionSync: row({ summary: 'Submits a signed transaction and answers with its receipt (EIP-7966).', route: 'lane-write', params: [rawTx, optional(milliseconds('timeoutMs'))], result: receiptSchema, handler: submit.sendRawTransactionSync }),
  realtime_sendRawTransaction: row({ summary: 'Submits a signed transaction and answers with its receipt; waits up to 10 s.', route: 'lane-write', params: [rawTx], result: receiptSchema, handler: submit.sendRealtimeTransaction }),
  eth_fillTransaction: row({ summary: 'Completes nonce, gas and fees of an unsigned transaction.', route: 'lane-read', params: [sendMessage], result: filledSchema, handler: wallet.fillTransaction }),

  // dev accounts
  eth_accounts: row({ summary: 'Accounts that this server signs for; none outside dev mode.', route: 'local', params: [], result: listOf(addressSchema), handler: node.accounts }),
  eth_sendTransaction: row({ summary: 'Completes, signs and submits a transaction of a dev account.', route: 'dev', params: [sendMessage], result: hashSchema, handler: wallet.sendTransaction }),
  eth_signTransaction: row({ summary: 'Signs a transaction of a dev account.', route: 'dev', params: [sendMessage], result: filledSchema, handler: wallet.signTransaction }),
  eth_sign: row({ summary: 'Signs a message with a dev account (EIP-191).', route: 'dev', params: [address(), bytes('message')], result: bytesSchema, handler: wallet.sign }),
  personal_sign: row({ summary: 'Signs a message with a dev account (EIP-191); message first.', route: 'dev', params: [bytes('message'), address(), optional(text('password'))], result: bytesSchema, handler: wallet.personalSign }),
  eth_signTypedData: row({ summary: 'Signs typed data with a dev account (EIP-712).', route: 'dev', params: [address(), typedData], result: bytesSchema, handler: wallet.signTypedData }),
  eth_signTypedData_v4: row({ summary: 'Signs typed data with a dev account (EIP-712).', route: 'dev', params: [address(), typedData], result: bytesSchema, handler: wallet.signTypedData }),

  // pool
  txpool_content: row({ summary: 'All pooled transactions by sender and nonce.', route: 'lane-read', params: [], result: poolSchema, handler: pool.content }),
  txpool_contentFrom: row({ summary: 'Pooled transactions of one sender by nonce.', route: 'lane-read', params: [address()], result: poolSchema, handler: pool.contentFrom }),
  txpool_inspect: row({ summary: 'All pooled transactions as one-line summaries.', route: 'lane-read', params: [], result: poolSchema, handler: pool.inspect }),
  txpool_status: row({ summary: 'Number of pooled transactions.', route: 'lane-read', params: [], result: poolStatusSchema, handler: pool.status }),

  // server
  net_version: row({ summary: 'Chain id of the lane in decimal.', route: 'lane-read', params: [], result: textSchema, handler: node.netVersion }),
  net_listening: row({ summary: 'Always true.', route: 'local', params: [], result: boolSchema, handler: node.listening }),
  net_peerCount: row({ summary: 'Always zero: a lane has no peers of its own.', route: 'local', params: [], result: uintSchema, handler: node.peerCount }),
  web3_clientVersion: row({ summary: 'Name and version of the server.', route: 'local', params: [], result: textSchema, handler: node.clientVersion }),
  web3_sha3: row({ summary: 'Keccak-256 of the data.', route: 'local', params: [bytes('data')], result: hashSchema, handler: node.sha3 }),
  rpc_modules: row({ summary: 'Namespaces that are served.', route: 'local', params: [], result: objectSchema, handler: node.rpcModules }),
  'rpc.discover': row({ summary: 'The OpenRPC document of these methods.', route: 'local', params: [], result: objectSchema, handler: node.discover }),
  hardhat_getAutomine: row({ summary: 'Always true: Hardhat Ignition does not wait for blocks then.', route: 'local', params: [], result: boolSchema, handler: node.automine }),
}
