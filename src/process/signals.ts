// Owns: what SIGINT and SIGTERM mean: the first asks to stop, the second ends the process at once.
// Does not own: stopping (whoever asks).
// Called by: commands.

/** Exit code of a program that a signal ended, as shells count. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const
type StopSignal = keyof typeof exitCodes

/** Resolves at the first signal. */
export function stopRequested(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let asked = false
    const handle = (signal: StopSignal): void => {
      if (asked) process.exit(exitCodes[signal])
      asked = true
      resolve(signal)
    }
    process.on('SIGINT', handle)
    process.on('SIGTERM', handle)
  })
}
