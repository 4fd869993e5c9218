// Order statistics of samples. Pure; used by the generator process and the report.
import type { Quantiles } from './job.js'

export function quantiles(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort()
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99), max: sorted.at(-1) ?? NaN }
}

/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** Two measurements that belong together: of the baseline, of what is compared with it. */
export type Pair = readonly [number, number]

/** Mean of the second over mean of the first, with its standard error. The mean of the ratios would favour the second: a noisy divisor does. */
export function ratioOfMeans(pairs: readonly Pair[]): { ratio: number; error: number } {
  const sum = (of: (pair: Pair) => number): number => pairs.reduce((total, pair) => total + of(pair), 0)
  const ratio = sum(([, second]) => second) / sum(([first]) => first)
  const variance = sum(([first, second]) => (second - ratio * first) ** 2) / (pairs.length - 1)
  return { ratio, error: Math.sqrt(variance / pairs.length) / (sum(([first]) => first) / pairs.length) }
}

/** Nearest rank: the smallest sample that at least `share` of all samples do not exceed. */
function at(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
