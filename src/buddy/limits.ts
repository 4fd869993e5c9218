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
/** Of these, for one peer: one that only asks must not keep the others from catching up. */
export const servesPerPeerMax = 4
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

/** Messages, and their bytes, that one peer sent and nobody has looked at yet; one that has more waiting is not read. */
export const intakeLengthMax = 256
export const intakeBytesMax = 1024 * 1024
/**
 * Work is counted in verifications of a signature, 0.14 ms each. All peers together have `workPerMs` in equal shares; `workBurst` of it is saved up. As much again goes to
 * those who have used up theirs, so one that floods takes less than a third of a core. A height of 64 Buddies is some 300.
 */
export const workPerMs = 1
export const workBurst = 1_000
/** Work after which everything else in the thread has its turn: 9 ms. */
export const workPerTurn = 64
/** Decoding and hashing of bytes, reading a sealed block from disk, a message that is none. */
export const bytesPerWork = 64 * 1024
export const workPerRead = 8
export const workPerMalformed = 8

/** A frame of a peer that has proven who it is; a larger one is not read. */
export const frameBytesMax = messageBytesMax + 64
/** A frame of one that has not. */
export const handshakeFrameBytesMax = 160
/** Time for the handshake, and connections that may be in it at the same time. */
export const handshakeMs = 5_000
export const handshakesMax = 64
/** Silence after which a ping is sent, and the time without hearing anything after which a connection is given up. */
export const pingMs = 5_000
export const silenceMs = 15_000
/** Wait before a peer is dialled again: doubles from the first to the last, less a random part of up to a half. */
export const redialMsMin = 100
export const redialMsMax = 10_000
/** A connection younger than this may have been opened by both sides at once; an older one was lost by the side that dials again. */
export const settledMs = 5_000
