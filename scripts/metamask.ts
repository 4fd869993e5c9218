// Owns: the command that runs MetaMask's controllers against two lanes: installs them where they are not, runs the steps, prints
// the record. Does not own: the steps (test/e2e/metamask/scenario.ts). Run: `node dist/scripts/metamask.js [--anvil | --url URL] [--record FILE]`.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { controllerPackages, preparePackages } from '../test/e2e/metamask/packages.js'
import { summarize } from '../test/e2e/metamask/recorder.js'
import { walletSteps } from '../test/e2e/metamask/scenario.js'
import { devMnemonic, startTarget } from '../test/e2e/metamask/target.js'
import { createWallet } from '../test/e2e/metamask/wallet.js'

const { values } = parseArgs({ options: { anvil: { type: 'boolean' }, url: { type: 'string' }, record: { type: 'string' } } })

// The gas fee poller of transaction-controller 61.2.0 keeps a timer for ever when its transaction is approved while it polls, and it
// cannot be stopped from outside: everything else is closed by now, so the process ends itself.
process.exit(await main())

async function main(): Promise<number> {
  const folder = await preparePackages(controllerPackages)
  const target = await startTarget(values)
  const wallet = await createWallet(folder, devMnemonic)
  try {
    for (const step of walletSteps(wallet, target.lanes)) console.log(`ok ${step.name}: ${await step.run()}`)
    return 0
  } catch (error) {
    console.error(error)
    return 1
  } finally {
    console.log(
      summarize(wallet.exchanges)
        .map((line) => `  ${line}`)
        .join('\n'),
    )
    if (values.record !== undefined) await writeFile(values.record, JSON.stringify(wallet.exchanges, null, 1))
    await wallet.destroy()
    await target.stop()
  }
}
