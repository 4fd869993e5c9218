// Owns: the contract that the portal's tests call and call from: it forwards, records, fails and returns at will.
// Called by: the tests of this folder.

import { createRequire } from 'node:module'
import { parseAbi, type Hex } from 'viem'

const source = `
// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;
contract Probe {
  address public lastCaller; uint256 public lastValue; uint256 public count; bytes public lastData; uint256 public lastGas;
  receive() external payable { lastCaller = msg.sender; lastValue = msg.value; count++; }
  function take(bytes calldata data) external payable { lastGas = gasleft(); lastCaller = msg.sender; lastValue = msg.value; lastData = data; count++; }
  function toggled(bool fail) external { door = fail; }
  bool door;
  function maybe() external payable {
    if (door) revert('closed');
    if (armed.length > 0) { (bool ok, bytes memory r) = 0x5041524100000000000000000000000000000001.call(armed); armedAnswer = abi.encode(ok, r); }
    lastCaller = msg.sender; lastValue = msg.value; count++;
  }
  bytes armed; bytes public armedAnswer;
  function arm(bytes calldata data) external { armed = data; }
  function fail(bytes calldata data) external payable { bytes memory d = data; assembly { revert(add(d, 32), mload(d)) } }
  function failLong(uint256 length) external payable { assembly { revert(0, length) } }
  function burnGas() external payable { while (true) {} }
  function forward(address to, uint256 value, bytes calldata data) external payable {
    (bool ok, bytes memory r) = to.call{value: value}(data); _end(ok, r);
  }
  function look(address to, bytes calldata data) external view { (bool ok, bytes memory r) = to.staticcall(data); _end(ok, r); }
  function borrow(address to, bytes calldata data) external payable { (bool ok, bytes memory r) = to.delegatecall(data); _end(ok, r); }
  function _end(bool ok, bytes memory r) private pure {
    assembly { switch ok case 0 { revert(add(r, 32), mload(r)) } default { return(add(r, 32), mload(r)) } }
  }
}`

export const probeAbi = parseAbi([
  'function lastCaller() view returns (address)',
  'function lastValue() view returns (uint256)',
  'function lastData() view returns (bytes)',
  'function lastGas() view returns (uint256)',
  'function count() view returns (uint256)',
  'function take(bytes data) payable',
  'function toggled(bool fail)',
  'function arm(bytes data)',
  'function armedAnswer() view returns (bytes)',
  'function maybe() payable',
  'function fail(bytes data) payable',
  'function failLong(uint256 length) payable',
  'function burnGas() payable',
  'function forward(address to, uint256 value, bytes data) payable',
  'function look(address to, bytes data) view',
  'function borrow(address to, bytes data) payable',
])

let compiled: Hex | undefined

/** Deployed code; compiled once per process. */
export function probeCode(): Hex {
  return (compiled ??= compileProbe())
}

function compileProbe(): Hex {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const settings = {
    evmVersion: 'istanbul',
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
  }
  const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources: { 'Probe.sol': { content: source } }, settings }))) as {
    errors?: unknown
    contracts?: { 'Probe.sol'?: { Probe?: { evm: { deployedBytecode: { object: string } } } } }
  }
  const code = output.contracts?.['Probe.sol']?.Probe?.evm.deployedBytecode.object
  if (code === undefined) throw new Error(JSON.stringify(output.errors))
  return `0x${code}`
}
