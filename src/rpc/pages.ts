// Owns: the start page a browser gets at `/`: the lanes, how to reach them, and a button that adds one to a wallet.
// Does not own: its style (page-style.ts), its script (page-script.ts), or when it is sent (server.ts).
// Called by: server.ts.

import type { LaneClient } from '../evm-lane/client.js'
import type { Production } from '../evm-lane/lane-spec.js'
import { unreachable } from '../assert.js'
import { addEthereumChain, chainName, type BaseUrl } from './chains-json.js'
import type { SealingReader } from '../hyper/sealing-reader.js'
import type { LaneDirectory } from './method.js'
import { pageScript } from './page-script.js'
import { pageStyle } from './page-style.js'
import type { ServerSettings } from './settings.js'

export type PageInput = {
  lanes: LaneDirectory
  /** null where no Hyper Blocks are made. */
  sealing: SealingReader | null
  base: BaseUrl
  settings: ServerSettings
  clientVersion: string
  nonce: string
}

/** Nothing is loaded from elsewhere; style and script carry the answer's nonce. WebSockets are named because not every browser counts them as 'self'. */
export function pageHeaders(nonce: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self' ws: wss:; ` +
      "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    vary: 'accept',
  }
}

export function startPage(input: PageInput): string {
  const { lanes, base, clientVersion, nonce } = input
  const all = lanes.all()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Paralane</title>
<link rel="icon" href="/favicon.ico">
<style nonce="${nonce}">${pageStyle}</style>
</head>
<body>
<main>
<header>
<h1>Paralane</h1>
<p>${all.length === 1 ? '1 EVM chain' : `${all.length} EVM chains`} behind one endpoint, <code>${escapeHtml(base.http)}</code></p>
${sealingText(input)}
</header>
<section class="lanes">
${all.map((lane) => laneCard(lane, input)).join('\n')}
</section>
<footer>
<a href="/openrpc.json">Methods (OpenRPC)</a>
<a href="/chains.json">Chain list</a>
<a href="/metrics">Metrics</a>
<a href="/ready">Readiness</a>
<span>${escapeHtml(clientVersion)}</span>
</footer>
</main>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>
`
}

function sealingText({ sealing }: PageInput): string {
  if (sealing === null) return ''
  const buddies = sealing.validators().set.length
  return `<p class="sealed">Hyper Block <b>${numberText(sealing.height())}</b> sealed by ${buddies === 1 ? '1 Buddy' : `${buddies} Buddies`}</p>`
}

function laneCard(lane: LaneClient, { lanes, sealing, base, settings }: PageInput): string {
  const { chainId, name, production, gasLimit } = lane.spec
  const head = lane.head()
  const wsUrl = `${base.ws}/${chainId}`
  const limit = head?.header.gasLimit ?? gasLimit
  const isSealed = sealing?.lanes().some((sealed) => sealed.chainId === chainId) ?? false
  const final = isSealed ? `<small class="final">final <span>${numberText(head?.finalized ?? 0n)}</span></small>` : ''
  const note = lane === lanes.default() ? 'default lane, also at /' : `also at /${encodeURIComponent(name)}`
  return `<article class="lane" data-ws="${escapeHtml(wsUrl)}" data-chain="${escapeHtml(JSON.stringify(addEthereumChain(lane, base, settings)))}">
<div class="title">
<div><h2>${escapeHtml(chainName(lane))}</h2><small>${escapeHtml(note)}</small></div>
<div class="head"><b>${head === undefined ? '–' : numberText(head.header.number)}</b><small>${lane.state() === 'ready' ? 'head block' : lane.state()}</small>${final}</div>
</div>
<dl>
<div><dt>Chain id</dt><dd>${chainId}</dd></div>
<div><dt>Block time</dt><dd>${blockTime(production)}</dd></div>
<div><dt>Gas limit</dt><dd>${gasText(limit)}</dd></div>
</dl>
<div>
${[`${base.http}/${chainId}`, wsUrl].map((url) => `<div class="url"><code>${escapeHtml(url)}</code><button class="copy" type="button">Copy</button></div>`).join('\n')}
</div>
<button class="add" type="button">Add to wallet</button>
<p class="note" role="status"></p>
</article>`
}

function blockTime(production: Production): string {
  switch (production.kind) {
    case 'instant':
      return 'instant'
    case 'interval':
      return production.blockTimeMs < 1_000 ? `${production.blockTimeMs} ms` : `${production.blockTimeMs / 1_000} s`
    case 'none':
      return 'imported chain'
    default:
      return unreachable(production)
  }
}

function numberText(number: bigint): string {
  return number.toLocaleString('en')
}

function gasText(gas: bigint): string {
  return gas >= 1_000_000n ? `${(Number(gas) / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} M` : gas.toLocaleString('en')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Lane names come from configuration and the host from the caller. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => entities[c]!)
}

export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f766e"/><path d="M9 7v18M16 7v18M23 7v18M9 20l7-8 7 6" stroke="#fff" stroke-width="2.6" fill="none" stroke-linecap="round" stroke-linejoin="round"/></svg>`
