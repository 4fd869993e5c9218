// MetaMask's own controllers against the gateway: the steps are in scenario.ts. Skipped, and said so, where the packages are not
// installed: `node dist/scripts/metamask.js` installs them into a folder of their own and runs the same steps.
import assert from 'node:assert/strict'
import test from 'node:test'
import { controllerPackages, findPackages, packagesFolderVariable } from './packages.js'
import { walletSteps } from './scenario.js'
import { devMnemonic, startGateway } from './target.js'
import { createWallet } from './wallet.js'

const folder = findPackages(controllerPackages)
const skip = folder === undefined && `MetaMask's controllers are not installed (set ${packagesFolderVariable}, or run node dist/scripts/metamask.js)`

test('MetaMask adds lanes, sends, deploys and sees a revert', { skip, timeout: 120_000 }, async (t) => {
  assert.ok(folder)
  const target = await startGateway()
  t.after(() => target.stop())
  const wallet = await createWallet(folder, devMnemonic)
  t.after(() => wallet.destroy())
  for (const step of walletSteps(wallet, target.lanes)) {
    const passed = await t.test(step.name, async (step_) => step_.diagnostic(await step.run())).then(() => true, () => false)
    assert.ok(passed, `${step.name}: the steps after it need it`)
  }
})
