// The messages between the benchmark and its load generator process, as plain data.
// Owns the types only: generator.ts is the parent's side, generator-child.ts the child's.

/** One JSON-RPC request as complete HTTP bytes; with `poll`, the step ends when the poll's result is no longer null. */
export type Step = { request: Uint8Array; poll?: Uint8Array }

/**
 * One keep-alive connection: its steps in order, `rounds` times over, never more than one request in flight. `pace`: a step begins no earlier than its place
 * times `everyMs` after `offsetMs`; without it as soon as the one before it is done.
 */
export type ConnectionPlan = { host: string; port: number; steps: Step[]; rounds: number; pace?: { offsetMs: number; everyMs: number } }

/** `pollDelayMsMax` 0 polls again at once (latency); otherwise the pause doubles from 1 ms up to the bound (throughput). */
export type Job = { connections: ConnectionPlan[]; pollDelayMsMax: number; settleDeadlineMs: number }

export type Quantiles = { p50: number; p99: number; max: number }

export type JobResult = {
  /** Until the last receipt. */
  elapsedMs: number
  /** Until every request that is no poll was answered. */
  answeredMs: number
  /** Steps whose poll was given up. */
  unsettled: number
  requests: number
  polls: number
  errors: number
  errorSamples: string[]
  cpuUs: number
  requestMs: Quantiles
  settleMs: Quantiles | null
}

export type ToChild = { kind: 'load'; job: Job } | { kind: 'go' }
export type FromChild = { kind: 'ready' } | { kind: 'done'; result: JobResult } | { kind: 'failed'; message: string }
