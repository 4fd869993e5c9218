// What is measured: a name, the URLs of its lanes (the first serves the single-lane scenarios) and its processes.
// Servers we start ourselves are spawned and stopped here by one helper; how each is started is in its own file.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openLane, type Lane } from './lane.js'

export type Target = {
  name: string
  lanes: Lane[]
  pids: number[]
  /** Known to answer a transaction that no block ever holds: what a run on it left is counted, not required. */
  losesTransactions: boolean
  stop(): Promise<void>
}

const STOP_MS = 15_000
const START_MS = 60_000
const OUTPUT_TAIL_MAX = 4_000

/** A server somebody else runs: `name=url[,url...]`. Its CPU is known only with a pid. */
export async function attach(spec: string, pids: ReadonlyMap<string, number>): Promise<Target> {
  const [, name, urls] = /^([^=]+)=(.+)$/.exec(spec) ?? []
  if (!name || !urls) throw new Error(`--target ${spec}: expected name=url[,url...]`)
  const pid = pids.get(name)
  const lanes = await Promise.all(urls.split(',').map(openLane))
  return { name, lanes, pids: pid === undefined ? [] : [pid], losesTransactions: false, stop: async () => {} }
}

export type Server = { child: ChildProcess; pid: number; stop(): Promise<void> }

/** Starts a program and resolves with what `ready` finds in its output, line by line. */
export async function startServer<Found>(
  command: string[],
  options: { env?: NodeJS.ProcessEnv; stopSignal?: 'SIGKILL'; ready(line: string): Found | null },
): Promise<{ server: Server; found: Found }> {
  const [program, ...rest] = command as [string, ...string[]]
  const child = spawn(program, rest, { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let tail = ''
  let unread = ''
  const found = new Promise<Found>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${program} is not ready after ${START_MS} ms\n${tail}`)), START_MS)
    const onData = (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-OUTPUT_TAIL_MAX)
      unread += chunk.toString()
      for (let end = unread.indexOf('\n'); end >= 0; end = unread.indexOf('\n')) {
        const line = unread.slice(0, end)
        unread = unread.slice(end + 1)
        const result = options.ready(line)
        if (result === null) continue
        clearTimeout(timer)
        child.stdout.off('data', onData).resume()
        resolve(result)
        return
      }
    }
    child.stdout.on('data', onData)
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-OUTPUT_TAIL_MAX)
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`${command.join(' ')} ended with code ${code}\n${tail}`))
    })
  })
  const server = { child, pid: child.pid ?? 0, stop: () => stop(child, options.stopSignal ?? 'SIGINT') }
  try {
    return { server, found: await found }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** SIGINT first where a server has to shut down in order (and write its CPU profile). Resolves when the process is gone. */
async function stop(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(timer)
}
