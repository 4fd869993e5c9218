// What a lane that takes no part in sessions feels of them: its load goes on while other lanes are busy in every second window, so that neighbours are compared
// and a machine whose speed changes from minute to minute disturbs both alike.
// Owns the windows and what they say; the loads are payments.ts, computing.ts and counter-calls.ts.
import { setTimeout as delay } from 'node:timers/promises'
import { hex } from './accounts.js'
import { checkComputing, prepareComputing } from './computing.js'
import { checkCounterCalls, prepareCounterCalls, type CounterCalls } from './counter-calls.js'
import type { Generator } from './generator.js'
import type { ConnectionPlan } from './job.js'
import { batch, type Lane } from './lane.js'
import { measure, POLL_DELAY_MS_MAX, SETTLE_DEADLINE_MS, type Sample } from './measure.js'
import { checkPayments, connectionPlans, pacedPlans, preparePayments, type SignedPlan } from './payments.js'
import { ratioOfMeans, type Pair } from './statistics.js'
import type { Target } from './target.js'

/** Shorter than the times in which a shared machine is fast or slow, long enough for a dozen sessions. */
const WINDOW_MS = 500
/** After a window in which others were busy: their last blocks are sealed by then. */
const REST_MS = 200
const PAIRS_MAX = 20
/** Fewer would say nothing. */
const PAIRS_MIN = 5
/** Of a load with a rate: few, so that few of its requests ask for receipts. */
const PACED_SENDERS = 5
/** About what lanes do without a rate. */
const FULL_PER_SECOND = { sessions: 320, local: 960 }
/** How much longer others are busy than a lane with a rate needs, so that they are until its end. */
const BUSY_FACTOR = 1.7

export type ThirdLaneBench = {
  target: Target
  /** The lane of the busy callers, and one that no call of theirs reaches. */
  near: Lane
  untouched: Lane
  generator: Generator
  background: Generator
  seed: string
  senders: number
}

/** What the others do: calls of a counter on another lane than their own (`far`) or on their own; without a rate as many as can be. */
export type Beside = { far: Lane | null; perSecond: number | null }

/** `transfers` load the whole machine; `computing` the lane's own thread, and the rest of the machine little. */
export type Work = { kind: 'transfers' | 'computing'; operations: number }

/** Rates per second in each window beside the others, and alone in the windows before and after it. */
export type Windows = { row: string; pairs: Pair[] }

/** The third lane takes all that it can. @throws Error when its load ends before there are enough windows. */
export async function thirdInWindows(bench: ThirdLaneBench, row: string, work: Work, beside: Beside): Promise<Windows> {
  const { target, untouched, generator, background } = bench
  const { plan, addresses, check } = await prepareWork(bench, row, work)
  const others = await prepareOthers(bench, row, beside, { windows: PAIRS_MAX, windowMs: WINDOW_MS })
  const alone: number[] = []
  const busy: number[] = []
  let used = 0
  let over = false
  const job = { connections: connectionPlans(plan, 'last'), pollDelayMsMax: POLL_DELAY_MS_MAX }
  const operations = plan.senders.flatMap(({ transactions }) => transactions).length
  const foreground = measure(generator, { row, target, operations, job, latency: 'request' }).finally(() => (over = true))
  const windows = async (): Promise<void> => {
    await delay(WINDOW_MS)
    for (const connections of [...others.windows, null]) {
      const from = await mark(untouched, addresses)
      await delay(WINDOW_MS)
      const to = await mark(untouched, addresses)
      if (over) return
      alone.push(rateOf(from, to))
      if (connections === null) return
      let begun: Promise<Mark> | undefined
      used++
      const load = { connections, pollDelayMsMax: POLL_DELAY_MS_MAX, settleDeadlineMs: SETTLE_DEADLINE_MS }
      const { errorSamples } = await background.run(load, () => (begun = mark(untouched, addresses)))
      const ended = await mark(untouched, addresses)
      if (errorSamples.length > 0) throw new Error(`${row}: ${errorSamples.join(' | ')}`)
      if (over || begun === undefined) return
      busy.push(rateOf(await begun, ended))
      await delay(REST_MS)
    }
  }
  await Promise.all([foreground, windows()])
  await Promise.all([check(), others.check(used)])
  return { row, pairs: pairsOf(row, alone, busy) }
}

export type Paced = { perSecond: number; seconds: number; beside: Beside | null }

/** The third lane has time left: what it feels is in its answers. */
export async function thirdPaced(bench: ThirdLaneBench, row: string, { perSecond, seconds, beside }: Paced): Promise<Sample> {
  const { target, untouched, generator, background, seed, senders } = bench
  const perSender = Math.ceil((perSecond * seconds) / senders)
  const payments = await preparePayments(untouched, { kind: 'native', seed, scope: row, senders, perSender })
  const job = { connections: pacedPlans(payments, 'last', perSecond), pollDelayMsMax: POLL_DELAY_MS_MAX }
  const others = beside === null ? null : await prepareOthers(bench, row, beside, { windows: 1, windowMs: BUSY_FACTOR * seconds * 1_000 })
  const load = { connections: others?.windows[0] ?? [], pollDelayMsMax: POLL_DELAY_MS_MAX }
  const [sample, busy] = await Promise.all([
    measure(generator, { row, target, operations: perSender * senders, job, latency: 'request' }),
    others && measure(background, { row, target, operations: load.connections.length, job: load, latency: 'request' }),
  ])
  if (busy !== null && busy.elapsedMs < sample.elapsedMs)
    throw new Error(`${row}: the other lanes were busy for ${busy.elapsedMs} of ${sample.elapsedMs} ms only`)
  await Promise.all([checkPayments(payments), others?.check(1)])
  return sample
}

type Prepared = { plan: SignedPlan; addresses: Uint8Array[]; check: () => Promise<void> }

async function prepareWork({ untouched, seed, senders }: ThirdLaneBench, row: string, { kind, operations }: Work): Promise<Prepared> {
  const options = { seed, scope: row, senders, perSender: Math.ceil(operations / senders) }
  if (kind === 'computing') {
    const load = await prepareComputing(untouched, options)
    return { plan: load, addresses: load.senders.map(({ account }) => account.address), check: () => checkComputing(load) }
  }
  const load = await preparePayments(untouched, { kind: 'native', ...options })
  return { plan: load, addresses: load.senders.map(({ account }) => account.address), check: () => checkPayments(load) }
}

/** `check`: of the windows that were used, the first so many. */
type Others = { windows: ConnectionPlan[][]; check: (used: number) => Promise<void> }

/** Each window takes the next transactions of every sender. */
async function prepareOthers(
  bench: ThirdLaneBench,
  row: string,
  { far, perSecond }: Beside,
  span: { windows: number; windowMs: number },
): Promise<Others> {
  const senders = perSecond === null ? bench.senders : PACED_SENDERS
  const rate = perSecond ?? FULL_PER_SECOND[far === null ? 'local' : 'sessions']
  const each = Math.ceil((rate * span.windowMs) / 1_000 / senders)
  const load = await prepareCounterCalls({ near: bench.near, far, seed: bench.seed, scope: row, senders, perSender: each * span.windows })
  const part = (from: number, to: number): CounterCalls => ({
    ...load,
    senders: load.senders.map(({ transactions }) => ({ transactions: transactions.slice(from * each, to * each) })),
  })
  const windows = Array.from({ length: span.windows }, (_, i) =>
    perSecond === null ? connectionPlans(part(i, i + 1), 'last') : pacedPlans(part(i, i + 1), 'last', perSecond),
  )
  return { windows, check: (used) => checkCounterCalls(part(0, used)) }
}

/** How many transactions of these senders the lane has executed. */
type Mark = { atMs: number; done: number }

async function mark(lane: Lane, addresses: Uint8Array[]): Promise<Mark> {
  const nonces = await batch(
    lane,
    addresses.map((address) => ({ method: 'eth_getTransactionCount', params: [hex(address), 'latest'] })),
  )
  return { atMs: performance.now(), done: nonces.reduce((sum, nonce) => sum + Number(nonce), 0) }
}

function rateOf(from: Mark, to: Mark): number {
  return (1_000 * (to.done - from.done)) / (to.atMs - from.atMs)
}

/** Each busy window with the two beside it, as far as both are there. */
function pairsOf(row: string, alone: readonly number[], busy: readonly number[]): Pair[] {
  const pairs = busy.slice(0, alone.length - 1).map((rate, i): Pair => [((alone[i] ?? NaN) + (alone[i + 1] ?? NaN)) / 2, rate])
  if (pairs.length < PAIRS_MIN) throw new Error(`${row}: the lane's load lasted ${pairs.length} windows only`)
  return pairs
}

/** Windows of all runs together, a sentence for each row. */
export function windowsText(runs: readonly Windows[]): string[] {
  return [...new Set(runs.map(({ row }) => row))].map((row) => {
    const pairs = runs.filter((one) => one.row === row).flatMap((one) => one.pairs)
    const [alone, beside] = [0, 1].map((which) => Math.round(pairs.reduce((sum, pair) => sum + (pair[which] ?? 0), 0) / pairs.length))
    const { ratio, error } = ratioOfMeans(pairs)
    const [loss, errorText] = [1 - ratio, error].map((share) => (100 * share).toFixed(1))
    return `${row.padEnd(42)} alone ${alone}/s, beside ${beside}/s: loses ${loss} % (standard error ${errorText}, ${pairs.length} windows)`
  })
}
