// Owns: `paralane verify`: proves Hyper Blocks, and an account of a lane in them, by what a server tells that is not trusted.
// Does not own: what proves what (hyper/light-client.ts).
// Called by: program.ts.

import { readFile } from 'node:fs/promises'
import { AppError } from '../errors.js'
import { bytesOfHex, hexOf } from '../codec/hex.js'
import { askOverHttp, NotProven, proveAccount, proveLaneBlock, proveNewestBlock, reachByAll, reachNewest, trustGenesis, trustHash } from '../hyper/light-client.js' // prettier-ignore
import type { AccountAnswer, Anchor, Ask, ProvenLaneBlock } from '../hyper/light-client.js'

export type VerifyOptions = {
  rpc: string
  genesis?: string
  trustedHash?: string
  lane?: string
  block?: string
  account?: string
  slot?: string[]
  all?: boolean
  replay?: boolean
  work?: string
}

type Wanted = { chainId: number; number: bigint | null; address: Uint8Array | null; slots: Uint8Array[] }

/** Prints what was proven, or on stderr what was not; answers the exit code. */
export async function verify(options: VerifyOptions): Promise<number> {
  if (options.replay === true) return replayed(options)
  const ask = asking(options.rpc)
  const document = options.genesis === undefined ? null : await readDocument(options.genesis)
  const wanted = wantedOf(options, document)
  try {
    const trusted = await trustedOf(options, document, ask)
    tell(`trusted: ${trusted.number === 0n ? 'genesis' : `Hyper Block ${trusted.number}`} ${hexOf(trusted.hash)}, ${whoSeals(trusted)}`)
    const newest = options.all === true ? await reachByAll(ask, trusted) : await reachNewest(ask, trusted)
    tellSealed(newest)
    if (wanted !== null) await proveWanted(ask, { trusted, newest }, wanted)
    return 0
  } catch (error) {
    if (!(error instanceof NotProven)) throw error
    process.stderr.write(`not proven: ${error.message}\n`)
    return 1
  }
}

/** Loaded when it is asked for: it brings the engine with it. */
async function replayed(options: VerifyOptions): Promise<number> {
  const { verifyByReplay } = await import('./verify-replay.js')
  try {
    return await verifyByReplay(options)
  } catch (error) {
    if (!(error instanceof NotProven)) throw error
    process.stderr.write(`not proven: ${error.message}\n`)
    return 1
  }
}

async function proveWanted(ask: Ask, { trusted, newest }: { trusted: Anchor; newest: Anchor }, wanted: Wanted): Promise<void> {
  const { chainId, number, address, slots } = wanted
  const { anchor, block } = number === null ? await proveNewestBlock(ask, newest, chainId) : await proveLaneBlock(ask, trusted, { chainId, number })
  if (anchor.number !== newest.number) tellSealed(anchor)
  tell(`proven: block ${block.number} of lane ${chainId} ${hexOf(block.hash)}, state root ${hexOf(block.stateRoot)}, in Hyper Block ${anchor.number}`)
  if (address !== null) tellAccount(block, address, await proveAccount(ask, block, { address, slots }))
}

function tellAccount({ chainId, number }: ProvenLaneBlock, address: Uint8Array, { account, slots }: AccountAnswer): void {
  const where = `account ${hexOf(address)} at block ${number} of lane ${chainId}`
  if (account === null) return tell(`proven: there is no ${where}`)
  tell(`proven: ${where}: balance ${account.balance} wei, nonce ${account.nonce}, code hash ${hexOf(account.codeHash)}`)
  for (const { slot, value } of slots) tell(`proven: slot ${hexOf(slot)} is 0x${value.toString(16)}`)
}

function tellSealed(anchor: Anchor): void {
  if (anchor.header === null) return tell('no Hyper Block is sealed yet')
  const sealed = new Date(Number(anchor.header.timestampMs)).toISOString()
  tell(`proven: Hyper Block ${anchor.number} ${hexOf(anchor.hash)}, sealed ${sealed}; next: ${whoSeals(anchor)}`)
}

function whoSeals({ set }: Anchor): string {
  const weight = set.reduce((sum, member) => sum + member.weight, 0n)
  return `${set.length} ${set.length === 1 ? 'Buddy' : 'Buddies'} of weight ${weight}`
}

async function trustedOf({ trustedHash }: VerifyOptions, document: unknown, ask: Ask): Promise<Anchor> {
  if ((document === null) === (trustedHash === undefined)) {
    throw new AppError('config-invalid', 'say what is trusted: either --genesis <file> or --trusted-hash <hash of a Hyper Block>')
  }
  return trustedHash === undefined ? trustGenesis(document) : trustHash(ask, bytesOption('--trusted-hash', trustedHash, 32))
}

function wantedOf({ lane, block, account, slot }: VerifyOptions, document: unknown): Wanted | null {
  if (lane === undefined) {
    if (block !== undefined || account !== undefined || slot !== undefined) throw new AppError('config-invalid', '--lane: of which lane?')
    return null
  }
  if (slot !== undefined && account === undefined) throw new AppError('config-invalid', '--account: of which account is the slot?')
  const chainId = /^[0-9]{1,15}$/.test(lane) ? Number(lane) : laneByName(lane, document)
  if (block !== undefined && !/^[0-9]{1,18}$/.test(block)) throw new AppError('config-invalid', `--block: ${block} is not a number`)
  return {
    chainId,
    number: block === undefined ? null : BigInt(block),
    address: account === undefined ? null : bytesOption('--account', account, 20),
    slots: (slot ?? []).map((text) => bytesOption('--slot', text, 32)),
  }
}

/** Only the genesis file is believed about names; lanes that came later go by their number. */
function laneByName(name: string, document: unknown): number {
  const lanes = (document as { lanes?: { name?: unknown; chainId?: unknown }[] } | null)?.lanes ?? []
  const found = Array.isArray(lanes) ? lanes.find((lane) => lane.name === name) : undefined
  if (typeof found?.chainId !== 'number')
    throw new AppError('unknown-lane', `--lane: the genesis file names no lane ${name}; a chain id is understood too`)
  return found.chainId
}

function bytesOption(flag: string, text: string, length: number): Uint8Array {
  const bytes = bytesOfHex(text)
  if (bytes?.length !== length) throw new AppError('config-invalid', `${flag}: ${text} is not ${length} bytes in hex, beginning with 0x`)
  return bytes
}

async function readDocument(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new AppError('config-invalid', `--genesis: cannot read ${path}: ${error.message}`)
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('config-invalid', `--genesis: ${path} is not JSON: ${(error as Error).message}`)
  }
}

function asking(url: string): Ask {
  if (!/^https?:\/\//.test(url)) throw new AppError('config-invalid', `--rpc: ${url} is not an http or https URL`)
  const ask = askOverHttp(url)
  return async (question) => {
    try {
      return await ask(question)
    } catch (error) {
      const { message, cause } = error as Error
      throw new NotProven(`no answer from ${url}: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`)
    }
  }
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
