// Owns: the judgement of a finished run. Checkers observe, never help.
// Called by: atomic.test.ts.

import type { SessionRecord } from '../../../src/hyper/core/types.js'
import { runOnOneChain } from './script.js'
import type { Script, Values } from './script.js'
import { keyOf } from './toy-lane.js'
import { startBalance } from './world.js'
import type { World } from './world.js'

/** Everything that is wrong with the run; empty is good. */
export function judge(world: World): string[] {
  return [...world.violations, ...progress(world), ...conservation(world), ...atomicity(world), ...exactlyOnce(world)]
}

/** After healing every session has ended, and no lane is locked. */
function progress({ state, journal, messages }: World): string[] {
  const stuck: string[] = []
  if (state.waiting.length > 0) stuck.push(`${state.waiting.length} sessions wait for ever`)
  for (const { number, phase } of state.batches.values()) stuck.push(`batch ${number} is ${phase} for ever`)
  for (const [chainId, status] of state.lanes) if (status !== 'up') stuck.push(`lane ${chainId} is ${status}`)
  const delivered = new Set([...journal.values()].flatMap(({ record }) => record.sessions.map(({ id }) => keyOf(id))))
  for (const { id } of messages) if (!delivered.has(String(id))) stuck.push(`message ${id} is never delivered`)
  return stuck
}

function conservation({ lanes }: World): string[] {
  const sum = [...lanes.values()].reduce((total, { durable }) => total + (durable.values.get('balance') ?? 0), 0)
  return sum === lanes.size * startBalance ? [] : [`the supply is ${sum}, not ${lanes.size * startBalance}`]
}

/** S3, S10, S11: every lane holds exactly what the sessions of the journal, run in their order on one single chain, would leave there. */
function atomicity(world: World): string[] {
  const values: Values = new Map([...world.lanes.keys()].map((chainId) => [chainId, new Map([['balance', startBalance]])]))
  const wrong: string[] = []
  const records = [...world.journal.values()].map(({ record }) => record).sort((a, b) => a.batch - b.batch)
  for (const { batch, sessions } of records) {
    for (const session of sessions) {
      const successes = runOnOneChain(values, session, (record) => scriptsOf(world, record))
      const told = session.outcomes.map((outcome) => outcome.kind === 'executed' && outcome.success)
      if (String(successes) !== String(told)) wrong.push(`batch ${batch}: ${session.work.kind} ended as ${told}, on one chain as ${successes}`)
    }
  }
  for (const [chainId, lane] of world.lanes) {
    const here = textOf(lane.durable.values)
    const there = textOf(values.get(chainId) ?? new Map())
    if (here !== there) wrong.push(`lane ${chainId} has ${here}, on one chain it would have ${there}`)
  }
  return wrong
}

function scriptsOf(world: World, { work }: SessionRecord): { chainId: number; script: Script }[] {
  switch (work.kind) {
    case 'transaction':
      return [{ chainId: work.tx.chainId, script: world.scriptOfTx.get(keyOf(work.tx.transactionHash)) ?? [] }]
    case 'bundle':
      return work.txs.map(({ chainId, transactionHash }) => ({ chainId, script: world.scriptOfTx.get(keyOf(transactionHash)) ?? [] }))
    case 'delivery':
      return [{ chainId: work.call.to.chainId, script: world.messages.find(({ id }) => String(id) === keyOf(work.message))?.script ?? [] }]
  }
}

/** S9: each transaction at most once; of bundles all or none; each message once, those of one flow in the order they were sent. */
function exactlyOnce({ journal, messages }: World): string[] {
  const wrong: string[] = []
  const seen = new Set<string>()
  const delivered: number[] = []
  for (const { record } of [...journal.values()].sort((a, b) => a.record.batch - b.record.batch)) {
    for (const { work, own, outcomes } of record.sessions) {
      const keys = work.kind === 'delivery' ? [keyOf(work.message)] : own.map(({ transactionHash }) => keyOf(transactionHash))
      for (const key of keys) {
        if (seen.has(key)) wrong.push(`${work.kind} ${key} is in the journal twice`)
        seen.add(key)
      }
      if (work.kind === 'bundle' && own.length !== work.txs.length) wrong.push('half a bundle is in the journal')
      if (work.kind === 'bundle' && outcomes.some((outcome) => outcome.kind !== 'executed' || !outcome.success))
        wrong.push('a failed bundle is in the journal')
      if (work.kind === 'delivery') delivered.push(Number(keyOf(work.message)))
    }
  }
  const flows = new Map<string, number[]>()
  for (const { id, from, to } of messages) flows.set(`${from}:${to}`, [...(flows.get(`${from}:${to}`) ?? []), id])
  for (const [flow, ids] of flows) {
    const order = delivered.filter((id) => ids.includes(id))
    if (String(order) !== String(ids.filter((id) => order.includes(id)))) wrong.push(`messages of ${flow} were delivered as ${order}, sent as ${ids}`)
  }
  return wrong
}

function textOf(values: Map<string, number>): string {
  return [...values]
    .filter(([, value]) => value !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
}
