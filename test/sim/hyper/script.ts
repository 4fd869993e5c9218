// Owns: what toy contracts do: scripts of writes, calls into other lanes, caught and uncaught failures; and their meaning on one single chain, the oracle.
// Called by: toy-lane.ts (the joint execution), world.ts (makes and judges them).

import type { SessionRecord } from '../../../src/hyper/core/types.js'
import type { Random } from '../../fixtures/random.js'

export type Script = Op[]
export type Op =
  | { kind: 'add'; key: string; delta: number }
  | { kind: 'fail' }
  /** Fails unless the value is this. */
  | { kind: 'expect'; key: string; value: number }
  /** A frame of the same lane. */
  | { kind: 'inner'; script: Script; caught: boolean }
  | { kind: 'call'; to: number; value: number; script: Script; caught: boolean }

/** Lane → key → value. */
export type Values = Map<number, Map<string, number>>

export function add(values: Map<string, number>, key: string, delta: number): void {
  values.set(key, (values.get(key) ?? 0) + delta)
}

/** `lanes`: those that exist, and one that does not. */
export function randomScript(random: Random, lanes: readonly number[], depth: number): Script {
  const script: Script = []
  const length = 1 + random.below(3)
  for (let i = 0; i < length; i++) {
    const dice = random.below(10)
    if (dice < 4 || depth === 0) script.push({ kind: 'add', key: `k${random.below(4)}`, delta: 1 + random.below(9) })
    else if (dice < 5) script.push({ kind: 'fail' })
    else if (dice < 6) script.push({ kind: 'inner', script: randomScript(random, lanes, depth - 1), caught: random.chance(2) })
    else
      script.push({
        kind: 'call',
        to: random.pick(lanes),
        value: random.below(5),
        script: randomScript(random, lanes, depth - 1),
        caught: random.chance(2),
      })
  }
  return script
}

/**
 * The same script with all lanes as contracts of one chain. What the world decided (a lane that was down) is read from the transcript; whatever it
 * says besides that is computed here again.
 */
export function runOnOneChain(
  values: Values,
  record: SessionRecord,
  scriptsOf: (record: SessionRecord) => { chainId: number; script: Script }[],
): boolean[] {
  const refusedByLane = new Set(
    record.transcript.flatMap((event) => (event.kind === 'return' && event.result.kind === 'refused' ? [event.mark] : [])),
  )
  const verdicts = record.transcript.flatMap((event) =>
    event.kind === 'call' ? [!refusedByLane.has(event.mark)] : event.kind === 'refused' ? [false] : [],
  )
  let next = 0
  const frame = (chainId: number, script: Script): boolean => {
    const before = new Map([...values].map(([lane, of]) => [lane, new Map(of)]))
    const success = script.every((op) => {
      switch (op.kind) {
        case 'add':
          add(of(values, chainId), op.key, op.delta)
          return true
        case 'fail':
          return false
        case 'expect':
          return (of(values, chainId).get(op.key) ?? 0) === op.value
        case 'inner':
          return frame(chainId, op.script) || op.caught
        case 'call':
          return crossing(chainId, op) || op.caught
      }
    })
    if (!success) for (const [lane, old] of before) values.set(lane, old)
    return success
  }
  const crossing = (chainId: number, op: Extract<Op, { kind: 'call' }>): boolean => {
    if (record.refuse !== null || verdicts[next++] !== true) return false
    add(of(values, chainId), 'balance', -op.value)
    add(of(values, op.to), 'balance', op.value)
    if (frame(op.to, op.script)) return true
    add(of(values, chainId), 'balance', op.value)
    add(of(values, op.to), 'balance', -op.value)
    return false
  }
  return scriptsOf(record).map(({ chainId, script }) => frame(chainId, script))
}

function of(values: Values, chainId: number): Map<string, number> {
  const found = values.get(chainId)
  if (found === undefined) throw new Error(`lane ${chainId} is not in this world`)
  return found
}
