// Owns: how much work a message can cause, before anything in it is believed.
// Does not own: who is held back for it (intake.ts).
// Called by: transport-tcp.ts.

import { unreachable } from '../assert.js'
import type { Message, Qc, Tc } from './core/types.js'
import { bytesPerWork, workPerRead } from './limits.js'

/** In verifications of a signature: a false one costs as much as a true one, and is forgotten. */
export function workOf(message: Message, bytes: number): number {
  return 1 + signaturesIn(message) + bytes / bytesPerWork
}

function signaturesIn(message: Message): number {
  switch (message.kind) {
    case 'propose':
      return 1 + ofTc(message.tc)
    case 'votes':
      return message.votes.length
    case 'timeout':
      return 1 + ofQc(message.highQc)
    case 'qc':
      return ofQc(message.qc)
    case 'tc':
      return ofTc(message.tc)
    case 'sealed':
      return ofQc(message.seal.qc) + ofTc(message.seal.tc)
    case 'report':
      return message.certs.reduce((sum, { signers }) => sum + signers.length, 0)
    case 'ask':
      return workPerRead
    default:
      return unreachable(message)
  }
}

function ofQc(qc: Qc | null): number {
  return qc?.signers.length ?? 0
}

function ofTc(tc: Tc | null): number {
  return tc === null ? 0 : tc.timeouts.length + ofQc(tc.highQc)
}
