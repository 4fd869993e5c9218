// Owns: @metamask/test-dapp in headless Chromium: its files behind a local HTTP server, a page whose provider leads to the wallet.
// Does not own: what is clicked on it (scripts/metamask-dapp.ts) or the provider (dapp-provider.ts).
import { createReadStream } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { extname, join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { openPage, startChromium } from '../chromium.js'
import { bridgeName, connectDapp, injectedScript, type Dapp } from './dapp-provider.js'
import type { Wallet } from './wallet.js'

export type DappPage = {
  dapp: Dapp
  /** What scripts of the page threw and nothing caught. */
  errors: Error[]
  click(id: string): Promise<void>
  /** Waits until the text of the element fits; gives the text. */
  text(id: string, pattern: RegExp): Promise<string>
  enabled(id: string): Promise<void>
  screenshot(path: string): Promise<void>
  close(): Promise<void>
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

export async function openDapp({ folder, wallet }: { folder: string; wallet: Wallet }): Promise<DappPage> {
  const server = await serveFiles(join(folder, 'node_modules/@metamask/test-dapp/dist'))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await startChromium()
  const page = await openPage(browser)
  const errors: Error[] = []
  page.on('pageerror', (error) => void errors.push(error))
  const dapp = connectDapp(wallet, origin)
  await page.exposeFunction(bridgeName, dapp.answer)
  await page.addInitScript(injectedScript)
  await page.goto(`${origin}/index.html`)

  const waitFor = (condition: string) => page.waitForFunction(condition)
  return {
    dapp,
    errors,
    click: (id) => page.click(`#${id}`),
    async text(id, pattern) {
      await waitFor(`${pattern}.test(document.getElementById('${id}')?.textContent ?? '')`)
      return (await page.textContent(`#${id}`)) ?? ''
    },
    async enabled(id) {
      await waitFor(`document.getElementById('${id}')?.disabled === false`)
    },
    async screenshot(path) {
      await page.screenshot({ path, fullPage: false })
    },
    async close() {
      await browser.close()
      server.close()
    },
  }
}

async function serveFiles(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const name = /^\/([\w.-]+)$/.exec(new URL(request.url ?? '/', 'http://127.0.0.1').pathname)?.[1]
    if (name === undefined) return void response.writeHead(404).end()
    const file = createReadStream(join(folder, name))
    file.once('error', () => response.writeHead(404).end())
    file.once('open', () => response.setHeader('content-type', contentTypes[extname(name)] ?? 'application/octet-stream'))
    file.pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
