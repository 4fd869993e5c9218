// Owns: steps against the decision maker, written as what a lane or the journal says and what is asked in return.
// Called by: the tests beside it.

import assert from 'node:assert/strict'
import type { CrossCall, CrossResult, SessionTxOutcome } from '../../../../src/evm-lane/session-protocol.js'
import { step } from '../../../../src/hyper/core/atomic.js'
import { initialState } from '../../../../src/hyper/core/state.js'
import type { State } from '../../../../src/hyper/core/state.js'
import { sessionLimits } from '../../../../src/hyper/core/types.js'
import type { BatchRecord, Effect, Input, LaneReply, SessionLimits, Wanted, Work } from '../../../../src/hyper/core/types.js'

export const A = 11
export const B = 12
export const C = 13

export function hash(fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill)
}

export function wanted(n: number, chainId: number, lanes: number[] = [], more: Partial<Wanted> = {}): Wanted {
  const work: Work = { kind: 'transaction', tx: { chainId, transactionHash: hash(n) }, to: new Uint8Array(20).fill(n) }
  return { id: hash(100 + n), work, flow: `${chainId}:${n}`, lanes, gasLimit: 21_000n, ...more }
}

export function crossCall(from: number, to: number, size = 4): CrossCall {
  const account = new Uint8Array(20)
  return {
    from: { chainId: from, account },
    to: { chainId: to, account },
    value: 0n,
    data: new Uint8Array(size),
    gas: 1n,
    isStatic: false,
    depth: 1,
    origin: account,
    gasPrice: 1n,
  }
}

export const executed = (n: number, success = true): SessionTxOutcome => ({ kind: 'executed', hash: hash(n), success, gasUsed: 1n, crossed: true })
export const returned: CrossResult = { kind: 'done', success: true, returnData: new Uint8Array(2), gasUsed: 1n, gasRefund: 0n, mark: 0 }

/** A coordinator with its lanes up, and the calls that wait for an answer. */
export class Table {
  readonly state: State
  /** Effects of the last step. */
  effects: Effect[] = []
  readonly open = new Map<number, Extract<Effect, { kind: 'call' }>>()

  constructor(limits: Partial<SessionLimits> = {}, lanes: number[] = [A, B, C], incomplete: BatchRecord[] = []) {
    this.state = initialState({ ...sessionLimits, ...limits }, lanes, incomplete, 1)
  }

  up(...lanes: number[]): this {
    for (const chainId of lanes) {
      this.feed({ kind: 'laneUp', chainId })
      this.reply('sessionRecover', chainId, null)
    }
    return this
  }

  feed(input: Input): this {
    this.effects = step(this.state, input)
    for (const effect of this.effects) if (effect.kind === 'call') this.open.set(effect.id, effect)
    return this
  }

  want(request: Wanted): this {
    return this.feed({ kind: 'wanted', wanted: request })
  }

  /** The lane answers the oldest open call of that name. */
  reply<K extends LaneReply['op']>(op: K, chainId: number, res: Extract<LaneReply, { op: K }>['res']): this {
    const call = this.callOf(op, chainId)
    this.open.delete(call.id)
    return this.feed({ kind: 'reply', id: call.id, reply: { op, res } as LaneReply })
  }

  fail(op: LaneReply['op'], chainId: number): this {
    const call = this.callOf(op, chainId)
    this.open.delete(call.id)
    return this.feed({ kind: 'failed', id: call.id })
  }

  callOf(op: string, chainId: number): Extract<Effect, { kind: 'call' }> {
    const call = [...this.open.values()].find((candidate) => candidate.call.op === op && candidate.chainId === chainId)
    assert.ok(call, `lane ${chainId} was asked ${op}; open are ${this.openCalls().join(', ')}`)
    return call
  }

  openCalls(): string[] {
    return [...this.open.values()].map(({ chainId, call }) => `${call.op}@${chainId}`)
  }

  /** Effects of the last step in short, but for what nothing waits for. */
  said(): string[] {
    const told = this.effects.filter((effect) => !(effect.kind === 'call' && effect.later) && effect.kind !== 'flush')
    return told.map((effect) => {
      switch (effect.kind) {
        case 'call':
          return `${effect.call.op}@${effect.chainId}`
        case 'answer':
          return `answer ${effect.token} ${effect.result.kind}`
        case 'undone':
          return `undone ${effect.token}`
        case 'finished':
          return `finished ${effect.outcome.kind}`
        case 'timer':
          return `timer ${effect.timer.kind}`
        case 'journal':
          return `journal ${effect.record.batch}`
        case 'complete':
          return `complete ${effect.batch}`
        case 'drop':
          return `drop@${effect.chainId}`
        case 'recovered':
          return `recovered@${effect.chainId}`
        case 'flush':
          return `flush@${effect.chainId}`
      }
    })
  }

  /** The lanes have opened, and begun the session. */
  begin(...lanes: number[]): this {
    for (const lane of lanes) this.opened(lane)
    for (const lane of lanes) this.reply('sessionBegin', lane, null)
    return this
  }

  opened(lane: number): this {
    return this.reply('sessionOpen', lane, null)
  }

  /** From the end of the last session to the journal. */
  seal(...lanes: number[]): this {
    for (const chainId of lanes) {
      this.reply('sessionSeal', chainId, { chainId, number: 1n, hash: hash(chainId), stateRoot: hash(0), txCount: 1, batch: new Uint8Array(1) })
    }
    return this
  }
}
