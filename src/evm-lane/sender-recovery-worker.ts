// Owns: nothing; the entry point of a thread that recovers senders, one batch per message.
// Called by: sender-recovery.ts (as the file of a Worker).

import { parentPort } from 'node:worker_threads'
import { assert } from '../assert.js'
import type { RawBatch } from './sender-recovery-batch.js'
import { recoverBatch } from './sender-recovery-task.js'

const port = parentPort
assert(port !== null, 'a recovery thread runs only as a worker thread')
port.on('message', (batch: RawBatch) => port.postMessage(recoverBatch(batch)))
