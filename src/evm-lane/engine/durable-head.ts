// Owns: up to which block the lane's store would survive a loss of power, on a lane that does not sync each block (L4).
// Does not own: who has to wait for that: whoever tells others of a block that they then rest on (handlers-hyper.ts, handlers-session.ts).
// Called by: the operations blockFacts, sessionSeal, syncStore.

import { assert } from '../../assert.js'
import { bigintMax } from '../../primitives.js'
import type { Store } from '../../store/store.js'

type Sync = { upTo: bigint; done: Promise<void> }

export class DurableHead {
  private readonly store: Pick<Store, 'sync'>
  private readonly written: () => bigint
  private synced = -1n
  private running: Sync | null = null

  /** `written`: the newest block whose batch was written. */
  constructor(store: Pick<Store, 'sync'>, written: () => bigint) {
    this.store = store
    this.written = written
  }

  /** Settles when a written block is on disk; of one that is not written no sync would ever make it so. Callers share what is under way. @throws AppError 'store-failed'. */
  async reach(number: bigint): Promise<void> {
    assert(number <= this.written(), `block ${number} was written before its disk is asked for`)
    while (this.synced < number) await (this.running ?? this.begin()).done
  }

  private begin(): Sync {
    const upTo = this.written()
    const sync: Sync = {
      upTo,
      done: this.store.sync().then(
        () => {
          this.synced = bigintMax(this.synced, upTo)
          this.running = null
        },
        (error: unknown) => {
          this.running = null
          throw error
        },
      ),
    }
    this.running = sync
    return sync
  }
}
