// Owns: which hardfork's rules hold for a block of this lane, and one shared Common per hardfork (L2).
// Does not own: reading a genesis file's alloc (genesis.ts).
// Called by: genesis, executor, txpool, builder, importer, simulation, eth_config.

import { paramsBlock } from '@ethereumjs/block'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'
import type { ChainConfig, Common, CustomCrypto, HardforkTransitionConfig, ParamsDict } from '@ethereumjs/common'
import { AppError } from '../../errors.js'
import { SharedCommon } from './shared-common.js'

/** A blob schedule entry as geth's genesis `config.blobSchedule` writes it: blobs, not gas. */
export type BlobSchedule = { target: number; max: number; baseFeeUpdateFraction: number }

export type ScheduledFork = { name: string; block: number | null; timestamp: number | null }

export type ChainRules = {
  chainId: number
  forks: ScheduledFork[]
  blobSchedules: Record<string, BlobSchedule>
  depositContract: string | null
}

/** geth's config keys in activation order. Block forks first, then timestamp forks. */
const gethForkKeys: [key: string, name: string, kind: 'block' | 'time'][] = [
  ['homesteadBlock', 'homestead', 'block'],
  ['daoForkBlock', 'dao', 'block'],
  ['eip150Block', 'tangerineWhistle', 'block'],
  ['eip158Block', 'spuriousDragon', 'block'],
  ['byzantiumBlock', 'byzantium', 'block'],
  ['constantinopleBlock', 'constantinople', 'block'],
  ['petersburgBlock', 'petersburg', 'block'],
  ['istanbulBlock', 'istanbul', 'block'],
  ['muirGlacierBlock', 'muirGlacier', 'block'],
  ['berlinBlock', 'berlin', 'block'],
  ['londonBlock', 'london', 'block'],
  ['arrowGlacierBlock', 'arrowGlacier', 'block'],
  ['grayGlacierBlock', 'grayGlacier', 'block'],
  ['mergeNetsplitBlock', 'paris', 'block'],
  ['shanghaiTime', 'shanghai', 'time'],
  ['cancunTime', 'cancun', 'time'],
  ['pragueTime', 'prague', 'time'],
  ['osakaTime', 'osaka', 'time'],
  ['bpo1Time', 'bpo1', 'time'],
  ['bpo2Time', 'bpo2', 'time'],
  ['bpo3Time', 'bpo3', 'time'],
  ['bpo4Time', 'bpo4', 'time'],
  ['bpo5Time', 'bpo5', 'time'],
]

/** The newest fork that @ethereumjs/common marks final (L2). */
export const newestFinalFork = 'bpo2'

/** Fork names a lane of our own may be born with, oldest first: everything since proof of stake. */
const ownForkNames = gethForkKeys.filter(([, name, kind]) => kind === 'time' || name === 'paris').map(([, name]) => name)

/** All forks up to `last` active from block 0 on. @throws 'config-invalid'. */
export function ownChainRules(chainId: number, last: string | null): ChainRules {
  const target = last ?? newestFinalFork
  const end = gethForkKeys.findIndex(([, name]) => name === target)
  if (end < 0 || !ownForkNames.includes(target)) {
    throw new AppError('config-invalid', `hardfork: unknown or unsupported fork "${target}" (one of ${ownForkNames.join(', ')})`)
  }
  const forks: ScheduledFork[] = gethForkKeys
    .slice(0, end + 1)
    .filter(([, name]) => name !== 'dao')
    .map(([, name, kind]) => (kind === 'block' ? { name, block: 0, timestamp: null } : { name, block: null, timestamp: 0 }))
  return { chainId, forks, blobSchedules: {}, depositContract: null }
}

/** Reads `config` of a geth genesis. @throws 'config-invalid' that names the key. */
export function gethChainRules(config: Record<string, unknown>): ChainRules {
  const chainId = Number(config['chainId'])
  if (!Number.isSafeInteger(chainId) || chainId <= 0) throw new AppError('config-invalid', 'genesis: config.chainId must be a positive integer')
  if (config['daoForkSupport'] === true)
    throw new AppError('config-invalid', 'genesis: config.daoForkSupport: the DAO fork belongs to one chain only and is not supported')
  if (config['clique'] !== undefined) throw new AppError('config-invalid', 'genesis: config.clique: proof-of-authority chains are not supported')
  if (config['mergeNetsplitBlock'] === undefined && needsMergeBlock(config)) {
    throw new AppError(
      'config-invalid',
      'genesis: config.mergeNetsplitBlock is needed beside terminalTotalDifficulty: the number of the first proof-of-stake block',
    )
  }
  const isSet = (key: string): boolean => config[key] !== undefined && config[key] !== null
  const unknown = Object.keys(config).find((key) => key.endsWith('Time') && isSet(key) && !gethForkKeys.some(([known]) => known === key))
  if (unknown !== undefined) throw new AppError('config-invalid', `genesis: config.${unknown}: this fork is not supported`)
  const merged = config['mergeNetsplitBlock'] ?? (postMergeFromStart(config) ? 0 : undefined)
  const forks: ScheduledFork[] = []
  for (const [key, name, kind] of gethForkKeys) {
    const value = key === 'mergeNetsplitBlock' ? merged : config[key]
    if (value === undefined || value === null) continue
    const at = Number(value)
    if (!Number.isSafeInteger(at) || at < 0) throw new AppError('config-invalid', `genesis: config.${key} must be a non-negative integer`)
    if (name === 'dao') continue
    forks.push(kind === 'block' ? { name, block: at, timestamp: null } : { name, block: null, timestamp: at })
  }
  const blobSchedules = (config['blobSchedule'] ?? {}) as Record<string, BlobSchedule>
  const deposit = config['depositContractAddress']
  return { chainId, forks, blobSchedules, depositContract: typeof deposit === 'string' ? deposit : null }
}

function needsMergeBlock(config: Record<string, unknown>): boolean {
  return config['shanghaiTime'] !== undefined && !postMergeFromStart(config)
}

function postMergeFromStart(config: Record<string, unknown>): boolean {
  return config['terminalTotalDifficulty'] === 0 || config['terminalTotalDifficultyPassed'] === true || config['shanghaiTime'] === 0
}

export class ForkSchedule {
  readonly rules: ChainRules
  private readonly chain: ChainConfig
  private readonly crypto: CustomCrypto
  private readonly commons = new Map<string, Common>()

  constructor(rules: ChainRules, crypto: CustomCrypto) {
    this.rules = rules
    this.crypto = crypto
    this.chain = chainConfig(rules)
  }

  /** Name of the newest fork active for a block of this number and timestamp (Unix seconds). */
  forkAt(number: bigint, timestamp: bigint): string {
    let active = 'chainstart'
    for (const fork of this.rules.forks) {
      const reached = fork.block !== null ? BigInt(fork.block) <= number : BigInt(fork.timestamp ?? 0) <= timestamp
      if (reached) active = fork.name
    }
    return active
  }

  commonAt(number: bigint, timestamp: bigint): Common {
    return this.common(this.forkAt(number, timestamp))
  }

  common(fork: string): Common {
    let common = this.commons.get(fork)
    if (common === undefined) {
      common = new SharedCommon({ chain: this.chain, hardfork: fork, params: blobParams(this.rules), customCrypto: this.crypto })
      // Each package would add its own table with its first object; rules must not depend on what happened to be built before.
      for (const params of [paramsTx, paramsBlock, paramsEVM, paramsVM]) common.updateParams(params)
      this.commons.set(fork, common)
    }
    return common
  }
}

function chainConfig(rules: ChainRules): ChainConfig {
  const hardforks: HardforkTransitionConfig[] = [{ name: 'chainstart', block: 0 }]
  for (const fork of rules.forks) {
    hardforks.push(fork.block !== null ? { name: fork.name, block: fork.block } : { name: fork.name, block: null, timestamp: fork.timestamp ?? 0 })
  }
  return {
    name: `lane-${rules.chainId}`,
    chainId: rules.chainId,
    genesis: { gasLimit: 0, difficulty: 0, nonce: '0x0000000000000000', extraData: '0x' },
    hardforks,
    customHardforks: blobForks(rules),
    bootstrapNodes: [],
    consensus: { type: 'pow', algorithm: 'ethash', ethash: {} },
    ...(rules.depositContract === null ? {} : { depositContractAddress: rules.depositContract as `0x${string}` }),
  }
}

const gasPerBlobNumber = 131_072

/** The library wants gas under one pair of names before bpo1 and blobs under another from bpo1 on; a genesis file writes blobs throughout. */
function blobParams(rules: ChainRules): ParamsDict {
  const out: ParamsDict = {}
  for (const { name } of rules.forks) {
    const schedule = rules.blobSchedules[name]
    if (schedule === undefined || name.startsWith('bpo')) continue
    out[name] = {
      targetBlobGasPerBlock: schedule.target * gasPerBlobNumber,
      maxBlobGasPerBlock: schedule.max * gasPerBlobNumber,
      blobGasPriceUpdateFraction: schedule.baseFeeUpdateFraction,
    }
  }
  return out
}

/** Blob-parameter-only forks: the library knows two with mainnet's numbers; a chain's own schedule replaces or adds them. */
function blobForks(rules: ChainRules): NonNullable<ChainConfig['customHardforks']> {
  const out: NonNullable<ChainConfig['customHardforks']> = {}
  for (const { name } of rules.forks) {
    if (!name.startsWith('bpo')) continue
    const schedule = rules.blobSchedules[name]
    if (schedule !== undefined) {
      out[name] = { eips: [], params: { target: schedule.target, max: schedule.max, blobGasPriceUpdateFraction: schedule.baseFeeUpdateFraction } }
    } else if (!libraryBlobForks.includes(name)) {
      throw new AppError('config-invalid', `genesis: config.blobSchedule.${name} is missing`)
    }
  }
  return out
}

const libraryBlobForks = ['bpo1', 'bpo2']
