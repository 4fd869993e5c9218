// Owns: `paralane buddy`: from configuration to a running Buddy, and down again on a signal.
// Does not own: the parts (buddy-node.ts) or the flags (program.ts).
// Called by: program.ts.

import { startBuddyNode, type RunningBuddy } from '../buddy-node.js'
import { loadBuddySettings, type BuddySettings } from '../config/buddy-config.js'
import { toHex } from '../primitives.js'
import { lockDataFolder } from '../process/data-lock.js'
import { createLog } from '../process/log.js'
import { stopRequested } from '../process/signals.js'

/** Everything is down by then or is cut off: stores survive that. */
const stopMsMax = 4_000

/** Resolves with the exit code. @throws AppError when the start is refused. */
export async function runBuddy(file: string | null, flags: Record<string, unknown>): Promise<number> {
  const stopping = stopRequested()
  const settings = loadBuddySettings(file, flags)
  const lock = await lockDataFolder(settings.dataDir)
  try {
    const log = createLog(settings.logLevel)
    const first = await Promise.race([startBuddyNode(settings, log), stopping])
    if (typeof first === 'string') return 0
    process.stdout.write(textOf(settings, first))
    log('info', `stopping on ${await stopping}`)
    const late = new Promise<void>((resolve) => setTimeout(resolve, stopMsMax).unref())
    await Promise.race([first.stop(), late])
    return 0
  } finally {
    await lock.release()
  }
}

/** The last line begins with "Buddy ... runs": scripts wait for it. */
function textOf({ gateway, listen, dataDir }: BuddySettings, { key, url }: RunningBuddy): string {
  const lines = [
    `Follows ${gateway.url}`,
    `Other Buddies: ${listen === null ? 'dialled only' : `${listen.host}:${listen.port}`}`,
    `Reads: ${url ?? 'not served'}`,
    `Data folder: ${dataDir}`,
    `Buddy ${toHex(key)} runs`,
  ]
  return `${lines.join('\n')}\n`
}
