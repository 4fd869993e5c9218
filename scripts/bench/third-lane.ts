// What a lane that takes no part in sessions feels of them: its load goes on while other lanes are busy in every second window, with sessions and with local calls
// in turn, so that neighbours are compared and a machine whose speed changes from minute to minute disturbs all alike.
// Owns the windows and what they say; the loads are payments.ts, computing.ts and counter-calls.ts.
import { setTimeout as delay } from 'node:timers/promises'
import { hex } from './accounts.js'
import { checkComputing, prepareComputing } from './computing.js'
import { checkCounterCalls, prepareCounterCalls, type CounterCalls } from './counter-calls.js'
import type { Generator } from './generator.js'
import type { ConnectionPlan } from './job.js'
import { batch, type Lane } from './lane.js'
import { measure, POLL_DELAY_MS_MAX, SETTLE_DEADLINE_MS, type Sample } from './measure.js'
import { giveOwnCore } from './own-core.js'
import { checkPayments, connectionPlans, pacedPlans, preparePayments, type SignedPlan } from './payments.js'
import { ratioOfMeans, type Pair } from './statistics.js'
import type { Target } from './target.js'

/** Shorter than the times in which a shared machine is fast or slow, long enough for a dozen sessions. */
const WINDOW_MS = 500
/** After a window in which others were busy: their last blocks are sealed by then. */
const REST_MS = 200
/** Between two looks at how far the lane is. */
const LOOK_MS = 20
/** Few, so that blocks are short beside a window; enough to keep the lane's thread busy. */
const COMPUTING_SENDERS = 16
/** Of each load of the others. */
const WINDOWS_MAX = 20
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
type Beside = { far: Lane | null; perSecond: number | null }

/** `transfers` load the whole machine; `computing` the lane's own thread, and the rest of the machine little. `ownCore`: nothing else runs where that thread does. */
export type Work = { kind: 'transfers' | 'computing'; operations: number; ownCore: boolean }

/** Rates per second of the third lane: in windows of the `base`, and in those that are compared with it. */
export type Windows = { row: string; base: string; pairs: Pair[] }

/** The third lane takes all that it can, beside sessions and beside local calls in turn. @throws Error when its load ends before there are enough windows. */
export async function thirdInWindows(
  bench: ThirdLaneBench,
  row: string,
  work: Work,
  { far, perSecond }: { far: Lane; perSecond: number | null },
): Promise<Windows[]> {
  const { target, generator } = bench
  const { plan, addresses, check } = await prepareWork(bench, row, work)
  const span = { windows: WINDOWS_MAX, windowMs: WINDOW_MS }
  const sessions = await prepareOthers(bench, `${row}, sessions`, { far, perSecond }, span)
  const local = await prepareOthers(bench, `${row}, local calls`, { far: null, perSecond }, span)
  const inTurn = sessions.windows.flatMap((connections, i) => [connections, local.windows[i] ?? []])
  const job = { connections: connectionPlans(plan, 'last'), pollDelayMsMax: POLL_DELAY_MS_MAX }
  const operations = plan.senders.flatMap(({ transactions }) => transactions).length
  let over = false
  const foreground = measure(generator, { row, target, operations, job, latency: 'request' }).finally(() => (over = true))
  const windows = withCores(bench, work, () => takeWindows(bench, row, { addresses, inTurn, isOver: () => over }))
  const [{ alone, busy, used }] = await Promise.all([windows, foreground])
  await Promise.all([check(), sessions.check(Math.ceil(used / 2)), local.check(Math.floor(used / 2))])
  return pairsOf(row, alone, busy)
}

async function withCores<T>({ target, generator, background }: ThirdLaneBench, { ownCore }: Work, run: () => Promise<T>): Promise<T> {
  if (!ownCore) return run()
  const undo = await giveOwnCore(target.pids[0] ?? NaN, [process.pid, generator.pid, background.pid], () => delay(WINDOW_MS))
  return run().finally(undo)
}

type Taken = { alone: number[]; busy: number[]; used: number }

/** Alone, beside the first, alone, beside the second and so on, as long as the lane's own load lasts. `used`: of how many others the load was sent. */
async function takeWindows(
  { untouched, background }: ThirdLaneBench,
  row: string,
  { addresses, inTurn, isOver }: { addresses: Uint8Array[]; inTurn: ConnectionPlan[][]; isOver: () => boolean },
): Promise<Taken> {
  const taken: Taken = { alone: [], busy: [], used: 0 }
  await delay(WINDOW_MS)
  for (const connections of [...inTurn, null]) {
    const rate = await rateWhile(untouched, addresses, delay(WINDOW_MS))
    if (isOver()) break
    taken.alone.push(rate)
    if (connections === null) break
    let beside: Promise<number> | undefined
    taken.used++
    const load = { connections, pollDelayMsMax: POLL_DELAY_MS_MAX, settleDeadlineMs: SETTLE_DEADLINE_MS }
    const running = background.run(load, () => (beside = rateWhile(untouched, addresses, running)))
    const { errorSamples } = await running
    if (errorSamples.length > 0) throw new Error(`${row}: ${errorSamples.join(' | ')}`)
    if (isOver() || beside === undefined) break
    taken.busy.push(await beside)
    await delay(REST_MS)
  }
  return taken
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
  if (kind === 'computing') {
    const load = await prepareComputing(untouched, {
      seed,
      scope: row,
      senders: COMPUTING_SENDERS,
      perSender: Math.ceil(operations / COMPUTING_SENDERS),
    })
    return { plan: load, addresses: load.senders.map(({ account }) => account.address), check: () => checkComputing(load) }
  }
  const load = await preparePayments(untouched, { kind: 'native', seed, scope: row, senders, perSender: Math.ceil(operations / senders) })
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

/** Transactions per second from the first block to the last one while something lasts: a window that ends between blocks would count a block too few. */
async function rateWhile(lane: Lane, addresses: Uint8Array[], lasting: Promise<unknown>): Promise<number> {
  let over = false
  const end = (): void => void (over = true)
  lasting.then(end, end)
  const blocks: { atMs: number; done: number }[] = []
  for (let newest = await executed(lane, addresses); !over; await delay(LOOK_MS)) {
    const done = await executed(lane, addresses)
    if (done > newest) blocks.push({ atMs: performance.now(), done })
    newest = done
  }
  const [first, last] = [blocks[0], blocks.at(-1)]
  return first === undefined || last === undefined || first === last ? 0 : (1_000 * (last.done - first.done)) / (last.atMs - first.atMs)
}

/** How many transactions of these senders the lane has executed. */
async function executed(lane: Lane, addresses: Uint8Array[]): Promise<number> {
  const nonces = await batch(
    lane,
    addresses.map((address) => ({ method: 'eth_getTransactionCount', params: [hex(address), 'latest'] })),
  )
  return nonces.reduce((sum, nonce) => sum + Number(nonce), 0)
}

/** Each busy window with the two beside it, as far as both are there, and each of sessions with the next of local calls. */
function pairsOf(row: string, alone: readonly number[], busy: readonly number[]): Windows[] {
  const pairs = busy.slice(0, alone.length - 1).map((rate, i): Pair => [((alone[i] ?? NaN) + (alone[i + 1] ?? NaN)) / 2, rate])
  const [sessions, local] = [0, 1].map((turn) => pairs.filter((_, i) => i % 2 === turn)) as [Pair[], Pair[]]
  if (local.length < PAIRS_MIN) throw new Error(`${row}: the lane's load lasted ${pairs.length} windows only`)
  return [
    { row: `${row}, sessions`, base: 'alone', pairs: sessions },
    { row: `${row}, local calls`, base: 'alone', pairs: local },
    { row: `${row}, sessions`, base: 'beside local calls', pairs: local.map(([, rate], i): Pair => [rate, sessions[i]?.[1] ?? NaN]) },
  ]
}

/** Windows of all runs together, a sentence for each row and base. */
export function windowsText(runs: readonly Windows[]): string[] {
  const key = ({ row, base }: Windows): string => `${row.padEnd(44)} ${base}`
  return [...new Set(runs.map(key))].map((text) => {
    const pairs = runs.filter((one) => key(one) === text).flatMap((one) => one.pairs)
    const [before, now] = [0, 1].map((which) => Math.round(pairs.reduce((sum, pair) => sum + (pair[which] ?? 0), 0) / pairs.length))
    const { ratio, error } = ratioOfMeans(pairs)
    const [loss, errorText] = [1 - ratio, error].map((share) => (100 * share).toFixed(1))
    return `${text} ${before}/s, now ${now}/s: loses ${loss} % (standard error ${errorText}, ${pairs.length} windows)`
  })
}
