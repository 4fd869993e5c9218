// Owns: the log: one JSON line per event on standard error; the only file that imports pino.
// Does not own: what people read at start (config/banner.ts) or metrics (rpc/metrics.ts).
// Called by: commands, node.ts.

import { pino, type Level } from 'pino'

export type LogLevel = Level | 'silent'
export type Log = (level: Level, message: string, fields?: Record<string, unknown>) => void

export function createLog(level: LogLevel): Log {
  // Written at once, so that the last line before a crash is there.
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }))
  return (at, message, fields = {}) => logger[at](fields, message)
}
