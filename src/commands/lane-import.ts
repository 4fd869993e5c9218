// Owns: `paralane lane import`: appends the blocks of a file to a lane, as `geth import` does it; can be stopped and repeated.
// Does not own: whether a block is valid (the lane's importer), the file's form (block-file.ts).
// Called by: program.ts.

import { stat } from 'node:fs/promises'
import { AppError } from '../errors.js'
import { readLaneRecords } from '../config/lane-record.js'
import { dataDirOf } from '../config/resolve.js'
import { openWorkerLane } from '../evm-lane/client-worker.js'
import type { LaneClient } from '../evm-lane/client.js'
import { toHex } from '../primitives.js'
import { lockDataFolder } from '../process/data-lock.js'
import { createProgress } from '../process/progress.js'
import { stopRequested } from '../process/signals.js'
import { readBlocks } from './block-file.js'
import { storedLaneSpec } from './stored-lane.js'

export type ImportOptions = { lane: string; dataDir?: string }

type Outcome = { imported: number; known: number; stopped: boolean; failure: AppError | null }

export async function importChain(path: string, { lane: wanted, ...rest }: ImportOptions): Promise<number> {
  const dataDir = dataDirOf(rest)
  const lock = await lockDataFolder(dataDir)
  try {
    const records = readLaneRecords(dataDir)
    const record = records.find(({ name, chainId }) => name === wanted || String(chainId) === wanted)
    if (record === undefined) {
      throw new AppError('unknown-lane', `--lane: ${dataDir} has no lane ${wanted}; it has ${records.map(({ name }) => name).join(', ') || 'none'}`)
    }
    const bytes = (await stat(path).catch(() => null))?.size
    if (bytes === undefined) throw new AppError('config-invalid', `cannot read ${path}`)
    const lane = openWorkerLane(storedLaneSpec(record, dataDir))
    try {
      await lane.ready
      return report(await importBlocks(lane, path, bytes), lane)
    } finally {
      await lane.stop()
    }
  } finally {
    await lock.release()
  }
}

/** Each block is durable before the next is read, so that stopping anywhere loses nothing; blocks that are there already are passed over. */
async function importBlocks(lane: LaneClient, path: string, bytes: number): Promise<Outcome> {
  const outcome: Outcome = { imported: 0, known: 0, stopped: false, failure: null }
  void stopRequested().then(() => {
    outcome.stopped = true
  })
  const progress = createProgress(bytes)
  try {
    for await (const { rlp, endsAt } of readBlocks(path)) {
      if (outcome.stopped) break
      const { number, known } = await lane.call('importBlock', { rlp })
      if (known) outcome.known++
      else outcome.imported++
      progress.update(endsAt, `block ${number}`)
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    outcome.failure = error
  } finally {
    progress.end()
  }
  return outcome
}

function report({ imported, known, stopped, failure }: Outcome, lane: LaneClient): number {
  const head = lane.head()?.header
  const place = head === undefined ? '' : `, head is block ${head.number} ${toHex(head.hash)}`
  process.stdout.write(`Imported ${imported} blocks${known > 0 ? `, ${known} were there already` : ''}${place}\n`)
  if (failure !== null) {
    const block = failure.data?.['number'] === undefined ? '' : `block ${String(failure.data['number'])}: `
    process.stderr.write(`paralane: ${failure.message.startsWith(block) ? '' : block}${failure.message}\n`)
    return 1
  }
  if (stopped) process.stderr.write('paralane: stopped; run the same command again to go on\n')
  return stopped ? 130 : 0
}
