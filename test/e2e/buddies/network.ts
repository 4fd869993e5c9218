// Owns: a gateway and separate Buddies as processes on loopback, with a relay between each two of them, so that any can be cut off.
// Does not own: what is asked of them.
// Called by: end-to-end tests and measurements of separate Buddies.

import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeyFile } from '../../../src/buddy/key-file.js'
import { toHex } from '../../../src/primitives.js'
import { openTcpProxy, type TcpProxy } from '../../fixtures/tcp-proxy.js'
import { startGateway, type Gateway } from '../gateway.js'
import { mainFile } from '../root.js'
import { rpc, type Json } from '../rpc.js'
import { until, waitMsMax } from '../until.js'

export type BuddyProcess = {
  readonly index: number
  readonly key: string
  /** Serves reads here. */
  readonly url: string
  /** No other Buddy and no gateway hears of it on the Buddies' network, nor it of them, until `heal`. */
  partition: () => void
  heal: () => void
  /** Everything it printed and logged so far. */
  output: () => string
  /** Settles when it prints or logs something that matches, also what it has said already. */
  said: (pattern: RegExp) => Promise<void>
  start: () => Promise<void>
  kill9: () => Promise<void>
  stop: () => Promise<void>
}

export type BuddyNetwork = {
  readonly folder: string
  readonly gateway: Gateway
  readonly buddies: BuddyProcess[]
  /** What the gateway says of the newest Hyper Block. */
  height: () => Promise<number>
  /** Settles when the gateway knows a Hyper Block of this number. */
  sealed: (number: number) => Promise<Json>
  /** A gateway that was stopped or killed starts again on its folder. */
  restartGateway: () => Promise<void>
  stop: () => Promise<void>
}

export type NetworkOptions = {
  buddies?: number
  /** TOML of the lanes. */
  lanes: string
  periodMs?: number
  /** The program of Buddy i; the command `paralane buddy` without it. */
  program?: (index: number) => string | null
  /** Further lines of a Buddy's configuration. */
  more?: string
  /** Further lines of the gateway's `hyper`. */
  hyper?: string
}

export async function startNetwork({
  buddies: count = 4,
  lanes,
  periodMs = 200,
  program,
  more = '',
  hyper = '',
}: NetworkOptions): Promise<BuddyNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'paralane-buddies-'))
  const data = (name: string): string => join(folder, name)
  const keyOf = (name: string): string => toHex(openKeyFile(join(folder, name)).signer.key)
  const indexes = Array.from({ length: count }, (_, index) => index)
  const ports = await Promise.all(indexes.map(freePort))
  const readPorts = await Promise.all(indexes.map(freePort))
  // From each Buddy, and from the gateway at place `count`, to each Buddy.
  const relays = await Promise.all([...indexes, count].map(() => Promise.all(ports.map((port) => openTcpProxy({ host: '127.0.0.1', port })))))
  const relaysOf = (index: number): TcpProxy[] => relays.flatMap((row, from) => row.filter((_, to) => from === index || to === index))
  const keys = indexes.map((index) => keyOf(`buddy-${index}.pem`))
  const gatewayKey = keyOf(join('gateway', 'gateway.pem'))
  const list = indexes.map((i) => `  { key = "${keys[i]}", address = "127.0.0.1:${relays[count]?.[i]?.port}" },`).join('\n')
  const config = data('gateway.toml')
  await writeFile(
    config,
    `logLevel = "info"\n[hyper]\nperiodMs = ${periodMs}\nheartbeatMs = 2000\ncensorMs = 5000\n${hyper}\nbuddies = [\n${list}\n]\n${lanes}`,
  )
  const gatewayPort = String(await freePort())
  const startOwn = (): Promise<Gateway> => startGateway({ dataDir: data('gateway'), args: ['--config', config, '--port', gatewayPort] })
  let gateway = await startOwn()
  const genesis = data('genesis.json')
  await copyFile(join(data('gateway'), 'hyper-genesis.json'), genesis)

  const buddies = await Promise.all(
    indexes.map(async (index) => {
      const peers = indexes.filter((i) => i !== index).map((i) => `"${keys[i]}@127.0.0.1:${relays[index]?.[i]?.port}"`)
      const file = data(`buddy-${index}.toml`)
      const lines = [
        `gateway = "${gateway.url}"`,
        `genesis = "${genesis}"`,
        `key = "${data(`buddy-${index}.pem`)}"`,
        `dataDir = "${data(`buddy-${index}`)}"`,
        `listen = "127.0.0.1:${ports[index]}"`,
        `peers = [${peers.join(', ')}]`,
        `followers = ["${gatewayKey}"]`,
        `port = ${readPorts[index]}`,
        `heartbeatMs = 2000`,
        more,
      ]
      await writeFile(file, lines.join('\n'))
      const at = {
        index,
        key: keys[index] as string,
        url: `http://127.0.0.1:${readPorts[index]}`,
        partition: () => relaysOf(index).forEach((relay) => relay.partition()),
        heal: () => relaysOf(index).forEach((relay) => relay.heal()),
      }
      return buddyProcess(at, program?.(index) ?? null, file)
    }),
  )
  const height = async (): Promise<number> => Number(await rpc(gateway.url, 'hyper_blockNumber'))
  const network: BuddyNetwork = {
    folder,
    get gateway() {
      return gateway
    },
    buddies,
    height,
    sealed: async (number) => {
      await until(async () => (await height()) >= number, () => `Hyper Block ${number} is not sealed\n${buddies.map(tail).join('\n')}`) // prettier-ignore
      return rpc(gateway.url, 'hyper_getBlockByNumber', [`0x${number.toString(16)}`])
    },
    restartGateway: async () => {
      gateway = await startOwn()
    },
    stop: async () => {
      await Promise.all(buddies.map((buddy) => buddy.stop()))
      await gateway.kill9()
      await Promise.all(relays.flat().map((relay) => relay.close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await Promise.all(buddies.map((buddy) => buddy.start()))
    return network
  } catch (error) {
    await network.stop()
    throw error
  }
}

function tail(buddy: BuddyProcess): string {
  return `--- Buddy ${buddy.index}\n${buddy.output().split('\n').slice(-12).join('\n')}`
}

type Place = Pick<BuddyProcess, 'index' | 'key' | 'url' | 'partition' | 'heal'>

function buddyProcess(at: Place, program: string | null, config: string): BuddyProcess {
  let child: ChildProcess | null = null
  let text = ''
  const listeners = new Set<() => void>()
  const said = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const deadline = setTimeout(() => settle(() => reject(new Error(`Buddy ${at.index} did not say ${String(pattern)}\n${text}`))), waitMsMax)
      const look = (): void => {
        if (pattern.test(text)) settle(resolve)
      }
      const settle = (end: () => void): void => {
        clearTimeout(deadline)
        listeners.delete(look)
        end()
      }
      listeners.add(look)
      look()
    })
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill(signal)
    await gone
  }
  return {
    ...at,
    output: () => text,
    said,
    start: async () => {
      const args = program === null ? [mainFile, 'buddy', '--config', config] : [program, config]
      const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      text = ''
      // A test run that dies must not leave a Buddy behind.
      const killOnExit = (): boolean => started.kill('SIGKILL')
      process.once('exit', killOnExit)
      started.once('exit', () => process.removeListener('exit', killOnExit))
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding('utf8')
        stream.on('data', (chunk: string) => {
          if (child !== started) return
          text += chunk
          for (const look of listeners) look()
        })
      }
      await said(/^Buddy 0x[0-9a-f]{64} runs$/m)
    },
    kill9: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

const givenPorts = new Set<number>()

/**
 * Below the ports that a system hands out by itself (Linux: from 32768), so that nobody who connects or listens takes it before its Buddy does, or
 * while its Buddy is down.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768)
    if (givenPorts.has(port)) continue
    givenPorts.add(port)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
