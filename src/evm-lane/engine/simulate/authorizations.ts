// Owns: EIP-7702 authorizations of a message: which are valid, and what they change.
// Does not own: those of signed transactions (@ethereumjs/vm applies them).
// Called by: apply-message, access-list.

import { RLP } from '@ethereumjs/rlp'
import { bareHex, bigintToBytes, bigintToFixed, concatBytes } from '../../../primitives.js'
import type { Address } from '../../../primitives.js'
import type { Authorization } from '../../chain-data.js'
import { halfOrder, recoverPublicKey } from '../../secp256k1.js'
import { keccak256 } from '../keccak.js'
import type { EvmSlot } from '../evm-slot.js'
import { keyOf } from '../state/keys.js'
import { EMPTY_ACCOUNT } from '../state/records.js'
import type { StateView } from '../state/state-view.js'

const magic = 5
const delegationPrefix = Uint8Array.of(0xef, 0x01, 0x00)
const nonceMax = 2n ** 64n - 1n

/** Who signed, or null when the authorization is void on this chain. */
export function authorityOf(auth: Authorization, chainId: bigint): Address | null {
  if (auth.chainId !== 0n && auth.chainId !== chainId) return null
  if (auth.nonce >= nonceMax || auth.s > halfOrder || auth.yParity > 1) return null
  const signed = RLP.encode([bigintToBytes(auth.chainId), auth.address, bigintToBytes(auth.nonce)])
  const digest = keccak256(concatBytes(Uint8Array.of(magic), signed))
  const key = recoverPublicKey(digest, concatBytes(bigintToFixed(auth.r, 32), bigintToFixed(auth.s, 32)), auth.yParity)
  return key === undefined ? null : keccak256(key).subarray(12)
}

function isDelegation(code: Uint8Array): boolean {
  return code.length === 23 && code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00
}

/** Invalid ones are skipped. Answers the gas to refund for authorities that existed already. */
export async function applyAuthorizations(slot: EvmSlot, view: StateView, list: readonly Authorization[]): Promise<bigint> {
  const { common } = slot
  let refund = 0n
  for (const auth of list) {
    const authority = authorityOf(auth, common.chainId())
    if (authority === null) continue
    slot.evm.journal.addAlwaysWarmAddress(bareHex(authority))
    await view.loadAccount(keyOf(authority))
    const account = view.accountSync(authority)
    const code = view.codeSync(authority)
    if (code.length > 0 && !isDelegation(code)) continue
    if ((account?.nonce ?? 0n) !== auth.nonce) continue
    if (account !== undefined) refund += common.param('perEmptyAccountCost') - common.param('perAuthBaseGas')
    view.putAccountSync(authority, { ...(account ?? EMPTY_ACCOUNT), nonce: auth.nonce + 1n })
    const clears = auth.address.every((byte) => byte === 0)
    view.putCodeSync(authority, clears ? new Uint8Array(0) : concatBytes(delegationPrefix, auth.address))
  }
  return refund
}
