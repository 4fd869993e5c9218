// Owns: the portal's interface as a dApp sees it, written down apart from the Solidity so that a change there is noticed.
// Called by: the tests of this folder.

import { encodeFunctionData, parseAbi, type Hex } from 'viem'

export const portalAbi = parseAbi([
  'struct Message { uint256 fromChainId; uint256 toChainId; address sender; uint256 nonce; address target; uint256 value; uint256 gasLimit; address refundTo; bytes data; }',
  'function call(uint256 chainId, address target, bytes data) payable returns (bytes)',
  'function staticcall(uint256 chainId, address target, bytes data) view returns (bytes)',
  'function caller() view returns (uint256 chainId, address account)',
  'function createCrossChainProxy(address originalAddress, uint256 originalRollupId) returns (address)',
  'function computeCrossChainProxyAddress(address originalAddress, uint256 originalRollupId) view returns (address)',
  'function executeCrossChainCall(address sourceAddress, bytes data) payable returns (bytes)',
  'function staticCallLookup(address sourceAddress, bytes data) view returns (bytes)',
  'function originOf(address proxy) view returns (uint256 chainId, address account)',
  'function send(uint256 chainId, address target, bytes data, uint256 gasLimit) payable returns (bytes32)',
  'function sendWithRefund(uint256 chainId, address target, bytes data, uint256 gasLimit, uint256 value, address refundTo) payable returns (bytes32)',
  'function quote(uint256 chainId, uint256 dataLength, uint256 gasLimit) view returns (uint256)',
  'function quoteWithRefund(uint256 chainId, uint256 dataLength, uint256 gasLimit) view returns (uint256)',
  'function retry(bytes32 messageId)',
  'function messageStatus(bytes32 messageId) view returns (uint8)',
  'function deliver(Message message) payable',
  'event MessageSent(bytes32 indexed messageId, uint256 indexed chainId, address indexed sender, uint256 nonce, address target, uint256 value, uint256 gasLimit, address refundTo, bytes data)',
  'event MessageDelivered(bytes32 indexed messageId, uint256 indexed fromChainId, bool success, bytes returnData)',
  'error LaneUnknown(uint256 chainId)',
  'error LaneUnavailable(uint256 chainId)',
  'error SessionConflict()',
  'error SessionLimit(string which)',
  'error CalleeReverted(bytes data)',
  'error NotALane()',
  'error OnlyProxy()',
  'error OnlySystem()',
  'error Delegated()',
  'error Forged()',
  'error FeeTooLow(uint256 fee)',
  'error MessageTooLong(uint256 lengthMax)',
  'error GasTooLow(uint256 gasLimit)',
  'error OutOfOrder(uint256 expectedNonce)',
  'error WrongMessage()',
  'error NotFailed(bytes32 messageId)',
])

/** Calldata of one of the portal's functions. */
export function encode(functionName: string, args: readonly unknown[]): Hex {
  return encodeFunctionData({ abi: portalAbi as readonly unknown[], functionName, args } as Parameters<typeof encodeFunctionData>[0])
}
