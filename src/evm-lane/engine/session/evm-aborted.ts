// Owns: the ways in which an execution ends in the middle, past every catch of a contract. The EVM it ran on is not used again.
// Called by: executors (first attempts), lane-run.ts (sessions).

export class EvmAborted extends Error {}

/** A local attempt came to a call into another lane (S1). */
export class LeavesLane extends EvmAborted {
  override readonly name = 'LeavesLane'
  readonly chainId: number
  constructor(chainId: number) {
    super(`the transaction calls into lane ${chainId}`)
    this.chainId = chainId
  }
}

/** The run that the execution belongs to cannot go on. */
export class Abandoned extends EvmAborted {
  override readonly name = 'Abandoned'
}
