// Owns: the lanes that the wallet is pointed at: our gateway in a process of its own, or two anvils as the reference.
// Does not own: the wallet. Called by controllers.test.ts, scripts/metamask.ts and scripts/metamask-dapp.ts.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Lane } from './wallet.js'

export type Target = { lanes: [Lane, Lane]; stop(): Promise<void> }

export const devMnemonic = 'test test test test test test test test test test test junk'
const chainIds = [77000, 77001] as const

/** The target that a script's flags name; without one, our gateway. */
export function startTarget({ url, anvil = false }: { url?: string | undefined; anvil?: boolean | undefined }): Promise<Target> {
  if (url !== undefined) return Promise.resolve(runningGateway(url))
  return anvil ? startAnvils() : startGateway()
}

/** Our gateway with its default lanes and an empty data folder. */
async function startGateway(): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'paralane-metamask-'))
  // Compiled, this file is <out>/test/e2e/metamask/target.js; the gateway of the same build lies beside it.
  const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url))
  const server = await startServer(process.execPath, [main, 'start', '--port', '0', '--data-dir', dataDir])
  const [first, second] = chainIds
  return {
    lanes: [laneOf(first, `${server.url}/${first}`), laneOf(second, `${server.url}/${second}`)],
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Two anvils: what the same wallet does on a chain that it is known to work with. */
async function startAnvils(): Promise<Target> {
  const anvil = join(process.cwd(), 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil')
  const start = (chainId: number) => startServer(anvil, ['--port', '0', '--chain-id', String(chainId)])
  const [first, second] = await Promise.all([start(chainIds[0]), start(chainIds[1])])
  return {
    lanes: [laneOf(chainIds[0], first.url), laneOf(chainIds[1], second.url)],
    async stop() {
      await Promise.all([first.stop(), second.stop()])
    },
  }
}

/** Lanes of a gateway that already runs. */
function runningGateway(url: string): Target {
  const base = url.replace(/\/$/, '')
  return {
    lanes: [laneOf(chainIds[0], `${base}/${chainIds[0]}`), laneOf(chainIds[1], `${base}/${chainIds[1]}`)],
    stop: () => Promise.resolve(),
  }
}

function laneOf(chainId: number, rpcUrl: string): Lane {
  return { chainId: `0x${chainId.toString(16)}`, name: `Lane ${chainId}`, rpcUrl }
}

async function startServer(command: string, args: string[]): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  return { url: await listeningUrl(child, command), stop }
}

/** Both servers end their banner with `Listening on <address>`. */
async function listeningUrl(child: ChildProcess, command: string): Promise<string> {
  if (child.stdout === null) throw new Error('the server has no standard output')
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    const address = /Listening on (?:http:\/\/)?(\S+:\d+)/.exec(line)?.[1]
    if (address === undefined) continue
    // The banner is over; what follows is read and thrown away, so that the server never blocks on a full pipe.
    child.stdout.resume()
    return `http://${address}`
  }
  throw new Error(`${command} ended before it listened`)
}
