// MetaMask's own controllers against the gateway, by way of scripts/metamask.ts, whose process also ends the controllers' timers.
// Skipped, and said so, where the packages are not installed: `node dist/scripts/metamask.js` installs them in a folder of their own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { controllerPackages, findPackages, packagesFolderVariable } from './packages.js'

const installed = findPackages(controllerPackages) !== undefined
const skip = !installed && `MetaMask's controllers are not installed (set ${packagesFolderVariable}, or run node dist/scripts/metamask.js)`
const timeoutMs = 600_000

test('MetaMask adds lanes, sends, deploys and sees a revert', { skip, timeout: timeoutMs }, async (t) => {
  const script = fileURLToPath(new URL('../../../scripts/metamask.js', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  t.after(() => child.kill())
  const steps: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    t.diagnostic(line)
    if (line.startsWith('ok ')) steps.push(line)
  }
  assert.deepEqual(await exited, [0, null])
  assert.equal(steps.length, 11)
})
