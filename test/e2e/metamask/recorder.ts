// Owns: the record of every JSON-RPC exchange that the wallet makes, and what is looked for in it.
// Does not own: the requests themselves, which MetaMask's controllers compose. Called by wallet.ts and the scenarios.

export type Exchange = { url: string; method: string; params: unknown; result?: unknown; error?: { code: number; message: string; data?: unknown } }

export type Recorder = { exchanges: Exchange[]; fetch: typeof fetch }

/** A `fetch` that notes each exchange in the order of the answers. */
export function createRecorder(): Recorder {
  const exchanges: Exchange[] = []
  const recordingFetch: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const request = JSON.parse(String(init?.body)) as { method: string; params: unknown }
    const response = await fetch(input, init)
    const answer = (await response.clone().json()) as Pick<Exchange, 'result' | 'error'>
    exchanges.push({ url, method: request.method, params: request.params, ...answer })
    return response
  }
  return { exchanges, fetch: recordingFetch }
}

/** One line per method: how often it was called, and the distinct errors it gave. */
export function summarize(exchanges: Exchange[]): string[] {
  const byMethod = new Map<string, Exchange[]>()
  for (const exchange of exchanges) byMethod.set(exchange.method, [...(byMethod.get(exchange.method) ?? []), exchange])
  return [...byMethod].map(([method, calls]) => {
    const errors = new Set(calls.flatMap(({ error }) => (error ? [`${error.code} ${error.message}`] : [])))
    return `${method} x${calls.length}${errors.size > 0 ? ` errors: ${[...errors].join(' | ')}` : ''}`
  })
}

const blockFields = [
  'baseFeePerGas',
  'difficulty',
  'extraData',
  'gasLimit',
  'gasUsed',
  'hash',
  'logsBloom',
  'miner',
  'mixHash',
  'nonce',
  'number',
  'parentHash',
  'receiptsRoot',
  'sha3Uncles',
  'size',
  'stateRoot',
  'timestamp',
  'transactions',
  'transactionsRoot',
  'uncles',
]
const receiptFields = [
  'blockHash',
  'blockNumber',
  'contractAddress',
  'cumulativeGasUsed',
  'effectiveGasPrice',
  'from',
  'gasUsed',
  'logs',
  'logsBloom',
  'status',
  'to',
  'transactionHash',
  'transactionIndex',
  'type',
]
const expectedFields: Readonly<Record<string, readonly string[]>> = {
  eth_getBlockByNumber: blockFields,
  eth_getBlockByHash: blockFields,
  eth_getTransactionReceipt: receiptFields,
}

/** Fields of blocks and receipts that a wallet may rely on and that an answer lacked: `method.field`. */
export function missingFields(exchanges: Exchange[]): string[] {
  const missing = exchanges.flatMap(({ method, result }) => {
    if (typeof result !== 'object' || result === null) return []
    return (expectedFields[method] ?? []).filter((field) => !(field in result)).map((field) => `${method}.${field}`)
  })
  return [...new Set(missing)]
}

/** Header fields that are equal in two blocks of one lane although they must differ: hard-coded ones (metamask-extension #22808). */
export function repeatedBlockFields(exchanges: Exchange[]): string[] {
  const lanes = new Map<string, Map<string, Block>>()
  for (const { url, method, result } of exchanges) {
    if (!method.startsWith('eth_getBlockBy') || typeof result !== 'object' || result === null) continue
    const block = result as Block
    lanes.set(url, (lanes.get(url) ?? new Map<string, Block>()).set(block.number, block))
  }
  return [...lanes].flatMap(([url, byNumber]) => {
    const blocks = [...byNumber.values()]
    // A block without transactions may leave the state as it was.
    const used = blocks.filter(({ gasUsed }) => gasUsed !== '0x0')
    return [
      ...(isDistinct(blocks.map(({ hash }) => hash)) ? [] : [`${url} hash`]),
      ...(isDistinct(blocks.map(({ parentHash }) => parentHash)) ? [] : [`${url} parentHash`]),
      ...(isDistinct(used.map(({ stateRoot }) => stateRoot)) ? [] : [`${url} stateRoot`]),
    ]
  })
}

type Block = Readonly<Record<'number' | 'hash' | 'parentHash' | 'stateRoot' | 'gasUsed', string>>

function isDistinct(values: string[]): boolean {
  return new Set(values).size === values.length
}
