// Owns: every bound of a Hyper Block, such that the largest body is below what Buddy carries.
// Does not own: the bounds of consensus (buddy/core/limits.ts).
// Called by: hyper-codec.ts, the ledger, the verifier.

export { bodyBytesMax, headerBytesMax, keyBytesMax, lanesMax, signatureBytesMax, validatorsMax, viewMax } from '../../buddy/core/limits.js'

/** Blocks of one lane in one Hyper Block. At a block per 10 ms that is 40 s. */
export const laneBlocksMax = 4_096
/** Entries in one Hyper Block: 4 MiB at most. */
export const sessionsMax = 50_000
export const messagesMax = 50_000
/** A proof of guilt by E4 carries 256 timeouts with a signature each, 50 kB. */
export const evidenceMax = 16
export const changesMax = 64
export const currenciesMax = 256
/** Sets that the roster remembers, to judge evidence of before a change. */
export const setsMax = 16
export const nameLengthMax = 64
/** 4,096 lanes and 256 Buddies stay below 1 MiB. */
export const genesisBytesMax = 2 * 1024 * 1024
/** Adds the sets that were in force before. */
export const rosterBytesMax = 2 * genesisBytesMax
/** Ids of sent messages remembered after they were sealed, to tell a delivery that is early from one that is late. */
export const sentRememberedMax = 65_536
/** Signed changes and proofs of guilt that wait to be sealed. */
export const pendingMax = 256
