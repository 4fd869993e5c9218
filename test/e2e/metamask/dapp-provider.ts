// Owns: what a dapp in a browser sees of the wallet: an EIP-1193 provider announced by EIP-6963 and set as window.ethereum,
// and the wallet's answers to it in Node. Does not own: the wallet (wallet.ts) or the page (scripts/metamask-dapp.ts).
import { EventEmitter, once } from 'node:events'
import type { TransactionMeta } from './packages.js'
import type { Sent, TransactionRequest, Wallet } from './wallet.js'

export type ProviderRequest = { method: string; params?: unknown[] }
export type ProviderAnswer = { result: unknown } | { error: { code: number; message: string; data?: unknown } }

/** Name under which the page finds the wallet in Node. */
export const bridgeName = 'walletRequest'

export type Dapp = {
  /** The end of the next transaction that the page will ask for; ask before it does. */
  nextTransaction(): Promise<TransactionMeta>
  answer(request: ProviderRequest): Promise<ProviderAnswer>
}

/** One page's connection to the wallet: it sees no account until it has asked for them. */
export function connectDapp(wallet: Wallet, origin: string): Dapp {
  const sent = new EventEmitter()
  let accounts: string[] = []
  const dapp: Dapp = {
    async nextTransaction() {
      const [{ finished }] = (await once(sent, 'transaction')) as [Sent]
      return finished
    },
    async answer(request) {
      try {
        return { result: await answer(request.method, request.params ?? []) }
      } catch (error) {
        const { code = -32603, message, data } = error as { code?: number; message: string; data?: unknown }
        return { error: { code, message, data } }
      }
    },
  }

  /** As MetaMask does: accounts and transactions by the wallet, everything else by the selected lane. */
  async function answer(method: string, params: unknown[]): Promise<unknown> {
    const { networkClientId, chainId, provider } = wallet.selectedLane()
    switch (method) {
      case 'eth_requestAccounts':
        accounts = [wallet.account]
        return accounts
      case 'eth_accounts':
        return accounts
      case 'eth_chainId':
        return chainId
      case 'net_version':
        return String(Number(chainId))
      case 'eth_sendTransaction': {
        const { gasLimit, ...fields } = params[0] as TransactionRequest
        const transaction = await wallet.send(networkClientId, gasLimit === undefined ? fields : { ...fields, gas: gasLimit }, origin)
        sent.emit('transaction', transaction)
        return transaction.published
      }
      default:
        return provider.request({ method, params })
    }
  }
  return dapp
}

/** Runs in the page before its own scripts; it is sent there as text, so it uses nothing from this file. Written without types for that. */
export const injectedScript = `(() => {
  const listeners = new Map();
  const provider = {
    isMetaMask: true,
    isConnected: () => true,
    async request(request) {
      const answer = await window.${bridgeName}(request);
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
    on(event, listener) { listeners.set(event, [...(listeners.get(event) ?? []), listener]); return provider; },
    removeListener(event, listener) { listeners.set(event, (listeners.get(event) ?? []).filter((l) => l !== listener)); return provider; },
    removeAllListeners() { listeners.clear(); return provider; },
  };
  provider.addListener = provider.on;
  provider.off = provider.removeListener;
  window.ethereum = provider;
  const icon = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="orange"/></svg>';
  const info = Object.freeze({ uuid: '350670db-19fa-4704-a166-e52e178b59d2', name: 'MetaMask controllers', rdns: 'io.metamask', icon });
  const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
  window.addEventListener('eip6963:requestProvider', announce);
  announce();
})()`
