// Owns: the lanes of this process as members of the network: what a start finds of each, and how one that the network does not know becomes part of it (H3).
// Does not own: roster and newest Hyper Block (sealing.ts), keeping and signing changes (change-desk.ts), asking lanes for their blocks (cycles.ts).
// Called by: sealing.ts.

import { AppError, errorText } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import { equalBytes, toHex } from '../primitives.js'
import type { ChangeDesk } from './change-desk.js'
import type { GenesisLane, Roster } from './core/hyper-types.js'
import { planLane } from './core/sealing-plan.js'
import type { LaneStand } from './core/sealing-plan.js'
import type { Cycles } from './cycles.js'
import { genesisFile, genesisLane } from './genesis-file.js'
import type { HyperBlock } from './hyper-block.js'
import type { HyperLog } from './log.js'
import type { Keccak256 } from './session-id.js'

export type MembershipOptions = {
  dataDir: string
  currency: string
  keccak256: Keccak256
  cycles: Cycles
  changes: ChangeDesk
  roster: () => Roster
  newest: () => HyperBlock | null
  log: HyperLog
}

export class Membership {
  readonly #options: MembershipOptions
  readonly #lanes: LaneClient[]

  constructor(lanes: readonly LaneClient[], options: MembershipOptions) {
    this.#lanes = [...lanes]
    this.#options = options
  }

  /** Before anything else is sealed. @throws AppError 'genesis-mismatch'. */
  recover(): void {
    for (const lane of this.#lanes) this.#refuseStranger(lane)
    for (const lane of this.#lanes) this.#recover(lane)
  }

  /** Once changes can be proposed. */
  async joinAll(): Promise<void> {
    for (const lane of this.#lanes) await this.#join(lane)
  }

  /** A lane that began while the process runs. */
  async add(lane: LaneClient): Promise<void> {
    this.#lanes.push(lane)
    await this.#options.cycles.addLane(lane, { sealed: 0n, member: this.#isMember(lane) })
    await this.#join(lane)
  }

  /** @throws AppError 'unknown-lane', and as the lane. */
  describe(chainId: number): Promise<GenesisLane> {
    const lane = this.#lanes.find(({ spec }) => spec.chainId === chainId)
    if (lane === undefined) throw new AppError('unknown-lane', `there is no lane ${chainId}`, { chainId })
    return this.#asMember(lane)
  }

  /** The lane's newest block in the newest Hyper Block. */
  sealedOf(chainId: number): bigint {
    return this.#options.newest()?.body.lanes.find((entry) => entry.chainId === chainId)?.to ?? 0n
  }

  /** A chain id of the network that another chain has would be sealed never, and its contradiction told for ever. */
  #refuseStranger(lane: LaneClient): void {
    const { roster, dataDir } = this.#options
    const { chainId, name } = lane.spec
    const known = roster().lanes.find((candidate) => candidate.chainId === chainId)
    const own = lane.genesisHash()
    if (known === undefined || own === undefined || equalBytes(known.genesisHash, own)) return
    throw new AppError(
      'genesis-mismatch',
      `lane ${name} begins with ${toHex(own)}, but the network of ${genesisFile(dataDir)} has ${toHex(known.genesisHash)}`,
      { chainId },
    )
  }

  #recover(lane: LaneClient): void {
    const { cycles, log } = this.#options
    const { chainId, name } = lane.spec
    const plan = planLane(standOf(lane), this.sealedOf(chainId))
    if (plan.kind === 'go') return void cycles.addLane(lane, { sealed: plan.finalized, member: this.#isMember(lane) })
    log('error', `lane ${name} is stopped: ${plan.reason}`, { lane: chainId })
    void lane.stop()
  }

  /** By a signed change, where the admin's key is at hand. */
  async #join(lane: LaneClient): Promise<void> {
    const { changes, cycles, log } = this.#options
    if (this.#isMember(lane)) return
    const { name, chainId } = lane.spec
    try {
      const change = await changes.sign({ kind: 'lane-add', lane: await this.#asMember(lane) })
      if (change !== null) return cycles.addChange(change)
      log('warn', `lane ${name} is not part of the network and is not sealed: the admin's key is not in the data folder`, { lane: chainId })
    } catch (error) {
      log('error', `lane ${name} cannot become part of the network: ${errorText(error)}`, { lane: chainId })
    }
  }

  #asMember(lane: LaneClient): Promise<GenesisLane> {
    return genesisLane(lane, this.#options.currency, this.#options.keccak256)
  }

  #isMember({ spec }: LaneClient): boolean {
    return this.#options.roster().lanes.some(({ chainId }) => chainId === spec.chainId)
  }
}

function standOf(lane: LaneClient): LaneStand {
  const head = lane.head()
  return { head: head?.header.number ?? 0n, finalized: head?.finalized ?? 0n, following: lane.spec.following === true }
}
