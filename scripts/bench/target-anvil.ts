// Starts anvil processes (automine, quiet) as a target; several stand for several lanes.
// anvil answers a transaction when its pool has it. Under parallel senders automine does not keep up, stops, or drops some
// (foundry issue 10122); a run on it therefore shows what it answered, and what got into blocks only if all did.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openLane } from './lane.js'
import { startServer, type Server, type Target } from './target.js'

const FIRST_CHAIN_ID = 77100
const PACKAGED = '@foundry-rs/anvil-linux-amd64/bin/anvil'

export async function startAnvil(options: { processes: number; extraArgs: string[] }): Promise<Target> {
  // anvil keeps old states below $HOME; a home of its own leaves nothing behind.
  const home = await mkdtemp(path.join(tmpdir(), 'bench-anvil-'))
  const servers: Server[] = []
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await rm(home, { recursive: true, force: true })
  }
  try {
    const urls: string[] = []
    for (let index = 0; index < options.processes; index++) {
      const port = await freePort()
      const command = [anvilProgram(), '--port', String(port)]
      command.push('--chain-id', String(FIRST_CHAIN_ID + index), '--accounts', '20', '--balance', '1000000')
      const { server } = await startServer([...command, ...options.extraArgs], {
        env: { HOME: home },
        // Nothing of it is kept, and one that has stalled does not listen.
        stopSignal: 'SIGKILL',
        ready: (line) => (line.startsWith('Listening on') ? true : null),
      })
      servers.push(server)
      urls.push(`http://127.0.0.1:${port}`)
    }
    const lanes = await Promise.all(urls.map(openLane))
    const pids = servers.map(({ pid }) => pid)
    return { name: 'anvil', lanes, pids, losesTransactions: true, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port given')
  return address.port
}

/** The one of node_modules where it is installed, else the one on PATH. */
function anvilProgram(): string {
  try {
    return createRequire(import.meta.url).resolve(PACKAGED)
  } catch {
    return 'anvil'
  }
}
