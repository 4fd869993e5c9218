// Owns: the contract that the wallet deploys and calls, compiled from its source when the check runs.
// Called by scenario.ts.
import { createRequire } from 'node:module'
import type { Abi } from 'viem'
import type { Hex } from './packages.js'

const source = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Box {
  uint256 public value;
  event Stored(uint256 value);
  constructor(uint256 initial) { value = initial; }
  function store(uint256 next) external { value = next; emit Stored(next); }
  function refuse() external pure { revert("Box: refused"); }
}`

type SolcOutput = { contracts: { 'Box.sol': { Box: { abi: Abi; evm: { bytecode: { object: string } } } } } }

export function compileBox(): { abi: Abi; bytecode: Hex } {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const input = {
    language: 'Solidity',
    sources: { 'Box.sol': { content: source } },
    settings: { evmVersion: 'shanghai', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  }
  const { Box } = (JSON.parse(solc.compile(JSON.stringify(input))) as SolcOutput).contracts['Box.sol']
  return { abi: Box.abi, bytecode: `0x${Box.evm.bytecode.object}` }
}
