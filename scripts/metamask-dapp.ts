// Owns: the command that uses MetaMask's test dapp in Chromium through MetaMask's controllers, on one lane: connect, deploy, transfer, fail.
// Does not own: the page (test/e2e/metamask/dapp-page.ts). Run: `node dist/scripts/metamask-dapp.js [--anvil | --url URL]
// [--screenshot FILE]`; Chromium comes from the system (test/e2e/chromium.ts).
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDapp, type DappPage } from '../test/e2e/metamask/dapp-page.js'
import { controllerPackages, dappPackages, preparePackages, type TransactionMeta } from '../test/e2e/metamask/packages.js'
import { summarize } from '../test/e2e/metamask/recorder.js'
import { devMnemonic, startTarget } from '../test/e2e/metamask/target.js'
import { createWallet, type Lane, type Wallet } from '../test/e2e/metamask/wallet.js'

const { values } = parseArgs({
  options: {
    anvil: { type: 'boolean' },
    url: { type: 'string' },
    screenshot: { type: 'string', default: join(tmpdir(), 'metamask-dapp.png') },
  },
})
const packages = { ...controllerPackages, ...dappPackages }

// The gas fee poller of transaction-controller 61.2.0 keeps a timer for ever when its transaction is approved while it polls, and it
// cannot be stopped from outside: everything else is closed by now, so the process ends itself.
process.exit(await main())

async function main(): Promise<number> {
  const folder = await preparePackages(packages)
  const target = await startTarget(values)
  const wallet = await createWallet(folder, devMnemonic)
  let page: DappPage | undefined
  try {
    const lane = target.lanes[0]
    await wallet.switchLane(wallet.addLane(lane))
    page = await openDapp({ folder, wallet })
    await useDapp(page, wallet, lane)
    return 0
  } catch (error) {
    console.error(error)
    return 1
  } finally {
    await page?.screenshot(values.screenshot)
    console.log(`screenshot ${values.screenshot}`)
    console.log(
      summarize(wallet.exchanges)
        .map((line) => `  ${line}`)
        .join('\n'),
    )
    await page?.close()
    await wallet.destroy()
    await target.stop()
  }
}

/** Every step is judged twice: by the text that the page shows, and by how the wallet's transaction ended. */
async function useDapp(page: DappPage, wallet: Wallet, lane: Lane): Promise<void> {
  await page.enabled('connectButton')
  await page.click('connectButton')
  assert.equal((await page.text('accounts', /0x/)).toLowerCase(), wallet.account.toLowerCase())
  assert.equal(await page.text('chainId', /0x/), lane.chainId)
  assert.equal(await page.text('network', /\d/), String(Number(lane.chainId)))
  console.log(`ok connected to ${lane.name} as ${wallet.account}`)

  await clickAndCheck(page, { button: 'deployButton', status: ['contractStatus', /^Deployed$/] })
  await clickAndCheck(page, { button: 'depositButton', status: ['contractStatus', /^Deposit completed$/] })
  await clickAndCheck(page, { button: 'withdrawButton', status: ['contractStatus', /^Withdrawn$/] })
  const legacy = await clickAndCheck(page, { button: 'sendButton' })
  assert.equal(legacy.txParams.type, '0x0')
  const feeMarket = await clickAndCheck(page, { button: 'sendEIP1559Button' })
  assert.equal(feeMarket.txParams.type, '0x2')
  await clickAndCheck(page, { button: 'sendEIP1559WithoutGasButton' })
  await clickAndCheck(page, { button: 'createToken', status: ['erc20TokenAddresses', /0x[0-9a-fA-F]{40}/] })
  const transfer = await clickAndCheck(page, { button: 'transferTokens' })
  assert.ok(transfer.txReceipt?.logs?.length === 1, 'the token emitted Transfer')
  await clickAndCheck(page, { button: 'deployFailingButton', status: ['failingContractStatus', /^Deployed$/] })
  await clickAndCheck(page, { button: 'sendFailingButton', status: ['failingContractStatus', /completed as expected/], end: 'failed' })
  // The page's WalletConnect part complains that its relay on the internet is not reached, as it must not be.
  const errors = page.errors.map((error) => error.message).filter((message) => !message.includes('relay.walletconnect.org'))
  assert.deepEqual(errors, [])
}

type Click = { button: string; status?: [id: string, text: RegExp]; end?: string }

async function clickAndCheck(page: DappPage, { button, status, end = 'confirmed' }: Click): Promise<TransactionMeta> {
  await page.enabled(button)
  const transaction = page.dapp.nextTransaction()
  await page.click(button)
  const text = status === undefined ? '' : `, the page says "${await page.text(...status)}"`
  const meta = await transaction
  assert.equal(meta.status, end, `${button}: ${meta.error?.message}`)
  console.log(`ok ${button}: ${meta.hash} ${meta.status}${text}`)
  return meta
}
