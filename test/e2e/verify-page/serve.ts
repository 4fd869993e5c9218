// Owns: the web server of the page that proves a balance (index.html), with the packages where an installation would have them.
// Does not own: the browser (chromium.ts), the gateway that the page asks.
// Called by: verify-browser.test.ts.

import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { root } from '../root.js'

export type VerifyPage = { url: string; close(): Promise<void> }

/** Path in the page → file of this project. What none of them matches is not there: the library must load nothing else. */
const served: readonly [path: RegExp, file: string][] = [
  [/^\/$/, 'test/e2e/verify-page/index.html'],
  [/^\/node_modules\/paralane\/(dist\/src\/[\w/-]+\.js)$/, '$1'],
  [/^\/(node_modules\/@noble\/(?:hashes|curves)\/[\w/-]+\.js)$/, '$1'],
]

export async function serveVerifyPage(): Promise<VerifyPage> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    const [path, name] = served.find(([pattern]) => pattern.test(pathname)) ?? []
    if (path === undefined || name === undefined) return void response.writeHead(404).end()
    const file = createReadStream(`${root}${pathname.replace(path, name)}`)
    file.once('error', () => response.writeHead(404).end())
    file.once('open', () => response.setHeader('content-type', pathname === '/' ? 'text/html' : 'text/javascript'))
    file.pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
