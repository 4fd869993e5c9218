// Owns: what /metrics shows, in Prometheus' text format. The one file that imports prom-client.
// Does not own: counting calls (call-metrics.ts).
// Called by: server.ts.

import { collectDefaultMetrics, Gauge, Histogram, Registry, type Metric } from 'prom-client'
import type { HeadInfo } from '../evm-lane/chain-data.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { Following } from '../hyper/follower/following.js'
import { latencyBuckets, type CallMetrics } from './call-metrics.js'
import type { SealingReader } from '../hyper/sealing-reader.js'
import type { LaneDirectory } from './method.js'

/** Whoever does not answer by then is shown without what only it knows: a stuck lane must not hide the others (L7). */
const answerMs = 500

export type Metrics = { contentType: string; text: () => Promise<string>; close: () => void }

type Sources = {
  lanes: LaneDirectory
  calls: CallMetrics
  following: Following | null
  sealing: SealingReader | null
  wsConnections: () => number
}

export function createMetrics(sources: Sources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  registerCalls(registry, sources.calls)
  new Gauge({
    name: 'paralane_ws_connections',
    help: 'Open WebSocket connections.',
    registers: [registry],
    collect() {
      this.set(sources.wsConnections())
    },
  })
  if (sources.following !== null) registerFollowing(registry, sources.following)
  const lanes = laneGauges(registry)
  const watch = blockIntervals(registry)
  const sealing = sources.sealing === null ? null : watchSealing(registry, sources.sealing)
  const watchAll = (): void => sources.lanes.all().forEach(watch.add)
  watchAll()
  return {
    contentType: registry.contentType,
    async text() {
      watchAll() // Lanes can be added while running (H3).
      await Promise.all([...sources.lanes.all().map((lane) => readLane(lane, lanes)), sealing?.read()])
      return registry.metrics()
    },
    close() {
      watch.close()
      sealing?.close()
      registry.clear()
    },
  }
}

type Value = { labels: Record<string, string | number>; value: number; metricName?: string }

/** A metric whose values are computed when asked for; prom-client reads no more of it than this. */
function registerComputed(registry: Registry, metric: { name: string; help: string; type: string; values: () => Value[] }): void {
  const { name, help, type, values } = metric
  registry.registerMetric({ name, get: () => Promise.resolve({ name, help, type, aggregator: 'sum', values: values() }) } as unknown as Metric)
}

function registerCalls(registry: Registry, calls: CallMetrics): void {
  registerComputed(registry, {
    name: 'paralane_rpc_requests_total',
    help: 'JSON-RPC calls answered.',
    type: 'counter',
    values: () => Array.from(calls.entries(), ({ lane, method, series }) => ({ labels: { method, lane }, value: series.count })),
  })
  registerComputed(registry, {
    name: 'paralane_rpc_errors_total',
    help: 'JSON-RPC calls answered with an error, by its code.',
    type: 'counter',
    values: () =>
      Array.from(calls.entries()).flatMap(({ lane, method, series }) =>
        Array.from(series.errors, ([code, value]) => ({ labels: { method, lane, code }, value })),
      ),
  })
  const name = 'paralane_rpc_duration_seconds'
  registerComputed(registry, {
    name,
    help: 'Time from a parsed call to its answer.',
    type: 'histogram',
    values: () =>
      Array.from(calls.entries()).flatMap(({ lane, method, series }) => {
        let cumulative = 0
        const buckets: Value[] = [...latencyBuckets, '+Inf'].map((le, i) => {
          cumulative += series.perBucket[i]!
          return { metricName: `${name}_bucket`, labels: { method, lane, le }, value: cumulative }
        })
        const labels = { method, lane }
        return [
          ...buckets,
          { metricName: `${name}_sum`, labels, value: series.secondsSum },
          { metricName: `${name}_count`, labels, value: series.count },
        ]
      }),
  })
}

function registerFollowing(registry: Registry, following: Following): void {
  registerComputed(registry, {
    name: 'paralane_refused_blocks_total',
    help: 'Blocks of the gateway that could not be reproduced.',
    type: 'counter',
    values: () => [{ labels: {}, value: following.refusedTotal() }],
  })
  registerComputed(registry, {
    name: 'paralane_lane_refused',
    help: '1 while a lane stands still at a block that could not be reproduced.',
    type: 'gauge',
    values: () =>
      following.status().lanes.map(({ chainId }) => ({
        labels: { lane: String(chainId) },
        value: following.refusals().some((refusal) => refusal.chainId === chainId) ? 1 : 0,
      })),
  })
}

type LaneGauges = Record<'ready' | 'head' | 'headTime' | 'pending' | 'queued', Gauge<'lane'>>

function laneGauges(registry: Registry): LaneGauges {
  const gauge = (name: string, help: string): Gauge<'lane'> =>
    new Gauge({ name: `paralane_lane_${name}`, help, labelNames: ['lane'], registers: [registry] })
  return {
    ready: gauge('ready', '1 while the lane answers.'),
    head: gauge('head_number', 'Number of the newest block.'),
    headTime: gauge('head_timestamp_seconds', 'Time of the newest block.'),
    pending: gauge('pool_pending', 'Executable transactions in the pool.'),
    queued: gauge('pool_queued', 'Nonce-gapped transactions in the pool.'),
  }
}

async function readLane(lane: LaneClient, gauges: LaneGauges): Promise<void> {
  const label = { lane: String(lane.spec.chainId) }
  const head = lane.head()
  gauges.ready.set(label, lane.state() === 'ready' ? 1 : 0)
  if (head !== undefined) {
    gauges.head.set(label, Number(head.header.number))
    gauges.headTime.set(label, blockTimeMs(head) / 1_000)
  }
  const pool = lane.state() === 'ready' ? await poolStatus(lane) : null
  if (pool === null) {
    gauges.pending.remove(label)
    gauges.queued.remove(label)
    return
  }
  gauges.pending.set(label, pool.pending)
  gauges.queued.set(label, pool.queued)
}

async function poolStatus(lane: LaneClient): Promise<{ pending: number; queued: number } | null> {
  return inTime(lane.call('poolStatus', {}))
}

async function inTime<T>(answer: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, answerMs, null)))
  try {
    return await Promise.race([answer, late])
  } catch {
    return null // The ready gauge and the call errors tell about a lane that fails; here it only has no number.
  } finally {
    clearTimeout(timer)
  }
}

/** The sealer may be busy, or being started again: then the metrics do without what only it knows. */
function watchSealing(registry: Registry, sealing: SealingReader): { read: () => Promise<void>; close: () => void } {
  const gauge = (name: string, help: string, value: () => number): void =>
    registerComputed(registry, { name: `paralane_hyper_${name}`, help, type: 'gauge', values: () => [{ labels: {}, value: value() }] })
  gauge('height', 'Number of the newest sealed Hyper Block.', () => Number(sealing.height()))
  registerComputed(registry, {
    name: 'paralane_hyper_unsealed_blocks',
    help: 'Blocks of a lane that no sealed Hyper Block holds.',
    type: 'gauge',
    values: () => sealing.lanes().map(({ chainId, unsealed }) => ({ labels: { lane: String(chainId) }, value: Number(unsealed) })),
  })
  const latency = new Histogram({
    name: 'paralane_hyper_seal_seconds',
    help: 'Time from the close of a cycle to its stored Seal.',
    registers: [registry],
    buckets: [0.003, 0.005, 0.007, 0.01, 0.013, 0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 10],
  })
  let evidence = 0
  let viewChanges = 0
  const count = (name: string, help: string, value: () => number): void =>
    registerComputed(registry, { name: `paralane_hyper_${name}_total`, help, type: 'counter', values: () => [{ labels: {}, value: value() }] })
  count('evidence', 'Proofs of guilt in Hyper Blocks sealed since the start.', () => evidence)
  count('view_changes', 'Proposers that were given up, as far as seen, since the start.', () => viewChanges)
  const close = sealing.onSealed(({ body }, latencyMs) => {
    evidence += body.evidence.length
    if (latencyMs !== null) latency.observe(latencyMs / 1_000)
  })
  const read = async (): Promise<void> => {
    const status = await inTime(sealing.status())
    if (status !== null) viewChanges = status.viewChanges
  }
  return { read, close }
}

function blockIntervals(registry: Registry): { add: (lane: LaneClient) => void; close: () => void } {
  const histogram = new Histogram({
    name: 'paralane_lane_block_interval_seconds',
    help: 'Time between one block and the next.',
    labelNames: ['lane'],
    registers: [registry],
    buckets: [0.01, 0.03, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60],
  })
  const undo = new Map<LaneClient, () => void>()
  return {
    add(lane) {
      if (undo.has(lane)) return
      const label = { lane: String(lane.spec.chainId) }
      let before = lane.head()
      undo.set(
        lane,
        lane.on('head', (head) => {
          if (before !== undefined) histogram.observe(label, Math.max(0, blockTimeMs(head) - blockTimeMs(before)) / 1_000)
          before = head
        }),
      )
    },
    close() {
      for (const end of undo.values()) end()
    },
  }
}

function blockTimeMs(head: HeadInfo): number {
  return head.timestampMs ?? Number(head.header.timestamp) * 1_000
}
