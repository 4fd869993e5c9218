// Owns: headless Chromium for tests and scripts: where it is, how it starts, that its pages reach this machine only.
// Does not own: the pages. Called by: verify-browser.test.ts, metamask/dapp-page.ts.

import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { waitMsMax } from './until.js'

/** Where Debian's package puts it. */
const file = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Its pages reach this machine only. Not by interception of requests: Playwright then answers the preflights of CORS itself.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

/** Chromium is no package of npm. CI must not pass without it. */
export const withoutChromium =
  existsSync(file) || process.env['CI'] !== undefined
    ? false
    : `no Chromium at ${file} (Debian: apt-get install chromium; CHROMIUM names another file)`

/** Each start has a profile of its own, which is gone with the browser. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: file, args: flags, timeout: waitMsMax })
}

export async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } })
  page.setDefaultTimeout(waitMsMax)
  return page
}
