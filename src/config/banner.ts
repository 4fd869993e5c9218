// Owns: the text that a start prints for people, in the form that users of anvil and supersim know.
// Does not own: printing it, or the log (process/log.ts).
// Called by: commands/start.ts.

import { getAddress } from 'viem'
import type { LaneSpec, Production } from '../evm-lane/lane-spec.js'
import { toHex, type Hash32 } from '../primitives.js'
import type { DevMode, Settings } from './resolve.js'

/** What is known of the network once it runs. */
export type NetworkInfo = { genesisHash: Hash32; trust: string }

/** The last line is `Listening on <url>`: scripts wait for it. */
export function banner(version: string, settings: Settings, { url, network }: { url: string; network: NetworkInfo }): string {
  const parts = [`Paralane ${version}`]
  if (settings.dev !== null) parts.push(accountsText(settings.dev))
  const { periodMs, heartbeatMs } = settings.sealing
  const rhythm = `every ${periodMs} ms while something happens, ${heartbeatMs === 0 ? 'else none' : `else every ${heartbeatMs} ms`}`
  parts.push(
    lanesText(settings.lanes, url),
    `Hyper Blocks: ${rhythm}\nHyper genesis: ${toHex(network.genesisHash)}\n${network.trust}`,
    `Data folder: ${settings.dataDir}`,
    listeningLine(url),
  )
  return `${parts.join('\n\n')}\n`
}

function listeningLine(url: string): string {
  return `Listening on ${url}`
}

function accountsText({ accounts, balance, mnemonic }: DevMode): string {
  const ether = `${balance / 10n ** 18n}${
    balance % 10n ** 18n === 0n
      ? ''
      : `.${String(balance % 10n ** 18n)
          .padStart(18, '0')
          .replace(/0+$/, '')}`
  }`
  const row = (i: number, text: string): string => `${`(${i})`.padStart(5)} ${text}`
  return [
    'Available accounts (each at genesis of each lane)',
    '=================================================',
    ...accounts.map(({ address }, i) => row(i, `${getAddress(toHex(address))} (${ether} ETH)`)),
    '',
    'Private keys',
    '============',
    'WARNING: these keys are publicly known. Whatever they receive on a real network is lost.',
    ...accounts.map(({ key }, i) => row(i, toHex(key))),
    '',
    `Mnemonic: ${mnemonic}`,
    "Derivation path: m/44'/60'/0'/0/",
  ].join('\n')
}

function lanesText(lanes: readonly LaneSpec[], url: string): string {
  const rows = lanes.map((lane) => [
    lane.name,
    String(lane.chainId),
    productionText(lane.production),
    `${url}/${lane.chainId}`,
    `${url.replace(/^http/, 'ws')}/${lane.chainId}`,
    lane.dir ?? 'memory',
  ])
  const titles = ['Lane', 'Chain id', 'Blocks', 'RPC', 'WebSocket', 'Folder']
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] as string).length)))
  return [titles, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function productionText(production: Production): string {
  switch (production.kind) {
    case 'instant':
      return 'instant'
    case 'interval':
      return `every ${production.blockTimeMs} ms`
    case 'none':
      return 'none (imported)'
  }
}
