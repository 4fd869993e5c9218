#!/usr/bin/env node
// Owns: the process: runs the command line, prints errors for people, sets the exit code.
// Does not own: the commands (commands/).
// Called by: the `paralane` binary and `npm start`.

import { createProgram } from './commands/program.js'
import { AppError } from './errors.js'

try {
  // The command has finished what it began; a thread or socket that is still about must not hold the process.
  await createProgram((code) => process.exit(code)).parseAsync(process.argv)
} catch (error) {
  const text = error instanceof AppError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(
    `${text
      .split('\n')
      .map((line) => `paralane: ${line}`)
      .join('\n')}\n`,
  )
  process.exit(1)
}
