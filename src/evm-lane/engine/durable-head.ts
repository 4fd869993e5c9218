// Owns: up to which block a lane would survive a loss of power, on a lane that does not sync each block (L4): in its own store, or with the journal's help (S11).
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
  /** The journal has every block up to here from one on that is on disk, and forgets none before the disk has it. */
  private journaled = -1n
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

  /** A written block that the journal has, too. */
  noteJournaled(number: bigint): void {
    if (number - 1n <= this.recoverableTo) this.journaled = number
  }

  /** Settles when a start after a loss of power would have the block: from disk, or from the journal on top of what is there. @throws AppError 'store-failed'. */
  async reachRecoverable(number: bigint): Promise<void> {
    if (number > this.recoverableTo) await this.reach(number)
  }

  private get recoverableTo(): bigint {
    return bigintMax(this.synced, this.journaled)
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
