// Owns: HyperSealVerifier.sol compiled and deployed on a lane, with the Buddies that hyper_getValidators tells, and asked by eth_call.
// Does not own: the gateway. Called by: the end-to-end tests of Seals for contracts.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createPublicClient, createWalletClient, decodeErrorResult, encodeDeployData, http } from 'viem'
import type { Abi, Hex } from 'viem'
import { root } from './root.js'
import { post, rpc } from './rpc.js'
import type { Json } from './rpc.js'
import { devAccount } from './token.js'

const contractFile = 'contracts/HyperSealVerifier.sol'

export type OnchainSeal = {
  number: Hex
  hash: Hex
  setHash: Hex
  genesisHash: Hex
  digest: Hex
  signatures: { key: Hex; address: Hex; signature: Hex }[]
}
export type Member = { account: Hex; weight: bigint }

export type SealVerifier = {
  isSealed(seal: OnchainSeal, more?: { number?: bigint; hash?: Hex; signatures?: readonly Hex[] }): Promise<boolean>
  digestOf(seal: OnchainSeal): Promise<Hex>
}

/** By rising address, as the contract wants them. */
export async function membersOf(url: string): Promise<Member[]> {
  const { validators } = await rpc(url, 'hyper_getValidators')
  const members: Member[] = validators.map(({ onchain, weight }: Json) => ({ account: onchain.address, weight: BigInt(weight) }))
  return members.sort((a, b) => (a.account < b.account ? -1 : 1))
}

export async function deployVerifier(laneUrl: string, seal: OnchainSeal, members: readonly Member[]): Promise<SealVerifier> {
  const { abi, bytecode } = compileVerifier()
  const transport = http(laneUrl)
  const reader = createPublicClient({ transport, pollingInterval: 50 })
  const wallet = createWalletClient({ transport, account: devAccount(0) })
  const hash = await wallet.deployContract({ abi, bytecode, args: [seal.genesisHash, seal.setHash, members], chain: null })
  const { contractAddress, status } = await reader.waitForTransactionReceipt({ hash })
  assert.equal(status, 'success')
  const call = (functionName: string, args: unknown[]) => reader.readContract({ address: contractAddress as Hex, abi, functionName, args })
  return {
    isSealed: async (of, { number = BigInt(of.number), hash: claimed = of.hash, signatures } = {}) =>
      (await call('isSealed', [number, claimed, signatures ?? of.signatures.map(({ signature }) => signature)])) as boolean,
    digestOf: async (of) => (await call('digestOf', [BigInt(of.number), of.hash])) as Hex,
  }
}

/** The name of the error with which the constructor reverts. */
export async function constructorError(laneUrl: string, seal: OnchainSeal, members: readonly Member[]): Promise<string> {
  const { abi, bytecode } = compileVerifier()
  const data = encodeDeployData({ abi, bytecode, args: [seal.genesisHash, seal.setHash, members] })
  const reply = await post(laneUrl, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ data }, 'latest'] }))
  return decodeErrorResult({ abi, data: reply.json().error.data }).errorName
}

function compileVerifier(): { abi: Abi; bytecode: Hex } {
  const { abi, evm } = compile(contractFile, readFileSync(`${root}${contractFile}`, 'utf8'), 'HyperSealVerifier')
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

/** The README's contract that asks the verifier. */
export function compileReadme(): { abi: Abi } {
  const blocks = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/^```solidity\n([^`]*)^```$/gm)].map(([, code]) => code ?? '')
  const example = blocks.find((code) => code.includes(contractFile))
  assert.ok(example !== undefined, 'the README shows how the verifier is asked')
  return compile('SealedOnly.sol', example, 'SealedOnly')
}

function compile(name: string, content: string, contract: string): { abi: Abi; evm: { bytecode: { object: string } } } {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string, callbacks: { import(path: string): { contents: string } }): string }
  const input = {
    language: 'Solidity',
    sources: { [name]: { content } },
    settings: { optimizer: { enabled: true, runs: 200 }, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const imported = (path: string) => ({ contents: readFileSync(path.replace(/^paralane\//, root), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: imported }))
  const compiled = output.contracts?.[name]?.[contract]
  assert.ok(compiled !== undefined, JSON.stringify(output.errors))
  return compiled
}
