// Owns: reading the description of a lane that is added while the process runs: an entry of `lanes`, as JSON.
// Does not own: what a lane may say (schema.ts), what follows from it (lanes.ts).
// Called by: resolve.ts.

import { AppError, errorText } from '../errors.js'
import { describeIssue } from './issues.js'
import { laneSchema, type LaneConfig } from './schema.js'

/** @throws AppError 'invalid-params' that names each wrong key. */
export function parseAddedLane(json: string): LaneConfig {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new AppError('invalid-params', `the lane is not JSON: ${errorText(error)}`)
  }
  const parsed = laneSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.flatMap((issue) => describeIssue(issue, value, () => Object.keys(laneSchema.shape)))
  throw new AppError('invalid-params', `lane: ${lines.join('; ')}`)
}
