// Owns: which MetaMask packages the wallet check uses, finding or installing them, and the part of their API that it calls.
// Does not own: how the controllers are wired (wallet.ts). They are not devDependencies: 390 packages and 200 MB, so a
// folder of their own holds them. Called by controllers.test.ts, scripts/metamask.ts and scripts/metamask-dapp.ts.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Controllers of one MetaMask release; peers that npm adds by itself are not listed. */
export const controllerPackages: Readonly<Record<string, string>> = {
  '@metamask/approval-controller': '8.0.0',
  '@metamask/gas-fee-controller': '25.0.0',
  '@metamask/keyring-controller': '24.0.0',
  '@metamask/messenger': '0.3.0',
  '@metamask/network-controller': '25.0.0',
  '@metamask/transaction-controller': '61.2.0',
}

export const dappPackages: Readonly<Record<string, string>> = { '@metamask/test-dapp': '9.9.0' }

export const packagesFolderVariable = 'METAMASK_PACKAGES'
const installTimeoutMs = 600_000

/** The first folder whose node_modules holds all of `packages`; undefined when there is none. */
export function findPackages(packages: Readonly<Record<string, string>>): string | undefined {
  const folders = [process.env[packagesFolderVariable], process.cwd()]
  return folders.find(
    (folder): folder is string =>
      folder !== undefined && Object.keys(packages).every((name) => existsSync(join(folder, 'node_modules', name, 'package.json'))),
  )
}

/** The folder that holds `packages`: a found one, the one that is named, or a new one of its own, so that the project's lock file and node_modules stay. */
export async function preparePackages(packages: Readonly<Record<string, string>>): Promise<string> {
  const found = findPackages(packages)
  if (found !== undefined) return found
  const folder = process.env[packagesFolderVariable] ?? (await mkdtemp(join(tmpdir(), 'metamask-packages-')))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'metamask-check', private: true, dependencies: packages }))
  // Install scripts only build optional native parts (keccak, secp256k1) whose JavaScript fallback is what a wallet runs.
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  await promisify(execFile)('npm', args, { cwd: folder, timeout: installTimeoutMs })
  console.log(`installed into ${folder}; with ${packagesFolderVariable}=${folder} it is used again`)
  return folder
}

export type Hex = `0x${string}`

/** Transaction as the wallet shows it; only the fields that are checked. */
export type TransactionMeta = {
  id: string
  chainId: Hex
  hash?: Hex
  status: string
  txParams: { from: Hex; to?: Hex; gas?: Hex; nonce?: Hex; type?: Hex; maxFeePerGas?: Hex; maxPriorityFeePerGas?: Hex }
  simulationFails?: { reason?: string }
  txReceipt?: { status?: Hex; contractAddress?: Hex | null; gasUsed?: Hex; blockHash?: Hex; blockNumber?: Hex; logs?: unknown[] }
  baseFeePerGas?: Hex
  blockTimestamp?: Hex
  verifiedOnBlockchain?: boolean
  error?: { message: string; rpc?: unknown }
}

export type Eip1193 = { request(args: { method: string; params?: unknown }): Promise<unknown> }

export type Messenger = {
  registerActionHandler(action: string, handler: (...args: never[]) => unknown): void
  subscribe(event: string, handler: (...payload: never[]) => void): void
  unsubscribe(event: string, handler: (...payload: never[]) => void): void
  delegate(to: { messenger: Messenger; actions?: string[]; events?: string[] }): void
}

export type NetworkController = {
  state: { selectedNetworkClientId: string; networksMetadata: Record<string, { status: string; EIPS: Record<number, boolean> }> }
  addNetwork(fields: object): { chainId: Hex; rpcEndpoints: { networkClientId: string }[] }
  setActiveNetwork(networkClientId: string): Promise<void>
  getNetworkClientById(networkClientId: string): { provider: Eip1193; configuration: { chainId: Hex } }
  getNetworkClientRegistry(): object
  getProviderAndBlockTracker(): { provider: unknown }
  getEIP1559Compatibility(networkClientId?: string): Promise<boolean | undefined>
  initializeProvider(options: { lookupNetwork: false }): void
  destroy(): Promise<void>
}

export type TransactionController = {
  addTransaction(params: object, options: object): Promise<{ result: Promise<string>; transactionMeta: TransactionMeta }>
  destroy(): void
}

export type GasFeeEstimates = { gasEstimateType: string; gasFeeEstimates: Record<string, unknown> }

export type GasFeeController = {
  fetchGasFeeEstimates(options: { networkClientId: string }): Promise<GasFeeEstimates>
  disableNonRPCGasFeeApis(): void
  destroy(): void
}

export type KeyringController = {
  state: { keyrings: { type: string; accounts: Hex[] }[] }
  createNewVaultAndRestore(password: string, mnemonic: Uint8Array): Promise<void>
  signTransaction(transaction: object, from: string): Promise<object>
}

export type ApprovalController = { state: { pendingApprovals: Record<string, unknown> }; accept(id: string): Promise<unknown> }

type Constructor<T> = new (options: object) => T

export type Controllers = {
  /** The namespace of a messenger that may answer for parts that are not there. */
  MOCK_ANY_NAMESPACE: string
  Messenger: Constructor<Messenger>
  NetworkController: Constructor<NetworkController>
  TransactionController: Constructor<TransactionController>
  GasFeeController: Constructor<GasFeeController>
  KeyringController: Constructor<KeyringController>
  ApprovalController: Constructor<ApprovalController>
}

/** The packages' classes, loaded from `folder`; the types above are the promise that this file makes for them. */
export function loadControllers(folder: string): Controllers {
  const require = createRequire(join(folder, 'package.json'))
  const modules = Object.keys(controllerPackages).map((name) => require(name) as Partial<Controllers>)
  return Object.assign({}, ...modules) as Controllers
}
