// Owns: a page that verifies an account by the exported library as a browser loads it: no bundler, an import map for the two packages of noble.
// Does not own: the browser (scripts/verify-in-browser.ts).
// Called by: that script.

import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import { root } from './root.js'

export type Wish = { rpc: string; genesis: unknown; chainId: number; address: string }
export type VerifyPage = {
  url: string
  /** What the page found out; rejects with what it threw. */
  result: Promise<{ hyperNumber: string; blockNumber: string; balance: string; agent: string }>
  close(): Promise<void>
}

/** What a page of this kind may load. */
const served = /^\/(dist\/src\/|node_modules\/@noble\/(hashes|curves)\/).*\.js$/

export async function serveVerifyPage(wish: Wish): Promise<VerifyPage> {
  let settle: { resolve: (value: Awaited<VerifyPage['result']>) => void; reject: (error: Error) => void } | undefined
  const result = new Promise<Awaited<VerifyPage['result']>>((resolve, reject) => (settle = { resolve, reject }))
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://page').pathname)
    if (path === '/') return void response.setHeader('content-type', 'text/html').end(page(wish))
    if (path === '/result') {
      return void text(request).then((body) => {
        response.end()
        const told = JSON.parse(body) as { error?: string }
        if (told.error === undefined) settle?.resolve(told as Awaited<VerifyPage['result']>)
        else settle?.reject(new Error(`the page: ${told.error}`))
      })
    }
    sendFile(response, path)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    result,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function sendFile(response: ServerResponse, path: string): void {
  const file = join(root, path)
  if (!served.test(path) || !existsSync(file)) return void response.writeHead(404).end()
  response.setHeader('content-type', 'text/javascript')
  createReadStream(file).pipe(response)
}

function page(wish: Wish): string {
  const imports = {
    'paralane/verify': '/dist/src/hyper/light-client.js',
    '@noble/hashes/': '/node_modules/@noble/hashes/',
    '@noble/curves/': '/node_modules/@noble/curves/',
  }
  return `<!doctype html>
<title>verify</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  const tell = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) })
  try {
    const { askOverHttp, bytesOfHex, proveAccount, proveNewestBlock, trustGenesis } = await import('paralane/verify')
    const wish = ${JSON.stringify(wish)}
    const ask = askOverHttp(wish.rpc)
    const { anchor, block } = await proveNewestBlock(ask, trustGenesis(wish.genesis), wish.chainId)
    const { account } = await proveAccount(ask, block, { address: bytesOfHex(wish.address) })
    const balance = account === null ? '0' : String(account.balance)
    await tell({ hyperNumber: String(anchor.number), blockNumber: String(block.number), balance, agent: navigator.userAgent })
  } catch (error) {
    await tell({ error: String(error) })
  }
</script>
`
}
