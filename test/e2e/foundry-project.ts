// Owns: a scratch Foundry project over the contracts of hardhat-fixtures, and running forge and cast in it.
// Does not own: the lanes they talk to. Called by: the foundry tests.

import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hardhatFixtures, nodeModules, root } from './root.js'
import { runTool } from './tool.js'

export type FoundryProject = {
  folder: string
  forge: (command: string, ...args: string[]) => Promise<string>
  cast: (...args: string[]) => Promise<string>
  remove: () => Promise<void>
}

const binary = (name: string) => `${nodeModules}/@foundry-rs/${name}-linux-amd64/bin/${name}`
const installed = ['forge', 'cast'].every((name) => existsSync(binary(name)))

/** Elsewhere than on x64 Linux the registry has no such programs (test/tools/package.json). CI must not pass without them. */
export const withoutFoundry = installed || process.env['CI'] !== undefined ? false : `no forge and cast for ${process.platform}-${process.arch}`

/** `env` is what scripts read with vm.envString and its like. */
export async function copyFoundryProject(env: Record<string, string>): Promise<FoundryProject> {
  const folder = await mkdtemp(join(tmpdir(), 'paralane-foundry-'))
  await cp(`${root}test/e2e/foundry`, folder, { recursive: true })
  await cp(`${hardhatFixtures}/contracts`, join(folder, 'src'), { recursive: true })
  await symlink(nodeModules, join(folder, 'lib'))
  await mkdir(join(folder, 'paralane'))
  await symlink(`${root}contracts`, join(folder, 'paralane/contracts'))
  return {
    folder,
    // `--constructor-args` takes everything after it, so the compiler's flags come right after the command.
    forge: (command, ...args) =>
      runTool(binary('forge'), [command, '--offline', '--use', `${root}test/fixtures/solc.mjs`, ...args], { cwd: folder, env }),
    cast: async (...args) => (await runTool(binary('cast'), args, { cwd: folder })).trim(),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
