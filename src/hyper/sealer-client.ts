// Owns: the sealer as the process uses it, over a port to wherever it runs: its start, requests and their replies, blocks in order.
// Does not own: the port (process/sealer-thread.ts), the other end (sealer-host.ts).
// Called by: sealing.ts.

import { AppError, errorFromWire } from '../errors.js'
import type { LaneFacts } from './core/hyper-facts.js'
import type { SignedChange } from './core/hyper-types.js'
import type { Sealed } from './hyper-block.js'
import type { CycleAt, Sealer, SealerEvents, SealerStatus } from './sealer.js'
import type { FromSealer, SealerRequests, SealerSpec, ToSealer } from './sealer-protocol.js'

export type SealerPort = { post: (message: ToSealer) => void; kill: () => Promise<void> }
export type OpenSealerPort = (spec: SealerSpec, onMessage: (message: FromSealer) => void) => SealerPort

export type SealerStart = {
  spec: SealerSpec
  open: OpenSealerPort
  events: SealerEvents
  stored: (number: bigint) => Promise<Sealed | null>
  /** Time the sealer has to write what is running when it is stopped. */
  stopMs: number
}

type Waiting = { resolve: (res: unknown) => void; reject: (error: AppError) => void }

/** Resolves when the Buddies run. @throws AppError of what could not be opened; nothing is left running then. */
export async function openSealer(start: SealerStart): Promise<Sealer> {
  const client = new SealerClient(start)
  try {
    await client.ready
    return client
  } catch (error) {
    await client.kill()
    throw error
  }
}

class SealerClient implements Sealer {
  readonly ready: Promise<void>
  readonly #start: SealerStart
  readonly #port: SealerPort
  readonly #waiting = new Map<number, Waiting>()
  #settleReady: { resolve: () => void; reject: (error: AppError) => void } = { resolve: () => undefined, reject: () => undefined }
  #nextId = 1
  #isReady = false
  #ended: AppError | null = null

  constructor(start: SealerStart) {
    this.#start = start
    this.ready = new Promise((resolve, reject) => (this.#settleReady = { resolve, reject }))
    this.#port = start.open(start.spec, (message) => this.#receive(message))
  }

  add(facts: LaneFacts): void {
    this.#post({ kind: 'facts', facts })
  }

  cycle(at: CycleAt): void {
    this.#post({ kind: 'cycle', ...at })
  }

  status(): Promise<SealerStatus> {
    return this.#request('status', null)
  }

  changeMistake(change: SignedChange): Promise<string | null> {
    return this.#request('changeMistake', { change })
  }

  async stopBuddy(index: number): Promise<void> {
    await this.#request('stopBuddy', { index })
  }

  async startBuddy(index: number): Promise<void> {
    await this.#request('startBuddy', { index })
  }

  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#start.stopMs)))
    // One that does not stop in time is killed: logs survive that.
    await Promise.race([this.#request('stop', null).catch(() => undefined), late])
    clearTimeout(timer)
    await this.kill()
  }

  async kill(): Promise<void> {
    this.#fail(new AppError('lane-unavailable', 'the sealer stopped'))
    await this.#port.kill()
  }

  #post(message: ToSealer): void {
    if (this.#ended === null) this.#port.post(message)
  }

  #request<K extends keyof SealerRequests>(op: K, req: SealerRequests[K]['req']): Promise<SealerRequests[K]['res']> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { resolve: resolve as (res: unknown) => void, reject })
      this.#post({ kind: 'request', id, op, req })
    })
  }

  #receive(message: FromSealer): void {
    const { events, stored } = this.#start
    switch (message.kind) {
      case 'ready':
        this.#isReady = true
        return this.#settleReady.resolve()
      case 'proposed':
        return events.onProposed(message.lanes)
      case 'decided': {
        const { number, sealed, roster, waits } = message
        return void events.onDecided(sealed, roster, waits).then(() => this.#post({ kind: 'stored', number }))
      }
      case 'evidence':
        return events.onEvidence(message.evidence)
      case 'trouble':
        return events.onTrouble(message.what, errorFromWire(message.error))
      case 'want': {
        const { number } = message
        return void stored(number).then(
          (sealed) => this.#post({ kind: 'block', number, sealed }),
          (error: unknown) => this.#fail(error instanceof AppError ? error : new AppError('internal', String(error))),
        )
      }
      case 'reply':
        this.#waiting.get(message.id)?.resolve(message.res)
        return void this.#waiting.delete(message.id)
      case 'error':
        this.#waiting.get(message.id)?.reject(errorFromWire(message.error))
        return void this.#waiting.delete(message.id)
      case 'fatal': {
        const error = errorFromWire(message.error)
        const running = this.#ended === null && this.#isReady
        this.#fail(error)
        return running ? events.onEnded(error) : undefined
      }
    }
  }

  #fail(error: AppError): void {
    this.#ended ??= error
    this.#settleReady.reject(error)
    this.ready.catch(() => undefined)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
