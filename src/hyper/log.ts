// Owns: the shape of a log as the coordinator uses it; the process's own fits.
// Called by: the parts of the coordinator, node.ts.

export type HyperLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string, fields?: Record<string, unknown>) => void
