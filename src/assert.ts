// Owns: assertions for programmer errors; always on. An operating error is an AppError instead.
// Called by: everyone.

export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** Ends an exhaustive switch: a new union member that is not handled fails the type check. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unexpected value: ${JSON.stringify(value)}`)
}
