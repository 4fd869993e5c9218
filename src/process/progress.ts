// Owns: the progress bar of long commands; the only file that imports cli-progress.
// Does not own: what is being done (commands/lane-import.ts).
// Called by: commands/lane-import.ts. Without a terminal it prints nothing.

import { createRequire } from 'node:module'

export type Progress = { update: (done: number, text: string) => void; end: () => void }

type Bar = { start: (total: number, done: number, fields: object) => void; update: (done: number, fields: object) => void; stop: () => void }
type Library = { SingleBar: new (options: object) => Bar }

export function createProgress(total: number): Progress {
  // The package is CommonJS and has no types of its own.
  const { SingleBar } = createRequire(import.meta.url)('cli-progress') as Library
  const bar = new SingleBar({
    format: '[{bar}] {percentage}% | {text} | {eta_formatted} left',
    hideCursor: true,
    stream: process.stderr,
    etaBuffer: 200,
  })
  bar.start(total, 0, { text: '' })
  return { update: (done, text) => bar.update(done, { text }), end: () => bar.stop() }
}
