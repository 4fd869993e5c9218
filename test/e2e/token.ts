// Owns: the compiled ERC-20 of hardhat-fixtures (OpenZeppelin from npm, unmodified) and the dev accounts.
// Does not own: deploying it; each test does that with its own tool. Called by: the client tests.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Abi, Hex } from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { hardhatFixtures, nodeModules } from './root.js'

export type CompiledToken = { abi: Abi; bytecode: Hex }

export const mnemonic = 'test test test test test test test test test test test junk'

/** What the tests mint; also large enough to notice a value squeezed through a double. */
export const supply = 1_000_000_000_000_000_000_000_001n

export function devAccount(index: number): HDAccount {
  return mnemonicToAccount(mnemonic, { addressIndex: index })
}

export function devKey(index: number): Hex {
  const key = devAccount(index).getHdKey().privateKey
  if (key === null) throw new Error('a mnemonic account has a private key')
  return `0x${Buffer.from(key).toString('hex')}`
}

export function compileToken(): CompiledToken {
  const solc = createRequire(import.meta.url)('solc') as {
    compile(input: string, callbacks: { import(path: string): { contents: string } }): string
  }
  const input = {
    language: 'Solidity',
    sources: { 'Token.sol': { content: readFileSync(`${hardhatFixtures}/contracts/Token.sol`, 'utf8') } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: (path) => ({ contents: readFileSync(`${nodeModules}/${path}`, 'utf8') }) }))
  const token = output.contracts?.['Token.sol']?.Token
  if (token === undefined) throw new Error(JSON.stringify(output.errors))
  return { abi: token.abi as Abi, bytecode: `0x${token.evm.bytecode.object}` }
}
