// Owns: every history of four Buddies within the bounds, by the real core: which combinations of their states can be reached.
// Does not own: the states of one (local.ts), what can be received (wire.ts).
// Called by: explore.test.ts, scripts/explore.ts.
//
// A step of one Buddy depends on its own state and on what was said, and what was said never goes away. So a history is known by the
// states that the Buddies are in, each step of one of them from one state by one delivery is computed once, and the rest is counting.

import type { Input } from '../../../../src/buddy/core/types.js'
import { Violation } from '../world.js'
import { createLocals } from './local.js'
import type { Local, Locals, Said } from './local.js'
import { createScope } from './scope.js'
import type { Bounds, Scope } from './scope.js'
import { createSeen } from './seen.js'
import { wireOf } from './wire.js'
import type { Certificates, Delivery, Wire } from './wire.js'

export type Explored = {
  states: number
  steps: number
  /** States of single Buddies. */
  locals: number
  /** Steps of one Buddy that sealed. */
  sealed: number
  violation: string | null
  /** False when `statesMax` ended it. */
  complete: boolean
}

/** The clock's number among the deliveries. */
const clock = 0
const deliveriesMax = 1 << 20

export function explore(bounds: Bounds, statesMax = Infinity): Explored {
  const scope = createScope(bounds)
  const locals = createLocals(scope)
  const seen = createSeen()
  const moves = createMoves(scope, locals)
  const result = { states: 0, steps: 0, locals: 0, sealed: 0, violation: null, complete: false } as Explored
  const stack: { place: readonly Local[]; left: number }[] = []
  const visit = (place: readonly Local[], left: number): void => {
    if (seen.add(place.map(({ number }) => number), left)) stack.push({ place, left }) // prettier-ignore
  }
  try {
    visit(scope.honest.map((validator) => locals.first(validator)), bounds.crashes) // prettier-ignore
    for (let at = stack.pop(); at !== undefined && seen.size() < statesMax; at = stack.pop()) {
      const { place, left } = at
      const wire = moves.wireOf(place)
      for (const [i, from] of place.entries()) {
        const { whole, torn } = moves.of(from, wire)
        for (const to of whole) visit(place.with(i, to), left)
        if (left > 0) for (const to of torn) visit(place.with(i, to), left - 1)
        result.steps += whole.length + (left > 0 ? torn.length : 0)
      }
    }
    result.complete = seen.size() < statesMax
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    result.violation = error.message
  }
  return { ...result, states: seen.size(), locals: locals.all.length, sealed: moves.sealed() }
}

type Moves = {
  wireOf: (place: readonly Local[]) => NumberedWire
  of: (from: Local, wire: NumberedWire) => Next
  sealed: () => number
}
type NumberedWire = Wire & { id: number }
/** Without and with a crash on the way. */
type Next = { whole: Local[]; torn: Local[] }

function createMoves(scope: Scope, locals: Locals): Moves {
  const numbers = new Map<string, number>()
  const wires = new Map<string, NumberedWire>()
  const steps = new Map<number, Next>()
  const all = new Map<number, Next>()
  const certificates: Certificates = { qcs: new Map(), tcs: new Map() }
  let sealed = 0
  const numberOf = (name: string): number => {
    const known = numbers.get(name) ?? numbers.size + 1
    numbers.set(name, known)
    return known
  }
  const step = (from: Local, id: number, inputs: () => readonly Input[]): Next => {
    const key = from.id * deliveriesMax + id
    const known = steps.get(key)
    if (known !== undefined) return known
    const whole = locals.next(from, inputs(), null) as Local
    // What does nothing is no step; a crash at rest is one after the last effect of the step before.
    const torn = whole === from || scope.bounds.crashes === 0 ? [] : crashes(locals, from, inputs())
    const found = { whole: whole === from ? [] : [whole], torn }
    steps.set(key, found)
    return found
  }
  const given = (from: Local, { name, messages }: Delivery): Next =>
    step(from, numberOf(name), () => {
      // From whom makes no difference, all that counts is signed; but nobody hears itself.
      const sender = scope.set[from.validator === 0 ? 1 : 0] as { key: Uint8Array }
      return messages.map((message): Input => ({ kind: 'receive', from: sender.key, message }))
    })
  const within = (to: Local): boolean => to.sealed === null && to.state.round.view < scope.bounds.views
  const together = (from: Local, { deliveries, commits }: Wire): Next => {
    const { view, timedOut } = from.state.round
    const found = deliveries.filter(({ below }) => below === undefined || view < below).map((delivery) => given(from, delivery))
    if (view < scope.bounds.views - 1 && !timedOut.has(view)) {
      found.push(step(from, clock, () => [{ kind: 'timer', id: { what: 'view', height: 1n, view } }]))
    }
    // Sealing is checked (local.ts) and not followed: whoever has sealed says nothing more, which is like hearing nothing more.
    for (const commit of commits) sealed += given(from, commit).whole.filter((to) => to.sealed !== null).length
    const distinct = (of: (next: Next) => Local[]): Local[] => [...new Set(found.flatMap(of))].filter((to) => to !== from && within(to))
    return { whole: distinct(({ whole }) => whole), torn: distinct(({ torn }) => torn) }
  }
  return {
    sealed: () => sealed,
    wireOf: (place) => {
      const key = place.map(({ saidId }) => saidId).join()
      const known = wires.get(key)
      if (known !== undefined) return known
      const said = [...new Set(place.flatMap((local) => local.said))].map((id) => locals.things[id] as Said)
      const made = { id: wires.size, ...wireOf(scope, said, certificates) }
      wires.set(key, made)
      return made
    },
    of: (from, wire) => {
      const key = from.id * deliveriesMax + wire.id
      const known = all.get(key)
      if (known !== undefined) return known
      const found = together(from, wire)
      all.set(key, found)
      return found
    },
  }
}

/** After each of its effects in turn. */
function crashes(locals: Locals, from: Local, inputs: readonly Input[]): Local[] {
  const found = new Set<Local>()
  for (let cut = 0; ; cut++) {
    const torn = locals.next(from, inputs, cut)
    if (torn === null) return [...found]
    found.add(torn)
  }
}
