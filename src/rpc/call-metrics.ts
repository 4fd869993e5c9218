// Owns: counters and latency histograms of calls, per method and lane, kept in plain numbers.
// Does not own: the other metrics or the exposition (metrics.ts). A call costs two map look-ups here, where a
// labelled prom-client histogram hashes its labels on every observation.
// Called by: dispatch through the Observe callback, metrics.ts.

import type { LaneClient } from '../evm-lane/client.js'

/** Upper bounds in seconds: from an answer out of memory to a call at its deadline. */
export const latencyBuckets = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] as const

export type CallSeries = {
  count: number
  secondsSum: number
  /** Calls per bucket, not cumulative; the last entry is what lies above every bound. */
  perBucket: Float64Array
  /** By error code, which the errors table bounds. */
  errors: Map<number, number>
}

export class CallMetrics {
  readonly #byLane = new Map<LaneClient, Map<string, CallSeries>>()

  readonly observe = (method: string, lane: LaneClient, seconds: number, errorCode: number): void => {
    const series = this.#series(method, lane)
    series.count++
    series.secondsSum += seconds
    let bucket = 0
    while (bucket < latencyBuckets.length && seconds > latencyBuckets[bucket]!) bucket++
    series.perBucket[bucket]!++
    if (errorCode !== 0) series.errors.set(errorCode, (series.errors.get(errorCode) ?? 0) + 1)
  };

  *entries(): Generator<{ lane: string; method: string; series: CallSeries }> {
    for (const [lane, methods] of this.#byLane) {
      for (const [method, series] of methods) yield { lane: String(lane.spec.chainId), method, series }
    }
  }

  #series(method: string, lane: LaneClient): CallSeries {
    let methods = this.#byLane.get(lane)
    if (methods === undefined) this.#byLane.set(lane, (methods = new Map()))
    let series = methods.get(method)
    if (series === undefined) {
      series = { count: 0, secondsSum: 0, perBucket: new Float64Array(latencyBuckets.length + 1), errors: new Map() }
      methods.set(method, series)
    }
    return series
  }
}
