// Owns: `paralane buddy add` and `paralane buddy remove`: a change of the Buddies, signed with the admin's key and handed to the gateway.
// Does not own: when it is in force (it is sealed like everything else).
// Called by: program.ts.

import { readKeyFile } from '../buddy/key-file.js'
import { AppError } from '../errors.js'
import { initKeccak, keccak256 } from '../evm-lane/engine/keccak.js'
import { changePreimage, encodeChange } from '../hyper/core/hyper-codec.js'
import type { Change } from '../hyper/core/hyper-types.js'
import { createGatewayRpc, type GatewayRpc } from '../hyper/feed/gateway-rpc.js'
import { bigintOf, bytesOf, fieldsOf } from '../hyper/feed/json-read.js'
import { fromHex, toHex } from '../primitives.js'

export type BuddyChangeOptions = { rpc: string; rpcKey?: string; adminKey: string; weight?: string }

const requestMs = 30_000

export async function changeBuddy(
  keyText: string,
  { rpc: url, rpcKey, adminKey, weight: weightText }: BuddyChangeOptions,
  remove: boolean,
): Promise<number> {
  if (!/^0x[0-9a-fA-F]{64}$/.test(keyText)) throw new AppError('config-invalid', `${keyText} must be an Ed25519 public key in hex`)
  const weight = remove ? 0n : weightOf(weightText ?? '1')
  const signer = readKeyFile(adminKey)
  const rpc = createGatewayRpc({ url, apiKey: rpcKey ?? null }, requestMs)
  await initKeccak()
  const change: Change = { kind: 'buddy-set', key: fromHex(keyText), weight }
  const unsigned = { nonce: await nextNonce(rpc), change }
  const signature = signer.sign(changePreimage({ hash: keccak256 }, await genesisHash(rpc), unsigned))
  await rpc.call('hyper_submitChange', [toHex(encodeChange({ ...unsigned, signature }))])
  const what = remove ? 'goes' : `seals with weight ${weight}`
  process.stdout.write(
    `Change ${unsigned.nonce} was accepted: Buddy ${keyText} ${what} from the Hyper Block on that follows the one with the change\n`,
  )
  return 0
}

function weightOf(text: string): bigint {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new AppError('config-invalid', `--weight: must be a whole number from 1 on, got ${text}`)
  return BigInt(text)
}

async function nextNonce(rpc: GatewayRpc): Promise<bigint> {
  return bigintOf(fieldsOf(await rpc.call('hyper_getValidators', []), 'validators')['nextNonce'], 'nextNonce')
}

async function genesisHash(rpc: GatewayRpc): Promise<Uint8Array> {
  return bytesOf(fieldsOf(await rpc.call('hyper_genesis', []), 'genesis')['hash'], 'hash', 32)
}
