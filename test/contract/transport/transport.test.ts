// Every implementation of Transport against the one contract.

import { createMemoryNetwork } from '../../../src/buddy/transport-memory.js'
import type { Transport } from '../../../src/buddy/transport.js'
import { keyNumber } from '../../sim/buddy/crypto.js'
import { testTransport } from './transport-contract.js'

testTransport('memory', async (size) => {
  const network = createMemoryNetwork()
  const keys = Array.from({ length: size }, (_, i) => keyNumber(i))
  const opened: Transport[] = []
  return {
    keys,
    open: async (at, followers = []) => {
      const transport = network.join(keyNumber(at), { followers: followers.map(keyNumber) })
      opened.push(transport)
      return transport
    },
    until: async (holds) => {
      while (!holds()) await new Promise(setImmediate)
    },
    close: async () => {
      for (const transport of opened) await transport.close()
    },
  }
})
