// Owns: a data folder and a configuration of a test's own, on which a gateway can be started again and again.
// Does not own: the gateway (gateway.ts); one that still runs when the test ends is killed.
// Called by: end-to-end tests of lanes and settings that are not the default ones.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type test from 'node:test'
import { startGateway, type Gateway } from './gateway.js'
import { waitMsMax } from './until.js'

export type OwnConfig = {
  /** For whatever else the test writes; goes with it. */
  folder: string
  dataDir: string
  start: () => Promise<Gateway>
}

/**
 * Sends are answered when there is a block: by default such an answer comes without one after some seconds, which is less than a slow machine may need.
 */
const patience = `[limits]\nsendWaitMs = ${waitMsMax}\nsendSyncMs = ${waitMsMax}\nsendSyncMaxMs = ${waitMsMax}\n`

/** `toml` begins with a table. */
export async function ownConfig(t: test.TestContext, toml: string): Promise<OwnConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'paralane-own-'))
  let newest: Gateway | undefined
  t.after(async () => {
    await newest?.kill9()
    await rm(folder, { recursive: true, force: true })
  })
  const file = join(folder, 'paralane.toml')
  await writeFile(file, `${patience}${toml}`)
  const dataDir = join(folder, 'data')
  const start = async (): Promise<Gateway> => (newest = await startGateway({ dataDir, args: ['--config', file] }))
  return { folder, dataDir, start }
}
