// The ERC-20 of the benchmark: OpenZeppelin's, deployed by a dev account.
// Owns the token's source and ABI. Called by the erc20 and reads scenarios before the clock starts.
import { encodeAbiParameters, encodeFunctionData, parseAbi } from 'viem'
import { hex } from './accounts.js'
import { compile } from './compile.js'
import { deploy, fromHex } from './deploy.js'
import type { Lane } from './lane.js'

const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
contract BenchToken is ERC20 {
  constructor(address[] memory holders, uint256 amount) ERC20("Bench Token", "BENCH") {
    for (uint256 i = 0; i < holders.length; i++) _mint(holders[i], amount);
  }
}`
const ABI = parseAbi(['function transfer(address to, uint256 amount)', 'function balanceOf(address owner)'])

let bytecodeOnce: Uint8Array | null = null

/** Deploys a token whose constructor mints `amount` to each holder. */
export async function deployToken(lane: Lane, holders: Uint8Array[], amount: bigint): Promise<Uint8Array> {
  bytecodeOnce ??= compile('BenchToken', SOURCE)
  const constructorArguments = encodeAbiParameters([{ type: 'address[]' }, { type: 'uint256' }], [holders.map((holder) => hex(holder)), amount])
  return deploy(lane, Buffer.concat([bytecodeOnce, fromHex(constructorArguments)]))
}

export function transferData(to: Uint8Array, amount: bigint): Uint8Array {
  return fromHex(encodeFunctionData({ abi: ABI, functionName: 'transfer', args: [hex(to), amount] }))
}

export function balanceOfCall(token: Uint8Array, owner: Uint8Array): { method: string; params: unknown[] } {
  const data = encodeFunctionData({ abi: ABI, functionName: 'balanceOf', args: [hex(owner)] })
  return { method: 'eth_call', params: [{ to: hex(token), data }, 'latest'] }
}
