// Owns: the compiled contracts of hardhat-fixtures/contracts/crosslane, and what a dApp must know of the portal.
// Does not own: deploying them; each test does that with its own tool. Called by: the cross-lane tests, scripts/bench/sessions.ts.

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseAbi, type Abi, type Address, type Hex } from 'viem'
import { hardhatFixtures, nodeModules, root } from '../root.js'

export type Compiled = { abi: Abi; bytecode: Hex }
export type ContractName = 'Counter' | 'CounterUser' | 'FlashArbitrage' | 'FlashLender' | 'LaneToken' | 'Pair' | 'RemoteSwap'

export const portal: Address = '0x5041524100000000000000000000000000000001'

export const portalAbi = parseAbi([
  'function createCrossChainProxy(address original, uint256 chainId) returns (address)',
  'function computeCrossChainProxyAddress(address original, uint256 chainId) view returns (address)',
])

type Output = {
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
}

/** Imports are found as Hardhat and Foundry find them: this package under its own name, everything else in node_modules. */
export function compileCrossLane(): Record<ContractName, Compiled> {
  const solc = createRequire(import.meta.url)('solc') as {
    compile(input: string, callbacks: { import(path: string): { contents: string } }): string
  }
  const folder = `${hardhatFixtures}/contracts/crosslane`
  const sources = Object.fromEntries(readdirSync(folder).map((name) => [name, { content: readFileSync(`${folder}/${name}`, 'utf8') }]))
  const settings = {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
  }
  const read = (path: string) => ({
    contents: readFileSync(path.startsWith('paralane/') ? `${root}${path.slice('paralane/'.length)}` : `${nodeModules}/${path}`, 'utf8'),
  })
  const { errors = [], contracts = {} } = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }), { import: read }),
  ) as Output
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  const found = Object.entries(contracts).flatMap(([file, inFile]) =>
    Object.entries(inFile).map(([name, { abi, evm }]) => [file, name, { abi, bytecode: `0x${evm.bytecode.object}` }] as const),
  )
  return Object.fromEntries(found.filter(([file, name]) => file === `${name}.sol`).map(([, name, compiled]) => [name, compiled])) as Record<
    ContractName,
    Compiled
  >
}
