// Owns: the questions that lanes ask in the middle of an execution, from the question to the answer.
// Does not own: what the answer is (core/atomic.ts for sessions, simulations.ts).
// Called by: coordinator.ts.

import { assert } from '../assert.js'
import { AppError } from '../errors.js'
import type { AskHandler, LaneClient } from '../evm-lane/client.js'
import type { Asks as AskTypes, CrossResult } from '../evm-lane/session-protocol.js'
import type { Effect, Input } from './core/types.js'
import type { Simulations } from './simulations.js'

type Waiting = { resolve: (result: CrossResult | null) => void; reject: (error: AppError) => void }

/** Bounded by the batches: only the innermost lane of each can ask. */
export class Asks {
  readonly #feed: (input: Input) => void
  readonly #simulations: Simulations
  readonly #waiting = new Map<number, Waiting>()
  #nextToken = 1

  constructor(feed: (input: Input) => void, simulations: Simulations) {
    this.#feed = feed
    this.#simulations = simulations
  }

  listenTo(lane: LaneClient): void {
    const { chainId } = lane.spec
    const answer: AskHandler = (op, req) => this.#answer(chainId, { op, req } as Ask) as Promise<never>
    lane.answerAsks(answer)
  }

  settle(effect: Extract<Effect, { kind: 'answer' | 'undone' }>): void {
    const waiting = this.#waiting.get(effect.token)
    this.#waiting.delete(effect.token)
    waiting?.resolve(effect.kind === 'answer' ? effect.result : null)
  }

  stop(): void {
    for (const { reject } of this.#waiting.values()) reject(new AppError('lane-unavailable', 'the coordinator stops'))
    this.#waiting.clear()
  }

  #answer(chainId: number, ask: Ask): Promise<CrossResult | null> {
    switch (ask.op) {
      case 'simulationOver':
        this.#simulations.over(ask.req.run)
        return Promise.resolve(null)
      case 'crossCall': {
        const { run, call } = ask.req
        assert(call.from.chainId === chainId, 'a lane calls in its own name')
        if (run.kind === 'simulation') return this.#simulations.crossCall(run, call)
        return this.#ask((token) => ({ kind: 'crossCall', token, chainId, batch: run.batch, call }))
      }
      case 'undoSince': {
        const { run, mark } = ask.req
        if (run.kind === 'simulation') return this.#simulations.undoSince(chainId, run, mark)
        return this.#ask((token) => ({ kind: 'undoSince', token, chainId, batch: run.batch, mark }))
      }
    }
  }

  #ask(inputOf: (token: number) => Input): Promise<CrossResult | null> {
    const token = this.#nextToken++
    return new Promise((resolve, reject) => {
      this.#waiting.set(token, { resolve, reject })
      this.#feed(inputOf(token))
    })
  }
}

type Ask = { [K in keyof AskTypes]: { op: K; req: AskTypes[K]['req'] } }[keyof AskTypes]
