// Owns: a bare EVM over an empty state for the preinstall tests: put accounts in, call, deploy, look at what an account became.
// Does not own: the engine's state or VM (these tests must not depend on it).
// Called by: preinstalls*.test.ts.

import { createBlock } from '@ethereumjs/block'
import { type Common, createCustomCommon, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createAccount, createAddressFromString } from '@ethereumjs/util'
import { fromHex, toHex } from '../../../../src/primitives.js'
import type { Preinstall } from '../../../../src/evm-lane/engine/preinstalls/install-contract.js'

export type Outcome = { reverted: boolean; returned: `0x${string}`; created: string | undefined }
/** What consensus sees of an account. */
export type Fingerprint = { nonce: bigint; codeHash: string; storageRoot: string }

export type CallOptions = { from?: string; value?: bigint; blockNumber?: bigint; timestamp?: bigint }

const sender = `0x${'5e'.repeat(20)}`

export class BareChain {
  private readonly state: MerkleStateManager
  private readonly evm: EVM
  private readonly common: Common

  private constructor(state: MerkleStateManager, evm: EVM, common: Common) {
    this.state = state
    this.evm = evm
    this.common = common
  }

  static async create(chainId: number): Promise<BareChain> {
    const common = createCustomCommon({ chainId }, Mainnet, { hardfork: 'prague' })
    const stateManager = new MerkleStateManager({ common })
    return new BareChain(stateManager, await createEVM({ common, stateManager }), common)
  }

  async install(accounts: Preinstall[]): Promise<void> {
    for (const { address, nonce, code, storage } of accounts) {
      const at = createAddressFromString(toHex(address))
      await this.state.putAccount(at, createAccount({ nonce }))
      await this.state.putCode(at, code)
      for (const [slot, value] of storage ?? []) await this.state.putStorage(at, slot, value)
    }
    await this.state.flush()
  }

  /** No `to` deploys: the caller's account must be fresh, so that its nonce is 0. */
  async call(
    to: string | undefined,
    data: string,
    { from = sender, value = 0n, blockNumber = 1n, timestamp = 1n }: CallOptions = {},
  ): Promise<Outcome> {
    const { execResult, createdAddress } = await this.evm.runCall({
      ...(to === undefined ? {} : { to: createAddressFromString(to) }),
      caller: createAddressFromString(from),
      data: fromHex(data),
      value,
      // The caller's balance is not what these tests are about.
      skipBalance: true,
      gasLimit: 30_000_000n,
      block: createBlock({ header: { number: blockNumber, timestamp } }, { common: this.common }),
    })
    return { reverted: execResult.exceptionError !== undefined, returned: toHex(execResult.returnValue), created: createdAddress?.toString() }
  }

  async fingerprint(address: string): Promise<Fingerprint | undefined> {
    await this.state.flush()
    const account = await this.state.getAccount(createAddressFromString(address))
    if (account === undefined) return undefined
    return { nonce: account.nonce, codeHash: toHex(account.codeHash), storageRoot: toHex(account.storageRoot) }
  }
}
