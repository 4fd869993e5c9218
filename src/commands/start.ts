// Owns: `paralane start`: from configuration to a listening gateway, and down again on a signal.
// Does not own: the parts (node.ts) or the flags (program.ts).
// Called by: program.ts.

import { existsSync, rmSync } from 'node:fs'
import { banner } from '../config/banner.js'
import { laneFolder, writeLaneRecord } from '../config/lane-record.js'
import { loadConfig } from '../config/load.js'
import { dataDirOf, resolveSettings, type Settings } from '../config/resolve.js'
import { newestFinalFork } from '../evm-lane/engine/fork-schedule.js'
import { networkFiles } from '../hyper/genesis-file.js'
import { startNode, type RunningNode } from '../node.js'
import { lockDataFolder } from '../process/data-lock.js'
import { createLog, type Log } from '../process/log.js'
import { stopRequested } from '../process/signals.js'
import { version } from '../process/version.js'

/** Everything is down by then or is cut off: stores survive that. */
const stopMsMax = 1_900

/** Resolves with the exit code. @throws AppError when the start is refused. */
export async function start(file: string | null, flags: Record<string, unknown>): Promise<number> {
  const stopping = stopRequested()
  const loaded = loadConfig({ file, environment: process.env, flags })
  const lock = await lockDataFolder(dataDirOf(loaded.config))
  try {
    const settings = resolveSettings(loaded, newestFinalFork, BigInt(Math.floor(Date.now() / 1_000)))
    const log = createLog(settings.logLevel)
    for (const warning of settings.warnings) log('warn', warning)
    const starting = startRemembered(settings, log)
    const first = await Promise.race([starting, stopping])
    if (typeof first === 'string') return 0
    process.stdout.write(settings.silent ? `Listening on ${first.url}\n` : banner(version, settings, first))
    const signal = await stopping
    log('info', `stopping on ${signal}`)
    await Promise.race([first.stop(), late(log)])
    return 0
  } finally {
    await lock.release()
  }
}

/**
 * New lanes are written down before they make their first block. When the start fails, what it made is removed again, record and database
 * together: a database alone has a genesis that no later start would make again, and the network is made from those. Nobody was served yet, so nothing
 * is lost.
 */
async function startRemembered(settings: Settings, log: Log): Promise<RunningNode> {
  const lanes = settings.records.map(({ chainId }) => laneFolder(settings.dataDir, chainId))
  const made = [...lanes, ...networkFiles(settings.dataDir, settings.sealing.buddies)].filter((path) => !existsSync(path))
  for (const record of settings.records) writeLaneRecord(settings.dataDir, record)
  try {
    return await startNode(settings, log)
  } catch (error) {
    for (const path of made) rmSync(path, { recursive: true, force: true })
    throw error
  }
}

function late(log: Log): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      log('warn', `not everything stopped within ${stopMsMax} ms`)
      resolve()
    }, stopMsMax).unref()
  })
}
