// Owns: the error of a block that breaks a rule: which block, and which rule.
// Does not own: the rules (header-rules, ommer-rules, requests, importer).
// Called by: whoever checks or executes a block.

import { AppError } from '../../errors.js'

export function blockInvalid(number: bigint, reason: string): AppError {
  return new AppError('block-invalid', `block ${number}: ${reason}`, { number: number.toString(), reason })
}
