// Owns: one thread of the swarm: it runs the seeds that it is given, a few at a time, and answers their outcomes.
// Does not own: which seeds those are (swarm.ts).
// Called by: swarm.ts.

import assert from 'node:assert/strict'
import { parentPort } from 'node:worker_threads'
import { ordinary } from './faults.js'
import { simulate } from './run.js'

export type Batch = { seeds: readonly number[]; sizes: readonly number[] }

const port = parentPort
assert.ok(port !== null)
port.on('message', ({ seeds, sizes }: Batch) => port.postMessage(seeds.map((seed) => simulate(seed, { ...ordinary, sizes }))))
