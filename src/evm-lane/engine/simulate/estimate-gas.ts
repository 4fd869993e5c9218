// Owns: eth_estimateGas: the least gas limit, within 1.5 %, with which a message succeeds (geth's search).
// Does not own: running the message (run-message.ts).
// Called by: simulator, fill-transaction.

import { AppError } from '../../../errors.js'
import { bigintMin } from '../../../primitives.js'
import type { CallMessage } from '../../chain-data.js'
import { gasPerBlob } from '../fee-rules.js'
import { keyOf } from '../state/keys.js'
import type { MessageResult } from './apply-message.js'
import { explained } from './call.js'
import { toMessage } from './message.js'
import { runMessage } from './run-message.js'
import type { SimulationParts } from './run-message.js'
import { failureError } from './vm-failure.js'

const transferGas = 21_000n
const callStipend = 2_300n
/** EIP-7825. */
const txGasMax = 16_777_216n
/** An estimate may be this much too high: wallets add 20 % anyway, and each halving costs a run. */
const errorRatio = 0.015

/** @throws AppError 'reverted', 'vm-error', 'gas-cap', 'tx-*', 'timeout'. */
export async function estimateGas(parts: SimulationParts, message: CallMessage): Promise<bigint> {
  const ceiling = await highestGas(parts, message)
  if ((message.input?.length ?? 0) === 0 && (await isTransferTarget(parts, message))) {
    if ((await attempt(parts, message, transferGas))?.failure === null) return transferGas
  }
  const first = await attempt(parts, message, ceiling)
  if (first === null || first.failure?.kind === 'out-of-gas') throw new AppError('gas-cap', `gas required exceeds allowance (${ceiling})`)
  if (first.failure !== null) throw failureError(first.failure, first.returnData)
  return search(parts, message, first, ceiling)
}

async function search(parts: SimulationParts, message: CallMessage, first: MessageResult, ceiling: bigint): Promise<bigint> {
  let fails = first.gasUsed - 1n
  let works = ceiling
  const narrow = async (gas: bigint): Promise<void> => {
    if ((await attempt(parts, message, gas))?.failure === null) works = gas
    else fails = gas
  }
  // 63/64 of the gas reaches a callee; most messages succeed with just enough for that.
  const optimistic = ((first.gasPeak + callStipend) * 64n) / 63n
  if (optimistic < works) await narrow(optimistic)
  while (fails + 1n < works) {
    if (Number(works - fails) / Number(works) < errorRatio) break
    // Closer to the low end: few messages need much more than they use.
    await narrow(bigintMin((works + fails) / 2n, fails * 2n))
  }
  return works
}

/** null: not even the gas that is due before execution. */
async function attempt(parts: SimulationParts, message: CallMessage, gas: bigint): Promise<MessageResult | null> {
  try {
    return await runMessage(parts, { ...message, gas })
  } catch (error) {
    if (error instanceof AppError && error.code === 'tx-intrinsic-gas') return null
    throw explained(error, (text) => `failed with ${gas} gas: ${text}`)
  }
}

async function isTransferTarget({ view }: SimulationParts, { to }: CallMessage): Promise<boolean> {
  if (to === undefined) return false
  await view.loadAccount(keyOf(to))
  return view.codeSync(to).length === 0
}

async function highestGas(parts: SimulationParts, call: CallMessage): Promise<bigint> {
  const { env, limits, view } = parts
  let gas = call.gas !== undefined && call.gas >= transferGas ? call.gas : env.gasLimit
  if (env.common.isActivatedEIP(7825)) gas = bigintMin(gas, txGasMax)
  const message = toMessage(call, gas, env)
  if (message.feeCap > 0n) {
    await view.loadAccount(keyOf(message.from))
    let available = view.accountSync(message.from)?.balance ?? 0n
    // As in geth also for a value of 0: who has nothing cannot pay for gas.
    if (message.value >= available) throw new AppError('tx-funds', 'insufficient funds for transfer')
    available -= message.value
    const blobs = BigInt(message.blobHashes?.length ?? 0) * gasPerBlob * (message.blobFeeCap ?? 0n)
    if (blobs > 0n && blobs >= available) throw new AppError('tx-funds', 'insufficient funds for gas * price + value')
    gas = bigintMin(gas, (available - blobs) / message.feeCap)
  }
  return bigintMin(gas, limits.callGas)
}
