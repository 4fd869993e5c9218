// Owns: geth's state transition for a message without a signature: checks, gas purchase, warm addresses, authorizations, the call, refund, fee.
// Does not own: which view and EVM it runs on (run-message.ts).
// Called by: run-message. Signed transactions go through @ethereumjs/vm (executor-vm.ts) instead.

import { Address as LibAddress } from '@ethereumjs/util'
import type { ExecResult } from '@ethereumjs/evm'
import { bareHex, bigintMax, bigintMin, fromHex, toHex } from '../../../primitives.js'
import type { Address, Bytes } from '../../../primitives.js'
import { libBlock } from '../block-env.js'
import type { BlockEnv } from '../block-env.js'
import type { EvmSlot } from '../evm-slot.js'
import { keyOf } from '../state/keys.js'
import { EMPTY_ACCOUNT } from '../state/records.js'
import type { StateView } from '../state/state-view.js'
import { applyAuthorizations } from './authorizations.js'
import { checkMessage } from './checks.js'
import { envSeenBy } from './message.js'
import type { Message } from './message.js'
import { precompileAddresses } from './overrides.js'
import { failureOf } from './vm-failure.js'
import type { VmFailure } from './vm-failure.js'

export type MessageResult = {
  /** Paid for: after refunds, at least the calldata floor. */
  gasUsed: bigint
  /** Before refunds: what the gas limit has to cover. */
  gasPeak: bigint
  returnData: Bytes
  failure: VmFailure | null
}

const lib = (address: Address): LibAddress => new LibAddress(address as Uint8Array<ArrayBuffer>)

/** Changes the view, also when execution fails (nonce, fees). @throws AppError 'tx-*' when the message cannot be applied; the view is then unchanged. */
export async function applyMessage(slot: EvmSlot, view: StateView, message: Message, blockEnv: BlockEnv): Promise<MessageResult> {
  const env = envSeenBy(message, blockEnv)
  await view.loadAccount(keyOf(message.from))
  const sender = view.accountSync(message.from) ?? EMPTY_ACCOUNT
  const { intrinsic, floor, blobFee } = checkMessage(message, env, sender.balance)
  view.putAccountSync(message.from, { ...sender, nonce: sender.nonce + 1n, balance: sender.balance - message.gas * message.gasPrice - blobFee })
  warmUp(slot, message, env)
  const authorizationRefund = message.authorizations === null ? 0n : await applyAuthorizations(slot, view, message.authorizations)

  const { execResult } = await slot.evm.runCall({
    block: libBlock(env),
    gasPrice: message.gasPrice,
    caller: lib(message.from),
    gasLimit: message.gas - intrinsic,
    ...(message.to === null ? {} : { to: lib(message.to) }),
    value: message.value,
    data: message.input,
    blobVersionedHashes: (message.blobHashes ?? []).map(toHex),
    skipNonceIncrement: true,
  })

  const spent = intrinsic + execResult.executionGasUsed
  const refund = bigintMin(authorizationRefund + (execResult.gasRefund ?? 0n), spent / env.common.param('maxRefundQuotient'))
  const gasUsed = bigintMax(spent - refund, floor)
  await settle(view, message, env, gasUsed)
  await removeDestroyed(slot, view, execResult)
  await slot.evm.journal.cleanup()
  return {
    gasUsed,
    gasPeak: bigintMax(spent, floor),
    returnData: execResult.returnValue,
    failure: failureOf(execResult, message.to === null),
  }
}

/** EIP-2929, 2930, 3651. The target's own code and a delegation it points to are warmed by the EVM. */
function warmUp({ evm }: EvmSlot, { from, to, accessList }: Message, { common, coinbase }: BlockEnv): void {
  if (!common.isActivatedEIP(2929)) return
  const { journal } = evm
  for (const address of precompileAddresses(common)) journal.addAlwaysWarmAddress(address)
  journal.addAlwaysWarmAddress(bareHex(from))
  if (to !== null) journal.addAlwaysWarmAddress(bareHex(to))
  if (common.isActivatedEIP(3651)) journal.addAlwaysWarmAddress(bareHex(coinbase))
  for (const { address, storageKeys } of accessList) {
    const key = bareHex(address)
    journal.addAlwaysWarmAddress(key)
    for (const slot of storageKeys) journal.addAlwaysWarmSlot(key, bareHex(slot))
  }
}

/** Unused gas goes back, the tip to the block producer. Nothing moves where no fee was offered. */
async function settle(view: StateView, { from, gas, gasPrice }: Message, { coinbase, baseFee }: BlockEnv, gasUsed: bigint): Promise<void> {
  if (gasPrice === 0n) return
  await view.loadAccount(keyOf(from))
  view.addBalanceSync(from, (gas - gasUsed) * gasPrice)
  const tip = gasPrice - (baseFee ?? 0n)
  if (tip <= 0n) return
  await view.loadAccount(keyOf(coinbase))
  view.addBalanceSync(coinbase, tip * gasUsed)
}

/** EIP-6780: from Cancun on only contracts of the same message go. */
async function removeDestroyed({ evm, common }: EvmSlot, view: StateView, result: ExecResult): Promise<void> {
  for (const address of result.selfdestruct?.keys() ?? []) {
    if (common.isActivatedEIP(6780) && result.createdAddresses?.has(address) !== true) continue
    const bytes = fromHex(address)
    await view.loadAccount(keyOf(bytes))
    await evm.journal.deleteAccount(lib(bytes))
  }
}
