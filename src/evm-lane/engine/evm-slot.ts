// Owns: EVM instances that are built once per hardfork and lent to one execution at a time, over whatever state view that brings.
// Does not own: what is executed (executor-vm.ts, simulate/).
// Called by: executor-vm.ts, simulate, session. Building an EVM costs milliseconds (opcode tables), lending one nothing.

import type { Common, StateManagerInterface } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import type { EVM } from '@ethereumjs/evm'
import { createVM } from '@ethereumjs/vm'
import type { VM } from '@ethereumjs/vm'
import { Address } from '@ethereumjs/util'
import { AppError } from '../../errors.js'
import type { Hash32 } from '../../primitives.js'
import { ecrecoverPrecompile } from './crypto.js'
import { zeroHash } from './header.js'
import { keepJumpAnalyses } from './jump-analysis.js'
import { gatedRunCall } from './session/gate.js'
import type { Gate } from './session/gate.js'
import type { StateView } from './state/state-view.js'

/** Hash of an ancestor by number, for BLOCKHASH. */
export type BlockHashes = (number: bigint) => Hash32 | undefined | Promise<Hash32 | undefined>

/** What the EVM sees as its state: the view of the execution that holds the slot. */
class StatePort implements StateManagerInterface {
  current: StateView | undefined

  private get view(): StateView {
    if (this.current === undefined) throw new AppError('internal', 'EVM used without a state view')
    return this.current
  }
  get originalStorageCache(): StateManagerInterface['originalStorageCache'] {
    return this.view.originalStorageCache
  }
  getAccount: StateManagerInterface['getAccount'] = (a) => this.view.getAccount(a)
  putAccount: StateManagerInterface['putAccount'] = (a, account) => this.view.putAccount(a, account)
  deleteAccount: StateManagerInterface['deleteAccount'] = (a) => this.view.deleteAccount(a)
  modifyAccountFields: StateManagerInterface['modifyAccountFields'] = (a, fields) => this.view.modifyAccountFields(a, fields)
  putCode: StateManagerInterface['putCode'] = (a, code) => this.view.putCode(a, code)
  getCode: StateManagerInterface['getCode'] = (a) => this.view.getCode(a)
  getCodeSize: StateManagerInterface['getCodeSize'] = (a) => this.view.getCodeSize(a)
  getStorage: StateManagerInterface['getStorage'] = (a, key) => this.view.getStorage(a, key)
  putStorage: StateManagerInterface['putStorage'] = (a, key, value) => this.view.putStorage(a, key, value)
  clearStorage: StateManagerInterface['clearStorage'] = (a) => this.view.clearStorage(a)
  checkpoint = (): Promise<void> => this.view.checkpoint()
  commit = (): Promise<void> => this.view.commit()
  revert = (): Promise<void> => this.view.revert()
  getStateRoot = (): Promise<Uint8Array> => this.view.getStateRoot()
  setStateRoot: StateManagerInterface['setStateRoot'] = (root) => this.view.setStateRoot(root)
  hasStateRoot: StateManagerInterface['hasStateRoot'] = (root) => this.view.hasStateRoot(root)
  clearCaches = (): void => this.view.clearCaches()
  shallowCopy = (): StateManagerInterface => this.view.shallowCopy()
}

export class EvmSlot {
  readonly evm: EVM
  readonly vm: VM
  readonly common: Common
  private readonly port: StatePort
  private readonly hashes: { of: BlockHashes }
  /** Where this EVM's frames meet other lanes; null: they do not. */
  gate: Gate | null = null

  constructor(parts: { evm: EVM; vm: VM; common: Common; port: StatePort; hashes: { of: BlockHashes } }) {
    this.evm = parts.evm
    this.vm = parts.vm
    this.common = parts.common
    this.port = parts.port
    this.hashes = parts.hashes
  }

  attach(view: StateView, blockHashes: BlockHashes): void {
    this.port.current = view
    this.hashes.of = blockHashes
    this.evm.journal.cleanJournal()
  }

  detach(): void {
    this.gate = null
    this.port.current = undefined
    this.evm.transientStorage.clear()
  }
}

async function buildSlot(common: Common): Promise<EvmSlot> {
  await keepJumpAnalyses(common)
  const port = new StatePort()
  const hashes: { of: BlockHashes } = { of: () => undefined }
  const blockchain = {
    // A block that does not exist, which only a simulation with another block number can ask for, has the hash zero, as in geth.
    getBlock: async (number: number) => {
      const hash = (await hashes.of(BigInt(number))) ?? zeroHash
      return { hash: () => hash }
    },
    putBlock: () => Promise.resolve(),
    shallowCopy: () => blockchain,
  }
  const evm = await createEVM({
    common,
    stateManager: port,
    blockchain,
    customPrecompiles: [{ address: new Address(Uint8Array.of(...new Array<number>(19).fill(0), 1)), function: ecrecoverPrecompile }],
  })
  const vm = await createVM({ common, stateManager: port, blockchain, evm })
  const slot = new EvmSlot({ evm, vm, common, port, hashes })
  evm.runCall = gatedRunCall(evm.runCall.bind(evm), () => slot.gate)
  return slot
}

/** Idle slots kept per hardfork; more are built when needed and thrown away after. */
const idleMax = 4

export class EvmSlots {
  private readonly idle = new Map<Common, EvmSlot[]>()

  async acquire(common: Common, view: StateView, blockHashes: BlockHashes): Promise<EvmSlot> {
    const slot = this.idle.get(common)?.pop() ?? (await buildSlot(common))
    slot.attach(view, blockHashes)
    return slot
  }

  release(slot: EvmSlot): void {
    slot.detach()
    const list = this.idle.get(slot.common)
    if (list === undefined) this.idle.set(slot.common, [slot])
    else if (list.length < idleMax) list.push(slot)
  }
}
