// Owns: the fee market's arithmetic between a block and its child: EIP-1559 base fee, EIP-4844/7691/7918 excess blob gas, gas limit steps.
// Does not own: what the pool or the oracle suggests (fee-oracle.ts).
// Called by: builder, importer (checks), fee-oracle, block-env. Pure.

import type { Common } from '@ethereumjs/common'
import type { HeaderData } from '../chain-data.js'

const initialBaseFee = 1_000_000_000n
const elasticity = 2n
const baseFeeChangeDenominator = 8n
const gasLimitBoundDivisor = 1_024n
const blobBaseCost = 8_192n
export const gasPerBlob = 131_072n

/** Base fee of the child of `parent`; null before London. `common`: rules of the child. */
export function nextBaseFee(parent: HeaderData, common: Common): bigint | null {
  if (!common.isActivatedEIP(1559)) return null
  const base = parent.baseFeePerGas
  if (base === undefined) return initialBaseFee
  const target = parent.gasLimit / elasticity
  if (parent.gasUsed === target) return base
  if (parent.gasUsed > target) {
    const rise = (base * (parent.gasUsed - target)) / target / baseFeeChangeDenominator
    return base + (rise > 0n ? rise : 1n)
  }
  const fall = (base * (target - parent.gasUsed)) / target / baseFeeChangeDenominator
  return base - fall
}

/** EIP-4844 fake exponential: factor · e^(numerator/denominator). */
function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let output = 0n
  let term = factor * denominator
  for (let i = 1n; term > 0n; i++) {
    output += term
    term = (term * numerator) / (denominator * i)
  }
  return output / denominator
}

/** Wei per blob gas. */
export function blobGasPrice(excessBlobGas: bigint, common: Common): bigint {
  if (!common.isActivatedEIP(4844)) return 1n
  return fakeExponential(1n, excessBlobGas, common.getBlobGasSchedule().blobGasPriceUpdateFraction)
}

/** Excess blob gas of the child of `parent`; null before Cancun. EIP-4844, EIP-7918 from Osaka on. */
export function nextExcessBlobGas(parent: HeaderData, common: Common): bigint | null {
  if (!common.isActivatedEIP(4844)) return null
  const { targetBlobGasPerBlock: target, maxBlobGasPerBlock: max } = common.getBlobGasSchedule()
  const excess = parent.excessBlobGas ?? 0n
  const used = parent.blobGasUsed ?? 0n
  if (excess + used < target) return 0n
  if (common.isActivatedEIP(7918)) {
    const reserve = blobBaseCost * (parent.baseFeePerGas ?? 0n)
    if (reserve > gasPerBlob * blobGasPrice(excess, common)) return excess + (used * (max - target)) / max
  }
  return excess + used - target
}

/** The gas limit moves towards what the lane wants, as fast as Ethereum's rule lets it. */
export function nextGasLimit(parent: bigint, wanted: bigint): bigint {
  const step = parent / gasLimitBoundDivisor - 1n
  if (step <= 0n || wanted === parent) return parent
  if (wanted > parent) return wanted < parent + step ? wanted : parent + step
  return wanted > parent - step ? wanted : parent - step
}

/** The child's gas limit is within 1/1024 of its parent's and at least 5,000. */
export function gasLimitAllowed(child: bigint, parent: bigint): boolean {
  const bound = parent / gasLimitBoundDivisor
  const change = child > parent ? child - parent : parent - child
  return change < bound && child >= 5_000n
}
