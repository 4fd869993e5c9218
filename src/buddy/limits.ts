// Owns: every bound of the shell of Buddy.
// Does not own: the bounds of the protocol (core/limits.ts) or its timing (configuration).
// Called by: the runner and the transports.

import { messageBytesMax } from './core/limits.js'

/** Effects that wait for the disk; beyond it messages of peers are dropped, who repeat what matters. */
export const backlogMax = 4_096
/** Sealed blocks that the app was not told yet; beyond it nothing more is carried out until it was. */
export const undeliveredMax = 16
/** Old Seals that are read for peers at the same time; further asks are dropped. */
export const servesMax = 16
/** Validators that push a new Seal to the followers connected; a follower that hears nothing asks. */
export const pushersMax = 2
/** Public keys kept in the form that verifying needs. */
export const keysKeptMax = 1_024
/** Results of verifying kept for Buddies that live in one thread. */
export const verdictsMax = 4_096

/** Blocks of the next height whose judgement several Buddies of a thread share, and proofs of guilt told once for them all. */
export const judgementsMax = 64
export const accusationsKeptMax = 1_024

/** Messages, and their bytes, that wait for one peer. */
export const queueLengthMax = 512
export const queueBytesMax = 2 * messageBytesMax
