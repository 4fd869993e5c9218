// Starts the gateway of this repository as a target, with four instant lanes on a fresh data folder; optionally under the CPU profiler.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLane } from './lane.js'
import { startServer, type Target } from './target.js'

const MAIN_FILE = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const DEFAULT_LANES = ['77000', '77001', '77002', '77003']
const LANES_FILE = DEFAULT_LANES.map((chainId) => `[[lanes]]\nchainId = ${chainId}\nname = "bench${chainId}"\nproduction = "instant"\n`).join('\n')
const BANNER_URL = /Listening on (http:\/\/\S+)/

export type ParalaneOptions = { lanes: string[]; profileFolder: string | null; extraArgs: string[] }

export async function startParalane(options: ParalaneOptions): Promise<Target> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'bench-paralane-'))
  // Workers inherit the profiler from the command line: one .cpuprofile per thread.
  const profiler = options.profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${options.profileFolder}`] : []
  const config = path.join(dataFolder, 'bench.toml')
  await writeFile(config, LANES_FILE)
  // A --config among the extra arguments comes later and wins.
  const command = [process.execPath, ...profiler, MAIN_FILE, 'start', '--port', '0', '--data-dir', dataFolder, '--config', config]
  const removeData = () => rm(dataFolder, { recursive: true, force: true })
  try {
    const { server, found: base } = await startServer([...command, ...options.extraArgs], {
      ready: (line) => BANNER_URL.exec(line)?.[1] ?? null,
    })
    const stop = async () => {
      await server.stop()
      await removeData()
    }
    try {
      const paths = options.lanes.length > 0 ? options.lanes : DEFAULT_LANES
      const lanes = await Promise.all(paths.map((lane) => openLane(new URL(lane, `${base}/`).href)))
      return { name: 'paralane', lanes, pids: [server.pid], losesTransactions: false, stop }
    } catch (error) {
      await stop()
      throw error
    }
  } catch (error) {
    await removeData()
    throw error
  }
}
