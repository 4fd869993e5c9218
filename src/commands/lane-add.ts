// Owns: `paralane lane add`: asks a running gateway for a lane, signed by the network's admin, and waits until it is part of the network.
// Does not own: what the gateway does (process/lane-adder.ts).
// Called by: program.ts.

import { readKeyFile } from '../buddy/key-file.js'
import { dataDirOf } from '../config/resolve.js'
import { AppError, errorText } from '../errors.js'
import { initKeccak, keccak256 } from '../evm-lane/engine/keccak.js'
import { adminRequestPreimage } from '../hyper/admin-request.js'
import { changePreimage, encodeChange } from '../hyper/core/hyper-codec.js'
import type { Change } from '../hyper/core/hyper-types.js'
import { adminKeyFile } from '../hyper/genesis-file.js'
import { askOverHttp, type Ask } from '../hyper/light-client.js'
import { fromHex, toHex } from '../primitives.js'

export type LaneAddOptions = {
  rpc: string
  chainId: string
  name: string
  blockTimeMs?: string
  gasLimit?: string
  genesis?: string
  key?: string
  dataDir?: string
}

type Answer = Record<string, string>

/** Resolves with the exit code. @throws AppError 'config-invalid', or 'not-allowed' with what the gateway answered. */
export async function addLane({ rpc, key, dataDir, ...lane }: LaneAddOptions): Promise<number> {
  await initKeccak()
  const signer = readKeyFile(key ?? adminKeyFile(dataDirOf(dataDir === undefined ? {} : { dataDir })))
  const ask = asking(askOverHttp(rpc))
  const genesisHash = fromHex((await ask('hyper_genesis')).hash as string)
  const { nextNonce } = await ask('hyper_getValidators')
  const request = { text: JSON.stringify(describe(lane)), nonce: BigInt(nextNonce as string) }
  const signature = signer.sign(adminRequestPreimage(keccak256, genesisHash, request))
  const added = await ask('hyper_addLane', [request.text, nextNonce, toHex(signature)])
  // A gateway that holds the admin's key has signed for the lane itself; for any other the change is signed here.
  if (added.nextNonce === nextNonce) {
    const unsigned = { nonce: request.nonce, change: changeOf(added) }
    const signed = { ...unsigned, signature: signer.sign(changePreimage({ hash: keccak256 }, genesisHash, unsigned)) }
    await ask('hyper_submitChange', [toHex(encodeChange(signed))])
  }
  process.stdout.write(`Lane ${added.name} (chain id ${Number(added.chainId)}) runs, genesis ${added.genesisHash}; the next Hyper Blocks hold it\n`)
  return 0
}

function describe({ chainId, name, blockTimeMs, gasLimit, genesis }: Omit<LaneAddOptions, 'rpc' | 'key' | 'dataDir'>): Record<string, unknown> {
  const number = (flag: string, text: string): number => {
    if (!/^[0-9]{1,15}$/.test(text)) throw new AppError('config-invalid', `${flag}: ${text} is not a number`)
    return Number(text)
  }
  return {
    chainId: number('--chain-id', chainId),
    name,
    ...(blockTimeMs === undefined ? {} : { blockTimeMs: number('--block-time-ms', blockTimeMs) }),
    ...(gasLimit === undefined ? {} : { gasLimit: number('--gas-limit', gasLimit) }),
    ...(genesis === undefined ? {} : { genesis }),
  }
}

function changeOf(added: Answer): Change {
  const bytes = (name: string): Uint8Array => fromHex(added[name] as string)
  const lane = {
    chainId: Number(added.chainId),
    name: added.name as string,
    genesisHash: bytes('genesisHash'),
    stateRoot: bytes('genesisStateRoot'),
    configHash: bytes('configHash'),
    currency: added.currency as string,
    supply: BigInt(added.genesisSupply as string),
  }
  return { kind: 'lane-add', lane }
}

function asking(ask: Ask): (method: string, params?: unknown[]) => Promise<Answer> {
  return async (method, params = []) => {
    try {
      return (await ask({ method, params, chainId: null })) as Answer
    } catch (error) {
      throw new AppError('not-allowed', errorText(error))
    }
  }
}
