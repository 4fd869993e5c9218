// Owns: a Common that is built once per hardfork and shared by every transaction, block and EVM of a lane.
// Does not own: which hardfork is active when (fork-schedule.ts).
// Called by: fork-schedule.ts. The library copies Common and rebuilds its parameter tables for every transaction; sharing
// one frozen instance makes decoding a transaction four times cheaper.

import { Common } from '@ethereumjs/common'
import type { CommonOpts } from '@ethereumjs/common'
import { AssertionFailure } from '../../assert.js'

type Params = Parameters<Common['updateParams']>[0]

export class SharedCommon extends Common {
  // Assigned before and after super() runs its own initialisation, hence `declare` and lazy creation.
  declare private merged: Set<Params> | undefined
  declare private active: Set<number> | undefined
  declare private reached: Map<string, boolean> | undefined
  declare private values: Map<string, bigint> | undefined

  constructor(opts: CommonOpts) {
    super(opts)
    this.active = new Set(this._activatedEIPsCache)
  }

  override copy(): Common {
    return this
  }

  /** Every library object merges its package's table; the same table a second time changes nothing. */
  override updateParams(params: Params): void {
    this.merged ??= new Set()
    if (this.merged.has(params)) return
    this.merged.add(params)
    super.updateParams(params)
    this.values = undefined
  }

  override setHardfork(hardfork: string): void {
    if (this.active !== undefined && hardfork !== this.hardfork()) {
      throw new AssertionFailure(`a shared Common cannot change its hardfork (${this.hardfork()} to ${hardfork})`)
    }
    super.setHardfork(hardfork)
  }

  override isActivatedEIP(eip: number): boolean {
    return this.active?.has(eip) ?? super.isActivatedEIP(eip)
  }

  /** The library walks its list of forks for every question. */
  override gteHardfork(hardfork: string): boolean {
    this.reached ??= new Map()
    let reached = this.reached.get(hardfork)
    if (reached === undefined) {
      reached = super.gteHardfork(hardfork)
      this.reached.set(hardfork, reached)
    }
    return reached
  }

  override param(name: string): bigint {
    this.values ??= new Map()
    let value = this.values.get(name)
    if (value === undefined) {
      value = super.param(name)
      this.values.set(name, value)
    }
    return value
  }
}
