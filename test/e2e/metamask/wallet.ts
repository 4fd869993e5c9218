// Owns: one MetaMask wallet in Node: its controllers wired to each other as the extension wires them, approvals accepted at once.
// Does not own: the controllers (packages.ts loads them), lanes, or what the wallet is asked to do (scenario.ts, dapp-provider.ts).
import {
  loadControllers,
  type Controllers,
  type Eip1193,
  type GasFeeController,
  type GasFeeEstimates,
  type Hex,
  type KeyringController,
  type Messenger,
  type NetworkController,
  type TransactionController,
  type TransactionMeta,
} from './packages.js'
import { createRecorder, type Exchange } from './recorder.js'

export type Lane = { chainId: Hex; name: string; rpcUrl: string }
export type TransactionRequest = { to?: Hex; value?: Hex; data?: Hex; [field: string]: unknown }

/** `added` is what the user is asked to sign, `published` the hash, `finished` the transaction once confirmed, failed or dropped. */
export type Sent = { added: TransactionMeta; published: Promise<string>; finished: Promise<TransactionMeta> }

export type Wallet = {
  account: Hex
  exchanges: Exchange[]
  addLane(lane: Lane): string
  switchLane(networkClientId: string): Promise<{ status: string; eip1559: boolean | undefined }>
  selectedLane(): { networkClientId: string; chainId: Hex; provider: Eip1193 }
  gasFees(networkClientId: string): Promise<GasFeeEstimates>
  send(networkClientId: string, request: TransactionRequest, origin: string): Promise<Sent>
  destroy(): Promise<void>
}

// MetaMask's shipped pace is a poll each 20 s (blocks) and 3 s (receipts); it is configuration there, as it is here.
const blockPollMs = 500
const receiptPollMs = 250
const receiptPollsMax = 1_000

const endEvents = ['Confirmed', 'Failed', 'Dropped'].map((end) => `TransactionController:transaction${end}`)

export async function createWallet(packagesFolder: string, mnemonic: string): Promise<Wallet> {
  const controllers = loadControllers(packagesFolder)
  const recorder = createRecorder()
  const root = new controllers.Messenger({ namespace: controllers.MOCK_ANY_NAMESPACE })
  const wiring: Wiring = { controllers, root, child: childMessenger(controllers, root) }
  registerServices(root)
  const network = createNetwork(wiring, recorder.fetch)
  const { keyring, account } = await restoreKeyring(wiring, mnemonic)
  registerAccount(root, account)
  createApprovals(wiring)
  const fees = createFees(wiring, network)
  const transactions = createTransactions(wiring, { network, fees, keyring, account })
  const untilEnd = watchEnds(root)

  return {
    account,
    exchanges: recorder.exchanges,
    addLane: (lane) => addLane(network, lane),
    async switchLane(networkClientId) {
      await network.setActiveNetwork(networkClientId)
      const metadata = network.state.networksMetadata[networkClientId]
      return { status: metadata?.status ?? 'unknown', eip1559: metadata?.EIPS[1559] }
    },
    selectedLane() {
      const networkClientId = network.state.selectedNetworkClientId
      const client = network.getNetworkClientById(networkClientId)
      return { networkClientId, chainId: client.configuration.chainId, provider: client.provider }
    },
    gasFees: (networkClientId) => fees.fetchGasFeeEstimates({ networkClientId }),
    async send(networkClientId, request, origin) {
      const { result, transactionMeta } = await transactions.addTransaction({ from: account, ...request }, { networkClientId, origin })
      // A publish that fails also ends in the event; without this, it would be an unhandled rejection for callers that only await the event.
      result.catch(() => undefined)
      return { published: result, finished: untilEnd(transactionMeta.id), added: transactionMeta }
    },
    async destroy() {
      transactions.destroy()
      fees.destroy()
      await network.destroy()
    },
  }
}

type Wiring = { controllers: Controllers; root: Messenger; child: ReturnType<typeof childMessenger> }

function createNetwork({ controllers, child }: Wiring, recordingFetch: typeof fetch): NetworkController {
  const network = new controllers.NetworkController({
    messenger: child('NetworkController', ['ErrorReportingService:captureException']),
    infuraProjectId: '0'.repeat(32),
    getRpcServiceOptions: () => ({ fetch: recordingFetch, btoa }),
    getBlockTrackerOptions: () => ({ pollingInterval: blockPollMs, keepEventLoopActive: false }),
  })
  network.initializeProvider({ lookupNetwork: false })
  return network
}

async function restoreKeyring({ controllers, child }: Wiring, mnemonic: string): Promise<{ keyring: KeyringController; account: Hex }> {
  const keyring = new controllers.KeyringController({ messenger: child('KeyringController') })
  await keyring.createNewVaultAndRestore('wallet check', Buffer.from(mnemonic))
  const account = keyring.state.keyrings[0]?.accounts[0]
  if (account === undefined) throw new Error('the keyring restored no account')
  return { keyring, account }
}

/** The user who always says yes: the request is in the state as soon as the popup would open. */
function createApprovals({ controllers, child }: Wiring): void {
  const approvals = new controllers.ApprovalController({
    messenger: child('ApprovalController'),
    showApprovalRequest: () => Object.keys(approvals.state.pendingApprovals).forEach((id) => void approvals.accept(id)),
    typesExcludedFromRateLimiting: ['transaction'],
  })
}

function createFees({ controllers, child }: Wiring, network: NetworkController): GasFeeController {
  const fees = new controllers.GasFeeController({
    messenger: child('GasFeeController', networkActions, ['NetworkController:networkDidChange']),
    getCurrentNetworkEIP1559Compatibility: () => isEip1559(network),
    getCurrentNetworkLegacyGasAPICompatibility: () => false,
    getProvider: () => network.getProviderAndBlockTracker().provider,
    EIP1559APIEndpoint: 'http://127.0.0.1/networks/<chain_id>',
  })
  // MetaMask's gas service knows nothing about these chains; without it, the wallet asks the lane itself.
  fees.disableNonRPCGasFeeApis()
  return fees
}

type Parts = { network: NetworkController; fees: GasFeeController; keyring: KeyringController; account: Hex }

function createTransactions({ controllers, child }: Wiring, { network, fees, keyring, account }: Parts): TransactionController {
  return new controllers.TransactionController({
    messenger: child('TransactionController', transactionActions, ['NetworkController:stateChange']),
    disableHistory: true,
    disableSendFlowHistory: true,
    disableSwaps: true,
    getCurrentNetworkEIP1559Compatibility: () => isEip1559(network),
    getGasFeeEstimates: (options: { networkClientId: string }) => fees.fetchGasFeeEstimates(options),
    getNetworkClientRegistry: () => network.getNetworkClientRegistry(),
    getNetworkState: () => network.state,
    getPermittedAccounts: () => Promise.resolve([account]),
    incomingTransactions: { isEnabled: () => false },
    // Both ask services of MetaMask on the internet, not the lane.
    isFirstTimeInteractionEnabled: () => false,
    isSimulationEnabled: () => false,
    pendingTransactions: { isResubmitEnabled: () => false },
    sign: (transaction: object, from: string) => keyring.signTransaction(transaction, from),
    hooks: {},
  })
}

async function isEip1559(network: NetworkController): Promise<boolean> {
  return (await network.getEIP1559Compatibility()) ?? false
}

const networkActions = ['getState', 'getNetworkClientById', 'getEIP1559Compatibility'].map((name) => `NetworkController:${name}`)
const transactionActions = [
  'AccountsController:getSelectedAccount',
  'AccountsController:getState',
  'ApprovalController:addRequest',
  'KeyringController:signEip7702Authorization',
  'NetworkController:findNetworkClientIdByChainId',
  'NetworkController:getNetworkClientById',
  'RemoteFeatureFlagController:getState',
]

function addLane(network: NetworkController, lane: Lane): string {
  const added = network.addNetwork({
    chainId: lane.chainId,
    name: lane.name,
    nativeCurrency: 'ETH',
    blockExplorerUrls: [],
    defaultRpcEndpointIndex: 0,
    rpcEndpoints: [{ type: 'custom', name: lane.name, url: lane.rpcUrl }],
  })
  const endpoint = added.rpcEndpoints[0]
  if (endpoint === undefined) throw new Error(`no RPC endpoint was added for ${lane.name}`)
  return endpoint.networkClientId
}

function childMessenger(controllers: Controllers, root: Messenger) {
  return (namespace: string, actions: string[] = [], events: string[] = []): Messenger => {
    const messenger = new controllers.Messenger({ namespace, parent: root })
    root.delegate({ messenger, actions, events })
    return messenger
  }
}

/** Parts of the extension that the controllers ask and that are beside the point here. */
function registerServices(root: Messenger): void {
  const flags = { confirmations_transactions: { acceleratedPolling: { defaultCountMax: receiptPollsMax, defaultIntervalMs: receiptPollMs } } }
  root.registerActionHandler('ErrorReportingService:captureException', (error: Error) => {
    throw error
  })
  root.registerActionHandler('RemoteFeatureFlagController:getState', () => ({ remoteFeatureFlags: flags, cacheTimestamp: 0 }))
}

function registerAccount(root: Messenger, address: Hex): void {
  const account = {
    id: 'account-0',
    address,
    type: 'eip155:eoa',
    scopes: ['eip155:0'],
    methods: [],
    options: {},
    metadata: { name: 'Account 1', importTime: 0, keyring: { type: 'HD Key Tree' } },
  }
  root.registerActionHandler('AccountsController:getSelectedAccount', () => account)
  root.registerActionHandler('AccountsController:getState', () => ({
    internalAccounts: { accounts: { [account.id]: account }, selectedAccount: account.id },
  }))
}

/** Notes the end of every transaction from the start, so that one which ends before anybody asks is not missed. */
function watchEnds(root: Messenger): (id: string) => Promise<TransactionMeta> {
  const ended = new Map<string, TransactionMeta>()
  const waiting = new Map<string, (meta: TransactionMeta) => void>()
  const onEnd = (payload: TransactionMeta | { transactionMeta: TransactionMeta }): void => {
    const meta = 'transactionMeta' in payload ? payload.transactionMeta : payload
    ended.set(meta.id, meta)
    waiting.get(meta.id)?.(meta)
  }
  for (const event of endEvents) root.subscribe(event, onEnd)
  return (id) =>
    new Promise((resolve) => {
      const meta = ended.get(id)
      if (meta === undefined) waiting.set(id, resolve)
      else resolve(meta)
    })
}
