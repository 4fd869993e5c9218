// Owns: the description of lanes for wallets and chain lists: the ethereum-lists shape and wallet_addEthereumChain's.
// Does not own: which lanes there are (LaneDirectory) or how they are shown to people (pages.ts).
// Called by: server.ts, pages.ts.

import type { LaneClient } from '../evm-lane/client.js'
import type { LaneDirectory } from './method.js'
import type { ServerSettings } from './settings.js'

/** Scheme and host under which the caller reached the gateway. */
export type BaseUrl = { http: string; ws: string }

export function baseUrl(secure: boolean, host: string): BaseUrl {
  return secure ? { http: `https://${host}`, ws: `wss://${host}` } : { http: `http://${host}`, ws: `ws://${host}` }
}

export function chainsJson(lanes: LaneDirectory, base: BaseUrl, settings: ServerSettings): unknown[] {
  const root = lanes.default()
  return lanes.all().map((lane) => {
    const { chainId } = lane.spec
    const explorer = explorerUrl(settings, chainId)
    return {
      name: chainName(lane),
      chain: 'Paralane',
      rpc: [`${base.http}/${chainId}`, `${base.ws}/${chainId}`],
      faucets: [],
      nativeCurrency: settings.nativeCurrency,
      features: [{ name: 'EIP155' }, ...(lane.head()?.header.baseFeePerGas === undefined ? [] : [{ name: 'EIP1559' }])],
      infoURL: base.http,
      shortName: `paralane-${lane.spec.name}`,
      chainId,
      networkId: chainId,
      slip44: 1,
      explorers: explorer === null ? [] : [{ name: 'explorer', url: explorer, standard: 'EIP3091' }],
      // The default lane stands for the network: the others are its shards.
      ...(lane === root ? {} : { parent: { type: 'shard', chain: `eip155-${root.spec.chainId}`, bridges: [] } }),
    }
  })
}

/** EIP-3085: MetaMask refuses any key beyond these. */
export type AddEthereumChain = {
  chainId: string
  chainName: string
  nativeCurrency: ServerSettings['nativeCurrency']
  rpcUrls: string[]
  blockExplorerUrls?: string[]
}

export function addEthereumChain(lane: LaneClient, base: BaseUrl, settings: ServerSettings): AddEthereumChain {
  const { chainId } = lane.spec
  const explorer = explorerUrl(settings, chainId)
  return {
    chainId: `0x${chainId.toString(16)}`,
    chainName: chainName(lane),
    nativeCurrency: settings.nativeCurrency,
    rpcUrls: [`${base.http}/${chainId}`],
    ...(explorer === null ? {} : { blockExplorerUrls: [explorer] }),
  }
}

export function chainName(lane: LaneClient): string {
  return `Paralane ${lane.spec.name}`
}

function explorerUrl(settings: ServerSettings, chainId: number): string | null {
  return settings.explorerUrl === null ? null : settings.explorerUrl.replaceAll('{chainId}', String(chainId))
}
