// Owns: a scratch copy of hardhat-fixtures, as a user has it after `npm install`, and running Hardhat in it.
// Does not own: the project, or the lanes it uses. Called by: the hardhat tests.

import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { hardhatFixtures, nodeModules, root } from './root.js'
import { runTool } from './tool.js'

export type HardhatProject = { folder: string; hardhat: (...args: string[]) => Promise<string>; remove: () => Promise<void> }

/** What Hardhat leaves behind where someone has used the project in place. */
const generated = new Set(['artifacts', 'cache', 'deployments', 'node_modules'])

export async function copyHardhatProject(env: Record<string, string>): Promise<HardhatProject> {
  const outer = await mkdtemp(join(tmpdir(), 'paralane-hardhat-'))
  const folder = join(outer, 'project')
  await cp(hardhatFixtures, folder, { recursive: true, filter: (source) => !generated.has(basename(source)) })
  // Packages are found above the project; this one, which node_modules need not hold, in the project.
  await symlink(nodeModules, join(outer, 'node_modules'))
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules/paralane'))
  const command = join(outer, 'node_modules/hardhat/internal/cli/bootstrap.js')
  return {
    folder,
    hardhat: (...args) =>
      runTool(process.execPath, [command, ...args], {
        cwd: folder,
        env: { HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'true', ...env },
      }),
    remove: () => rm(outer, { recursive: true, force: true }),
  }
}
