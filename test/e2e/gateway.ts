// Owns: starting and stopping a real gateway process for a test, on its own port and data folder.
// Does not own: what is asked of it. Called by: every end-to-end test.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mainFile } from './root.js'
import { waitMsMax } from './until.js'

/** Graceful shutdown is promised within 2 s; the rest is a loaded machine. */
const stopMsMax = 60_000

export type Gateway = {
  readonly url: string
  laneUrl(chainId: number): string
  wsUrl(chainId: number): string
  /** Everything the process printed so far. */
  stdout(): string
  /** SIGTERM; resolves once the process is gone and its data folder removed, fails if it did not end with code 0. */
  stop(): Promise<void>
  /** SIGKILL; the data folder stays, so that another start can recover from it. */
  kill9(): Promise<void>
}

export type GatewayOptions = { args?: string[]; dataDir?: string; env?: Record<string, string> }

/** The two lanes that every client test uses: one that mines on demand and one that mines by the clock. */
export const lanes = [77000, 77001] as const

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const override = process.env['PARALANE_E2E_LANES']
  if (override !== undefined) return foreignLanes(override.split(','))

  const ownDataDir = options.dataDir === undefined ? await mkdtemp(join(tmpdir(), 'paralane-e2e-')) : undefined
  const dataDir = options.dataDir ?? ownDataDir!
  const args = ['start', '--port', '0', '--host', '127.0.0.1', '--data-dir', dataDir, ...(options.args ?? [])]
  const child = spawn(process.execPath, [mainFile, ...args], { env: { ...process.env, ...options.env } })
  child.stdin.end()
  // A test run that dies must not leave a gateway behind.
  const killOnExit = () => child.kill('SIGKILL')
  process.once('exit', killOnExit)

  const output = collect(child)
  const removeData = async () => {
    process.removeListener('exit', killOnExit)
    if (ownDataDir !== undefined) await rm(ownDataDir, { recursive: true, force: true })
  }
  const url = await listening(child, output).catch(async (error: unknown) => {
    await removeData()
    throw error
  })
  return {
    url,
    laneUrl: (chainId) => `${url}/${chainId}`,
    wsUrl: (chainId) => `${url.replace('http', 'ws')}/${chainId}`,
    stdout: () => output.text,
    async stop() {
      await end(child, 'SIGTERM')
      await removeData()
      if (child.exitCode !== 0) throw new Error(`gateway ended with ${child.exitCode ?? child.signalCode}\n${output.text}`)
    },
    async kill9() {
      await end(child, 'SIGKILL')
      process.removeListener('exit', killOnExit)
    },
  }
}

type Output = { text: string }

function collect(child: ChildProcessWithoutNullStreams): Output {
  const output: Output = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => (output.text += chunk))
  }
  return output
}

/** Waits for the banner's last line, which is printed once every lane answers. */
function listening(child: ChildProcessWithoutNullStreams, output: Output): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(deadline)
      child.kill('SIGKILL')
      reject(new Error(`${why}\n${output.text}`))
    }
    const deadline = setTimeout(() => fail(`no "Listening on" line within ${waitMsMax} ms`), waitMsMax)
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => fail(`gateway ended at start with ${code ?? signal}`))
    child.stdout.on('data', () => {
      const url = /Listening on (http:\/\/\S+)/.exec(output.text)?.[1]
      if (url === undefined) return
      clearTimeout(deadline)
      child.removeAllListeners('exit')
      resolve(url.replace(/\/$/, ''))
    })
  })
}

async function end(child: ChildProcessWithoutNullStreams, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  const deadline = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
  await gone
  clearTimeout(deadline)
}

/** Lets the same tests judge another node: PARALANE_E2E_LANES holds one URL for each of `lanes`, in order. */
function foreignLanes(urls: string[]): Gateway {
  const laneUrl = (chainId: number) => {
    const url = urls[lanes.indexOf(chainId as (typeof lanes)[number])]
    if (url === undefined) throw new Error(`PARALANE_E2E_LANES has no URL for lane ${chainId}`)
    return url
  }
  const nothing = async () => {}
  return {
    url: laneUrl(lanes[0]),
    laneUrl,
    wsUrl: (chainId) => laneUrl(chainId).replace('http', 'ws'),
    stdout: () => '',
    stop: nothing,
    kill9: nothing,
  }
}

/** Why a test that needs Paralane itself is skipped, or false. */
export const needsOwnGateway = process.env['PARALANE_E2E_LANES'] === undefined ? false : 'PARALANE_E2E_LANES names foreign lanes'
