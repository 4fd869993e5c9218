// Owns: the start of the sealing thread: hashing and verification loaded, the host on the port.
// Does not own: any logic (hyper/sealer-host.ts).
// Called by: sealer-thread.ts, as the file of a worker.

import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../assert.js'
import { initKeccak, keccak256 } from '../evm-lane/engine/keccak.js'
import { hostSealer } from '../hyper/sealer-host.js'
import type { FromSealer, SealerSpec, ToSealer } from '../hyper/sealer-protocol.js'

assert(parentPort !== null, 'this file is the start of a thread')
const port = parentPort
// Nothing is lost while the hasher loads: messages wait in the port until somebody listens.
await initKeccak()
const host = hostSealer(workerData as SealerSpec, keccak256, (message: FromSealer) => port.postMessage(message))
port.on('message', (message: ToSealer) => host.receive(message))
