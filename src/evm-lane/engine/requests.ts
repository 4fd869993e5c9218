// Owns: EIP-7685 requests of a block: deposits (EIP-6110), withdrawals (EIP-7002), consolidations (EIP-7251), and their hash.
// Called by: block-execution.

import { Address as LibAddress } from '@ethereumjs/util'
import { sha256 } from '@noble/hashes/sha2.js'
import type { ReceiptData } from '../chain-data.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { bareHex, bigintToFixed, bytesToBigint, concatBytes, equalBytes, fromHex } from '../../primitives.js'
import { libBlock } from './block-env.js'
import type { BlockEnv } from './block-env.js'
import { blockInvalid } from './block-invalid.js'
import type { TxExecutor } from './executor.js'
import type { StateView } from './state/state-view.js'

const systemAddress = fromHex('fffffffffffffffffffffffffffffffffffffffe')
const withdrawalQueue = fromHex('00000961ef480eb55e80d19ad83579a64c007002')
const consolidationQueue = fromHex('0000bbddc7ce488642fb579f8b00f3a590007251')
const depositTopic = '649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5'
/** Accounts that a block reads for them. */
export const requestAccounts = [systemAddress, withdrawalQueue, consolidationQueue]
const systemCallGas = 30_000_000n
/** Hashes of the code that EIP-7002 and EIP-7251 give; a genesis may put another contract there. */
const usualCode = [
  '0345a365d2f4c5975b9f1599abe0a2ee76b7a3a731bc68781bd04c84e4858f50',
  '78c6cb5202685228bbcbfb992b1c4e116c7ec5ef11e25b8e92716cfc628ddd60',
].map(fromHex)
/** Slots of both queue contracts: excess, count, head, tail. */
export const queueSlots = [0n, 1n, 2n, 3n].map((n) => bigintToFixed(n, 32))

export type BlockRequest = { type: number; data: Bytes }

/** @throws AppError 'block-invalid' when a queue contract has no code or fails. */
export async function collectRequests(state: StateView, executor: TxExecutor, env: BlockEnv, receipts: ReceiptData[]): Promise<BlockRequest[]> {
  const requests: BlockRequest[] = []
  if (env.common.isActivatedEIP(6110)) requests.push({ type: 0, data: depositsOf(receipts, env) })
  if (env.common.isActivatedEIP(7002)) requests.push({ type: 1, data: await drainQueue(state, executor, env, withdrawalQueue) })
  if (env.common.isActivatedEIP(7251)) requests.push({ type: 2, data: await drainQueue(state, executor, env, consolidationQueue) })
  return requests
}

/** sha256 over the sha256 of every non-empty request (EIP-7685). */
export function requestsHash(requests: BlockRequest[]): Hash32 {
  const outer = sha256.create()
  for (const { type, data } of requests) if (data.length > 0) outer.update(sha256(concatBytes(Uint8Array.of(type), data)))
  return outer.digest()
}

async function drainQueue(state: StateView, executor: TxExecutor, env: BlockEnv, queue: Uint8Array): Promise<Bytes> {
  if (state.codeSync(queue).length === 0) throw blockInvalid(env.number, `no code at the request contract 0x${bareHex(queue)}`)
  // With all four slots zero the contract of the EIP would find nothing and change nothing; most blocks are like that.
  const usual = usualCode.some((hash) => equalBytes(hash, state.accountSync(queue)?.codeHash ?? hash.subarray(1)))
  if (usual && queueSlots.every((slot) => state.slotSync(queue, slot).length === 0)) return new Uint8Array(0)
  const slot = await executor.slot()
  const caller = new LibAddress(systemAddress)
  const before = state.accountSync(systemAddress)
  const result = await slot.evm.runCall({
    block: libBlock(env),
    caller,
    to: new LibAddress(queue as Uint8Array<ArrayBuffer>),
    gasLimit: systemCallGas,
    skipBalance: true,
  })
  slot.evm.journal.cleanJournal()
  state.putAccountSync(systemAddress, before)
  if (result.execResult.exceptionError !== undefined) {
    throw blockInvalid(env.number, `system call to 0x${bareHex(queue)} failed: ${result.execResult.exceptionError.error}`)
  }
  return result.execResult.returnValue
}

/** EIP-6110: the deposit contract's log holds five fields at fixed places of its ABI encoding. */
function depositsOf(receipts: ReceiptData[], env: BlockEnv): Bytes {
  const contract = depositContract(env)
  if (contract === null) return new Uint8Array(0)
  const parts: Bytes[] = []
  for (const receipt of receipts) {
    for (const log of receipt.logs) {
      if (!equalBytes(log.address, contract) || log.topics[0] === undefined || bareHex(log.topics[0]) !== depositTopic) continue
      parts.push(depositFields(log.data, env))
    }
  }
  return concatBytes(...parts)
}

const depositLogLength = 576
/** Offset of each field in the log data, and its length: public key, withdrawal credentials, amount, signature, index. */
const depositLayout = [
  [192, 48],
  [288, 32],
  [352, 8],
  [416, 96],
  [544, 8],
] as const

function depositFields(data: Bytes, env: BlockEnv): Bytes {
  const word = (at: number): bigint => bytesToBigint(data.subarray(at, at + 32))
  const layoutHolds =
    data.length === depositLogLength && depositLayout.every(([at, length], i) => word(i * 32) === BigInt(at - 32) && word(at - 32) === BigInt(length))
  if (!layoutHolds) throw blockInvalid(env.number, 'deposit log has another layout than EIP-6110 says')
  return concatBytes(...depositLayout.map(([at, length]) => data.subarray(at, at + length)))
}

function depositContract(env: BlockEnv): Uint8Array | null {
  const chain = (env.common as unknown as { _chainParams: { depositContractAddress?: string } })._chainParams
  return chain.depositContractAddress === undefined ? null : fromHex(chain.depositContractAddress)
}
