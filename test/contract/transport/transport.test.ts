// Every implementation of Transport against the one contract.

import { createMemoryNetwork } from '../../../src/buddy/transport-memory.js'
import { openTcpTransport } from '../../../src/buddy/transport-tcp.js'
import type { TcpTransport } from '../../../src/buddy/transport-tcp.js'
import type { Transport } from '../../../src/buddy/transport.js'
import type { Key } from '../../../src/buddy/core/types.js'
import type { Signer } from '../../../src/buddy/signer.js'
import { host, identityOf, newSigners, until } from '../../fixtures/tcp-buddies.js'
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
    until,
    close: async () => {
      for (const transport of opened) await transport.close()
    },
  }
})

/** `dials`: which ends know where the others are. */
function testTcp(name: string, dials: (at: number, other: number) => boolean): void {
  testTransport(name, async (size) => {
    const signers = newSigners(size)
    const keys = signers.map(({ key }) => key)
    const opened: (TcpTransport | undefined)[] = []
    const all: TcpTransport[] = []
    /** Followers: nobody dials them. */
    const comes = new Set<number>()
    return {
      keys,
      open: async (at, followers = []) => {
        const transport = await openTcpTransport({
          identity: identityOf(signers[at] as Signer),
          listen: { host, port: 0 },
          addresses: [],
          followers: followers.map((other) => keys[other] as Key),
        })
        for (const follower of followers) comes.add(follower)
        opened[at] = transport
        all.push(transport)
        for (const [other, end] of opened.entries()) {
          if (end === undefined || other === at) continue
          if (dials(at, other) || comes.has(at)) transport.locate(keys[other] as Key, { host, port: end.port ?? 0 })
          if (dials(other, at) || comes.has(other)) end.locate(keys[at] as Key, { host, port: transport.port ?? 0 })
        }
        return transport
      },
      until,
      close: async () => {
        for (const transport of all) await transport.close()
      },
    }
  })
}

// With both dialling, one of two connections is given up while it carries messages, whose order is not kept then (tcp.test.ts).
testTcp('tcp, the first ones dial', (at, other) => at < other)
testTcp('tcp, the later ones dial', (at, other) => at > other)
