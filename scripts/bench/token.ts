// The ERC-20 of the benchmark: OpenZeppelin's, compiled with solc-js, deployed by a dev account.
// Owns the compiler dependency and the token's ABI. Called by the erc20 and reads scenarios before the clock starts.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { encodeAbiParameters, encodeFunctionData, parseAbi } from 'viem'
import { hex } from './accounts.js'
import { findPayers } from './funding.js'
import { call, currentFees, type Lane } from './lane.js'
import { waitForReceipts } from './receipts.js'
import { signTransaction } from './transaction.js'

const SOURCE_NAME = 'BenchToken.sol'
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
contract BenchToken is ERC20 {
  constructor(address[] memory holders, uint256 amount) ERC20("Bench Token", "BENCH") {
    for (uint256 i = 0; i < holders.length; i++) _mint(holders[i], amount);
  }
}`
const ABI = parseAbi(['function transfer(address to, uint256 amount)', 'function balanceOf(address owner)'])
const DEPLOY_GAS = 6_000_000n

const require = createRequire(import.meta.url)
let bytecodeOnce: Uint8Array | null = null

/** Deploys a token whose constructor mints `amount` to each holder. */
export async function deployToken(lane: Lane, holders: Uint8Array[], amount: bigint): Promise<Uint8Array> {
  bytecodeOnce ??= compile()
  const constructorArguments = encodeAbiParameters([{ type: 'address[]' }, { type: 'uint256' }], [holders.map((holder) => hex(holder)), amount])
  const [payer] = await findPayers(lane, 0n)
  const signed = signTransaction(
    {
      chainId: lane.chainId,
      nonce: payer!.nonce,
      fees: await currentFees(lane),
      gasLimit: DEPLOY_GAS,
      to: null,
      value: 0n,
      data: Buffer.concat([bytecodeOnce, fromHex(constructorArguments)]),
    },
    payer!.account,
  )
  await call(lane, 'eth_sendRawTransaction', [hex(signed.raw)])
  const [receipt] = await waitForReceipts(lane, [signed.hash])
  if (receipt?.status !== '0x1' || !receipt.contractAddress) throw new Error(`${lane.url}: deploying the token failed`)
  return fromHex(receipt.contractAddress)
}

export function transferData(to: Uint8Array, amount: bigint): Uint8Array {
  return fromHex(encodeFunctionData({ abi: ABI, functionName: 'transfer', args: [hex(to), amount] }))
}

export function balanceOfCall(token: Uint8Array, owner: Uint8Array): { method: string; params: unknown[] } {
  const data = encodeFunctionData({ abi: ABI, functionName: 'balanceOf', args: [hex(owner)] })
  return { method: 'eth_call', params: [{ to: hex(token), data }, 'latest'] }
}

type CompilerOutput = {
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
}

function compile(): Uint8Array {
  const solc = require('solc') as { compile(input: string, callbacks: { import: typeof readImport }): string }
  const input = {
    language: 'Solidity',
    sources: { [SOURCE_NAME]: { content: SOURCE } },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport })) as CompilerOutput
  const failure = output.errors?.find(({ severity }) => severity === 'error')
  if (failure) throw new Error(failure.formattedMessage)
  const bytecode = output.contracts?.[SOURCE_NAME]?.['BenchToken']?.evm.bytecode.object
  if (!bytecode) throw new Error('solc gave no bytecode for BenchToken')
  return fromHex(bytecode)
}

function readImport(path: string): { contents: string } {
  return { contents: readFileSync(require.resolve(path), 'utf8') }
}

function fromHex(text: string): Uint8Array {
  return Buffer.from(text.replace(/^0x/, ''), 'hex')
}
