// The table of scenarios: each prepares one run on one target, measures it and checks what it left.
// Owns what is sent; how it is timed is measure.ts, how runs are interleaved is main.ts.
import { hex, seededAccounts } from './accounts.js'
import type { Generator } from './generator.js'
import { callBody, postBytes } from './http-message.js'
import type { Step } from './job.js'
import { batch, type Call, type Lane } from './lane.js'
import { measure, POLL_DELAY_MS_MAX, type Sample } from './measure.js'
import { checkPayments, connectionPlans, preparePayments, type PaymentKind } from './payments.js'
import type { Target } from './target.js'
import { balanceOfCall, deployToken } from './token.js'

export type Run = {
  generator: Generator
  target: Target
  seed: string
  /** Unique per target, scenario and run, so that every run has accounts of its own. */
  scope: string
  senders: number
  count: number
}

export type ScenarioName = keyof typeof scenarios

export const scenarios = {
  transfers: (run: Run) => payOnLanes(run, { row: 'transfers', kind: 'native', lanes: 1 }),
  erc20: (run: Run) => payOnLanes(run, { row: 'erc20', kind: 'erc20', lanes: 1 }),
  reads,
  latency,
  lanes,
} satisfies Record<string, (run: Run) => Promise<Sample[]>>

const READ_BATCH = 50
const TOKENS_EACH = 1_000_000n
/** Reads are several times cheaper than transactions: more of them keep the clock running long enough. */
const READS_PER_COUNT = 4
const BATCHED_READS_PER_COUNT = 10
const LATENCY_COUNT_DIVISOR = 20

async function lanes(run: Run): Promise<Sample[]> {
  await warmOtherLanes(run)
  const one = await payOnLanes({ ...run, scope: `${run.scope}/one` }, { row: '1 lane', kind: 'native', lanes: 1 })
  const { length } = run.target.lanes
  if (length === 1) return one
  const all = await payOnLanes({ ...run, scope: `${run.scope}/all` }, { row: `${length} lanes`, kind: 'native', lanes: length })
  // Every lane with as many senders as the one lane had, and one lane with all of them.
  const more = (scope: string): Run => ({ ...run, scope: `${run.scope}/${scope}`, senders: run.senders * length })
  const each = await payOnLanes(more('each'), { row: `${length} lanes, ${run.senders} senders each`, kind: 'native', lanes: length })
  const alone = await payOnLanes(more('alone'), { row: `1 lane, ${run.senders * length} senders`, kind: 'native', lanes: 1 })
  return [...one, ...all, ...each, ...alone]
}

/** Each lane compiles its code for itself: without this the first one would have run five times as much as the others when they are compared. */
async function warmOtherLanes(run: Run): Promise<void> {
  for (const lane of run.target.lanes.slice(1)) {
    const target = { ...run.target, lanes: [lane] }
    for (const scope of ['one', 'alone'])
      await payOnLanes({ ...run, target, scope: `${run.scope}/warm ${scope}` }, { row: 'warm-up', kind: 'native', lanes: 1 })
  }
}

/** The same senders and transactions in total, dealt out evenly over the target's first `lanes` lanes. */
async function payOnLanes(run: Run, what: { row: string; kind: PaymentKind; lanes: number }): Promise<Sample[]> {
  const used = run.target.lanes.slice(0, what.lanes)
  const sendersPerLane = Math.max(1, Math.floor(run.senders / used.length))
  const perSender = Math.max(1, Math.floor(run.count / (sendersPerLane * used.length)))
  const loads = []
  for (const lane of used) {
    const scope = `${run.scope}/${lane.chainId}`
    loads.push(await preparePayments(lane, { kind: what.kind, seed: run.seed, scope, senders: sendersPerLane, perSender }))
  }
  const sample = await measure(run.generator, {
    row: what.row,
    target: run.target,
    operations: perSender * sendersPerLane * used.length,
    job: { connections: loads.flatMap((load) => connectionPlans(load, 'last')), pollDelayMsMax: POLL_DELAY_MS_MAX },
    latency: 'request',
  })
  // What has no receipt while the clock ran is no end state to check.
  if (sample.perSecond === null && !run.target.losesTransactions) throw new Error('some transactions have no receipt')
  if (sample.perSecond !== null) for (const load of loads) await checkPayments(load)
  return [sample]
}

/** One sender, one transaction at a time, from sending it to holding its receipt. */
async function latency(run: Run): Promise<Sample[]> {
  const perSender = Math.max(1, Math.floor(run.count / LATENCY_COUNT_DIVISOR))
  const { seed, scope } = run
  const load = await preparePayments(firstLane(run), { kind: 'native', seed, scope, senders: 1, perSender })
  const sample = await measure(run.generator, {
    row: 'send to receipt',
    target: run.target,
    operations: perSender,
    job: { connections: connectionPlans(load, 'each'), pollDelayMsMax: 0 },
    latency: 'settle',
  })
  await checkPayments(load)
  return [sample]
}

/** Half eth_getBalance, half eth_call of the token's balanceOf, one by one and in batches. */
async function reads(run: Run): Promise<Sample[]> {
  const lane = firstLane(run)
  const holders = seededAccounts(run.seed, `${run.scope}/holder`, run.senders).map(({ address }) => address)
  const token = await deployToken(lane, holders, TOKENS_EACH)
  const calls = holders.flatMap((holder): Call[] => [{ method: 'eth_getBalance', params: [hex(holder), 'latest'] }, balanceOfCall(token, holder)])
  const answers = await batch(lane, calls)
  answers.forEach((answer, index) => {
    const expected = index % 2 === 0 ? 0n : TOKENS_EACH
    if (BigInt(answer) !== expected) throw new Error(`read ${index} answered ${answer}, expected ${expected}`)
  })
  const single = calls.map(({ method, params }, id): Step => ({ request: postBytes(lane.url, callBody(id, method, params)) }))
  const batched = Array.from({ length: READ_BATCH }, (_, id) => {
    const { method, params } = calls[id % calls.length]!
    return callBody(id, method, params)
  })
  const batchStep: Step = { request: postBytes(lane.url, `[${batched.join(',')}]`) }
  return [
    await readRow(run, { row: 'reads, single', steps: single, callsPerStep: 1, calls: run.count * READS_PER_COUNT }),
    await readRow(run, {
      row: `reads, batches of ${READ_BATCH}`,
      steps: [batchStep],
      callsPerStep: READ_BATCH,
      calls: run.count * BATCHED_READS_PER_COUNT,
    }),
  ]
}

async function readRow(run: Run, what: { row: string; steps: Step[]; callsPerStep: number; calls: number }): Promise<Sample> {
  const { url } = firstLane(run)
  const callsPerRound = what.steps.length * what.callsPerStep * run.senders
  const rounds = Math.max(1, Math.round(what.calls / callsPerRound))
  const plan = { host: url.hostname, port: Number(url.port || 80), steps: what.steps, rounds }
  return measure(run.generator, {
    row: what.row,
    target: run.target,
    operations: callsPerRound * rounds,
    job: { connections: Array.from({ length: run.senders }, () => plan), pollDelayMsMax: 0 },
    latency: 'request',
  })
}

function firstLane(run: Run): Lane {
  const [lane] = run.target.lanes
  if (!lane) throw new Error(`${run.target.name} has no lane`)
  return lane
}
