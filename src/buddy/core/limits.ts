// Owns: every bound of the consensus core, so that no input makes it hold or send more than this.
// Does not own: timing (types.ts `Timing`, set by configuration).
// Called by: codec.ts and the handlers.

/** A set larger than this needs aggregate signatures (B8). */
export const validatorsMax = 256
export const keyBytesMax = 96
export const signatureBytesMax = 96
export const headerBytesMax = 4_096
export const bodyBytesMax = 16 * 1024 * 1024
/** Decoders refuse longer input before they look at it. */
export const messageBytesMax = bodyBytesMax + 1024 * 1024
/** Views fit a 32-bit word: at T0 = 40 ms without growth that is five years in one height. */
export const viewMax = 0xffff_ffff
export const lanesMax = 4_096
/** Views behind the current one whose votes and proposals are kept: a COMMIT QC of an old view still seals. */
export const viewsBehind = 3
/** Votes of later views than this are not kept; their sender repeats what matters, with a TC. */
export const viewsAhead = 8
/** Newest Timeouts kept of each validator. */
export const timeoutsPerValidator = 4
/** Different digests kept of one validator in one (kind, view): the second one is its proof of guilt. */
export const digestsPerVoter = 2
/** Messages kept of heights to come, in all and of one peer. */
export const futureMax = 256
export const futurePerPeerMax = 16
/** A message of a later height that is larger is not kept: its sender is asked for the Seal anyway. */
export const futureBytesMax = 64 * 1024
/** Rounds of `want` per exchange; afterwards the repeated Timeout takes over. */
export const exchangeTicksMax = 24
/** T_v stops growing here. */
export const viewTimeoutGrowthMax = 12
/** Certificates remembered as verified. */
export const verifiedMax = 128
/** Unsealable justifications remembered per height, to convict who votes for them (E4). */
export const badJustificationsMax = 4
