// Owns: the sum of S11 per currency: what the lanes hold, what is between them, what was burnt, and the rest, which nobody has any more.
// Does not own: what a lane counts (evm-lane/engine/facts).
// Called by: cut.ts (leaves out lanes whose sums are wrong), build.ts, ledger-state.ts.

import type { GenesisLane, LaneEntry, SupplyEntry } from './hyper-types.js'

export type LaneSums = Pick<LaneEntry, 'supply' | 'burned' | 'bridgedIn' | 'bridgedOut'>

export type SupplyResult = { currency: string; entry: SupplyEntry | null; reason: string | null }

/** One per currency, by name. `sumsOf`: of a lane; `destroyed`: per currency in the block before. */
export function supplyOf(
  lanes: readonly GenesisLane[],
  sumsOf: (chainId: number) => LaneSums,
  destroyed: ReadonlyMap<string, bigint>,
): SupplyResult[] {
  const currencies = [...new Set(lanes.map(({ currency }) => currency))].sort((a, b) => (a < b ? -1 : 1))
  return currencies.map((currency) => {
    const members = lanes.filter((lane) => lane.currency === currency)
    return ofCurrency(currency, members, sumsOf, destroyed.get(currency) ?? 0n)
  })
}

function ofCurrency(currency: string, members: readonly GenesisLane[], sumsOf: (chainId: number) => LaneSums, destroyedBefore: bigint): SupplyResult {
  let began = 0n
  let lanes = 0n
  let burned = 0n
  let inFlight = 0n
  for (const { chainId, supply } of members) {
    const sums = sumsOf(chainId)
    began += supply
    lanes += sums.supply
    burned += sums.burned
    inFlight += sums.bridgedOut - sums.bridgedIn
  }
  const destroyed = began - lanes - inFlight - burned
  const refused = (reason: string): SupplyResult => ({ currency, entry: null, reason: `${currency}: ${reason}` })
  if (inFlight < 0n) return refused(`${-inFlight} wei arrived that never left`)
  // SELFDESTRUCT and its like only ever take.
  if (destroyed < destroyedBefore) return refused(`${destroyedBefore - destroyed} wei came from nowhere`)
  return { currency, entry: { currency, lanes, inFlight, burned, destroyed }, reason: null }
}
