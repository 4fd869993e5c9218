// Owns: block 0 of a lane and the rules it is born with: from our own default, or from a geth genesis.json (L2).
// Does not own: writing it to the store (engine.ts).
// Called by: open-lane.ts.

import { AppError } from '../../errors.js'
import type { Address, Hash32 } from '../../primitives.js'
import { bareHex, bigintToBytes, concatBytes, fromHex } from '../../primitives.js'
import type { HeaderData } from '../chain-data.js'
import type { GenesisAccount, GenesisSource, LaneSpec } from '../lane-spec.js'
import type { ChainRules, ForkSchedule } from './fork-schedule.js'
import { gethChainRules, newestFinalFork, ownChainRules } from './fork-schedule.js'
import { emptyListHash, emptyTrieRoot, zeroHash } from './header.js'
import { keccak256 } from './keccak.js'
import { portalAccounts } from './portal/portal-accounts.js'
import type { Preinstall } from './preinstalls/install-contract.js'
import { preinstalls } from './preinstalls/preinstalls.js'
import { systemContracts } from './preinstalls/system-contracts.js'
import type { StateView } from './state/state-view.js'

export type Genesis = {
  rules: ChainRules
  alloc: GenesisAccount[]
  header: GenesisHeader
}

type GenesisHeader = Pick<
  HeaderData,
  'timestamp' | 'gasLimit' | 'difficulty' | 'extraData' | 'nonce' | 'mixHash' | 'coinbase' | 'number' | 'parentHash'
> & {
  baseFeePerGas: bigint | null
  excessBlobGas: bigint
  blobGasUsed: bigint
}

/** The fork a lane of our own is born with, resolved now, because "the newest" changes with the library. */
export function resolveFork(source: GenesisSource): string | null {
  return source.kind === 'default' ? (source.hardfork ?? newestFinalFork) : null
}

/** Digest of what may not change under an existing chain. */
export function genesisDigest(spec: LaneSpec): Hash32 {
  const { genesis } = spec
  const text =
    genesis.kind === 'geth'
      ? genesis.json
      : `${spec.chainId} ${genesis.alloc.map((a) => `${bareHex(a.address)} ${a.balance} ${a.nonce} ${bareHex(keccak256(a.code))} ${a.storage.length}`).join(',')}`
  return keccak256(Buffer.from(text, 'utf8'))
}

/** @throws AppError 'config-invalid' that names the key of a bad genesis file. */
export function readGenesis(spec: LaneSpec, fork: string | null): Genesis {
  return spec.genesis.kind === 'default' ? ownGenesis(spec, spec.genesis, fork) : gethGenesis(spec, spec.genesis.json)
}

function ownGenesis(spec: LaneSpec, source: Extract<GenesisSource, { kind: 'default' }>, fork: string | null): Genesis {
  const portal = portalAccounts().map((c): Preinstall => ({ address: c.address, name: c.name, nonce: c.nonce, code: c.code }))
  const installed = [...systemContracts(), ...preinstalls({ chainId: spec.chainId }), ...portal].map((c): GenesisAccount => ({
    address: c.address,
    balance: 0n,
    nonce: c.nonce,
    code: c.code,
    storage: (c.storage ?? []).map(([slot, value]) => ({ slot, value })),
  }))
  return {
    rules: ownChainRules(spec.chainId, fork),
    alloc: [...installed, ...source.alloc],
    header: {
      number: 0n,
      parentHash: zeroHash,
      timestamp: source.timestamp,
      gasLimit: spec.gasLimit,
      difficulty: 0n,
      extraData: spec.extraData,
      nonce: new Uint8Array(8),
      mixHash: zeroHash,
      coinbase: new Uint8Array(20),
      baseFeePerGas: source.baseFeePerGas,
      excessBlobGas: 0n,
      blobGasUsed: 0n,
    },
  }
}

type GethAccount = { balance?: string | number; nonce?: string | number; code?: string; storage?: Record<string, string> }
type GethFile = Record<string, unknown> & { config?: Record<string, unknown>; alloc?: Record<string, GethAccount> }

function gethGenesis(spec: LaneSpec, json: string): Genesis {
  let file: GethFile
  try {
    file = JSON.parse(json) as GethFile
  } catch (error) {
    throw new AppError('config-invalid', `genesis: not JSON: ${(error as Error).message}`)
  }
  if (typeof file.config !== 'object') throw new AppError('config-invalid', 'genesis: config is missing')
  const rules = gethChainRules(file.config)
  if (rules.chainId !== spec.chainId) {
    throw new AppError('genesis-mismatch', `genesis: config.chainId is ${rules.chainId}, the lane has chain id ${spec.chainId}`)
  }
  const alloc = Object.entries(file.alloc ?? {}).map(([address, account]) => gethAccount(address, account))
  return {
    rules,
    alloc,
    header: {
      number: quantity(file, 'number', 0n),
      parentHash: bytes(file, 'parentHash', 32),
      timestamp: quantity(file, 'timestamp', 0n),
      gasLimit: quantity(file, 'gasLimit', undefined),
      difficulty: quantity(file, 'difficulty', 0n),
      extraData: bytes(file, 'extraData', null),
      nonce: leftPad(quantity(file, 'nonce', 0n), 8),
      mixHash: bytes(file, 'mixHash', 32),
      coinbase: bytes(file, 'coinbase', 20),
      baseFeePerGas: isAbsent(file['baseFeePerGas']) ? null : quantity(file, 'baseFeePerGas', 0n),
      excessBlobGas: quantity(file, 'excessBlobGas', 0n),
      blobGasUsed: quantity(file, 'blobGasUsed', 0n),
    },
  }
}

function gethAccount(address: string, account: GethAccount): GenesisAccount {
  const where = `genesis: alloc.${address}`
  const storage = Object.entries(account.storage ?? {}).map(([slot, value]) => ({ slot: word(slot, where), value: word(value, where) }))
  return {
    address: hex(address, where, 20),
    balance: integer(account.balance ?? 0, `${where}.balance`),
    nonce: integer(account.nonce ?? 0, `${where}.nonce`),
    code: hex(account.code ?? '0x', `${where}.code`, null),
    storage,
  }
}

function integer(value: unknown, where: string): bigint {
  try {
    if (typeof value === 'string' || typeof value === 'number') return BigInt(value)
  } catch {
    // Reported below with the key.
  }
  throw new AppError('config-invalid', `${where}: must be a quantity, got ${JSON.stringify(value)}`)
}

/** geth reads a null as a missing key. */
function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

function quantity(file: GethFile, key: string, fallback: bigint | undefined): bigint {
  const value = file[key]
  if (isAbsent(value) || value === '') {
    if (fallback === undefined) throw new AppError('config-invalid', `genesis: ${key} is missing`)
    return fallback
  }
  return integer(value, `genesis: ${key}`)
}

function bytes(file: GethFile, key: string, width: number | null): Uint8Array {
  const value = file[key] ?? ''
  if (value === '') return new Uint8Array(width ?? 0)
  return hex(String(value), `genesis: ${key}`, width)
}

function hex(text: string, where: string, width: number | null): Uint8Array {
  let out: Uint8Array
  try {
    out = fromHex(text)
  } catch {
    throw new AppError('config-invalid', `${where}: must be hex, got ${text.slice(0, 80)}`)
  }
  if (width !== null && out.length !== width) throw new AppError('config-invalid', `${where}: must be ${width} bytes, got ${out.length}`)
  return out
}

function word(text: string, where: string): Hash32 {
  const value = hex(text.length % 2 === 0 ? text : `0x0${text.replace(/^0x/, '')}`, `${where}.storage`, null)
  if (value.length > 32) throw new AppError('config-invalid', `${where}.storage: a word has at most 32 bytes`)
  return concatBytes(new Uint8Array(32 - value.length), value)
}

function leftPad(value: bigint, width: number): Uint8Array {
  const short = bigintToBytes(value)
  return concatBytes(new Uint8Array(width - short.length), short)
}

/** Puts the accounts into the state of block 0. A slot of value zero is no slot; an account that is empty exists before EIP-158 only. */
export function writeAlloc(view: StateView, alloc: GenesisAccount[]): void {
  for (const account of alloc) {
    const address: Address = account.address
    view.addBalanceSync(address, account.balance)
    view.setNonceSync(address, account.nonce)
    if (account.code.length > 0) view.putCodeSync(address, account.code)
    for (const { slot, value } of account.storage) if (value.some((byte) => byte !== 0)) view.putSlotSync(address, slot, value)
  }
}

const emptyRequestsHash = fromHex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')

/** Header of block 0, without its hash: the fields of the fork active there. */
export function genesisHeader(genesis: Genesis, forks: ForkSchedule, stateRoot: Hash32): Omit<HeaderData, 'hash'> {
  const { header } = genesis
  const common = forks.commonAt(header.number, header.timestamp)
  const out: Omit<HeaderData, 'hash'> = {
    parentHash: header.parentHash,
    uncleHash: emptyListHash,
    coinbase: header.coinbase,
    stateRoot,
    transactionsRoot: emptyTrieRoot,
    receiptsRoot: emptyTrieRoot,
    logsBloom: new Uint8Array(256),
    difficulty: header.difficulty,
    number: header.number,
    gasLimit: header.gasLimit,
    gasUsed: 0n,
    timestamp: header.timestamp,
    extraData: header.extraData,
    mixHash: header.mixHash,
    nonce: header.nonce,
  }
  if (common.isActivatedEIP(1559)) out.baseFeePerGas = header.baseFeePerGas ?? 1_000_000_000n
  if (common.isActivatedEIP(4895)) out.withdrawalsRoot = emptyTrieRoot
  if (common.isActivatedEIP(4844)) {
    out.blobGasUsed = header.blobGasUsed
    out.excessBlobGas = header.excessBlobGas
    out.parentBeaconBlockRoot = zeroHash
  }
  if (common.isActivatedEIP(7685)) out.requestsHash = emptyRequestsHash
  return out
}
