// Owns: a toy lane behind the client interface, for tests of the coordinator without an EVM.
// Called by: the tests beside it.

import { AppError } from '../../../src/errors.js'
import type { LocatedLog } from '../../../src/evm-lane/chain-data.js'
import type { AskHandler, LaneClient } from '../../../src/evm-lane/client.js'
import type { LaneEvents, Op, Reply, Request } from '../../../src/evm-lane/protocol.js'
import type { CrossResult } from '../../../src/evm-lane/session-protocol.js'
import type { LaneCall } from '../../../src/hyper/core/types.js'
import { FakeLane } from '../../fixtures/fake-lane.js'
import type { Script } from '../../sim/hyper/script.js'
import { ToyLane, hashOf, keyOf } from '../../sim/hyper/toy-lane.js'
import type { ToyAsk, ToyWorld } from '../../sim/hyper/toy-lane.js'

export class ToyClient extends FakeLane {
  readonly toy: ToyLane
  readonly calls: string[] = []
  logs: LocatedLog[] = []
  refusesSync = false
  /** What an operation waits for before the lane hears of it. */
  holds: (op: Op) => Promise<void> | undefined = () => undefined
  #answer: AskHandler | null = null
  readonly #wanted = new Set<(value: never) => void>()

  constructor(toy: ToyLane) {
    super(toy.chainId, `toy-${toy.chainId}`)
    this.toy = toy
  }

  override async call<K extends Op>(op: K, req: Request<K>): Promise<Reply<K>> {
    this.calls.push(op)
    await this.holds(op)
    if (op === 'logs') return this.logs as Reply<K>
    if (op === 'syncStore' && this.refusesSync) throw new AppError('store-failed', 'the toy has no disk')
    if (op === 'simulationEnd' || op === 'syncStore') return null as Reply<K>
    if (op === 'sessionAdmit') {
      // The raw bytes of a toy transaction are its hash.
      const { raw } = req as Request<'sessionAdmit'>
      if (!this.toy.pool.has(keyOf(raw))) throw new AppError('tx-malformed', 'no such toy')
      return { hash: raw, sender: new Uint8Array(20), nonce: 0n, gasLimit: 1n, to: null } as Reply<K>
    }
    return new Promise((resolve, reject) => {
      this.toy.handle({ op, req } as LaneCall, (reply) => {
        if (reply === null) reject(new AppError('internal', `the toy refuses ${op}`))
        else resolve(reply.res as Reply<K>)
      })
    })
  }

  override answerAsks(answer?: AskHandler): void {
    this.#answer = answer ?? null
  }

  override on<E extends keyof LaneEvents>(event: E, listener: (value: LaneEvents[E]) => void): () => void {
    if (event !== 'sessionWanted') return super.on(event, listener)
    this.#wanted.add(listener)
    return () => this.#wanted.delete(listener)
  }

  async ask(batch: number, ask: ToyAsk): Promise<CrossResult | null> {
    if (this.#answer === null) throw new Error('nobody answers')
    const run = { kind: 'session' as const, batch }
    return ask.kind === 'crossCall' ? this.#answer('crossCall', { run, call: ask.call }) : this.#answer('undoSince', { run, mark: ask.mark })
  }

  get answerer(): AskHandler {
    if (this.#answer === null) throw new Error('nobody answers')
    return this.#answer
  }

  /** A transaction in the pool; `tell`: whose attempt left the lane. */
  pool(id: number, script: Script, tell: boolean): Uint8Array {
    const hash = hashOf(id)
    this.toy.pool.set(keyOf(hash), { hash, script })
    const wanted: LaneEvents['sessionWanted'] = { hash, sender: new Uint8Array(20), nonce: 0n, gasLimit: 1n, to: null, lanes: [] }
    if (tell) for (const listener of this.#wanted) listener(wanted as never)
    return hash
  }
}

export type ToyNet = { clients: ToyClient[]; lanes: readonly LaneClient[]; violations: string[]; scripts: Script[] }

export function toyNet(ids: readonly number[]): ToyNet {
  const clients = new Map<number, ToyClient>()
  const violations: string[] = []
  const world: ToyWorld = {
    scripts: [],
    contents: new Map(),
    violation: (what) => violations.push(what),
    onDurable: () => undefined,
    ask: (lane, batch, ask, answer) => {
      void clients.get(lane.chainId)?.ask(batch, ask).then(answer)
    },
  }
  for (const id of ids) clients.set(id, new ToyClient(new ToyLane(id, 1_000, world)))
  return { clients: [...clients.values()], lanes: [...clients.values()], violations, scripts: world.scripts }
}
