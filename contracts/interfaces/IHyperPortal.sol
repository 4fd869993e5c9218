// SPDX-License-Identifier: MIT
pragma solidity ^0.8.4;

/// The way out of a lane: calls into other lanes inside one transaction, and messages that are delivered a moment later.
/// It has the same address, 0x5041524100000000000000000000000000000001, on every lane.
interface IHyperPortal {
  // --- calls inside the transaction ---

  /// Calls `target` on lane `chainId` now, with the value sent along, as the proxy of the caller there.
  /// Answers its return data; reverts with its revert data, unchanged. Works under STATICCALL too.
  function call(uint256 chainId, address target, bytes calldata data) external payable returns (bytes memory);

  /// The same, and nothing on the other lane may change.
  function staticcall(uint256 chainId, address target, bytes calldata data) external view returns (bytes memory);

  /// Who called the asking contract from another lane; (block.chainid, address(0)) when nobody did.
  function caller() external view returns (uint256 chainId, address account);

  // --- proxies: an address here that stands for a contract there ---

  /// The proxy of `originalAddress` of lane `originalRollupId` (a chain id); made when it does not exist yet, answered when it does.
  function createCrossChainProxy(address originalAddress, uint256 originalRollupId) external returns (address);

  /// Where that proxy is or will be: the same address on every lane.
  function computeCrossChainProxyAddress(address originalAddress, uint256 originalRollupId) external view returns (address);

  /// For proxies only: `sourceAddress` called the proxy with `data`.
  function executeCrossChainCall(address sourceAddress, bytes calldata data) external payable returns (bytes memory);

  /// For proxies only: the same, and nothing on the other lane may change.
  function staticCallLookup(address sourceAddress, bytes calldata data) external view returns (bytes memory);

  /// Whom a proxy of this lane stands for; (block.chainid, address(0)) for any other address.
  function originOf(address proxy) external view returns (uint256 chainId, address account);

  // --- messages ---

  enum MessageStatus {
    Unknown,
    Delivered,
    Failed,
    Refunded
  }

  /// `nonce` counts from 0 per (sender, toChainId) and is the order of delivery. `refundTo` 0: a failed message waits to be retried.
  struct Message {
    uint256 fromChainId;
    uint256 toChainId;
    address sender;
    uint256 nonce;
    address target;
    uint256 value;
    uint256 gasLimit;
    address refundTo;
    bytes data;
  }

  /// Sends a message that calls `target` on lane `chainId` with exactly `gasLimit` gas. What is sent along beyond `quote` is carried as value.
  function send(uint256 chainId, address target, bytes calldata data, uint256 gasLimit) external payable returns (bytes32 messageId);

  /// The same with the value named: what is sent along beyond value and fee comes back to the caller. When the target fails and `refundTo`
  /// is not 0, the value is sent to `refundTo` on this lane (as a prepaid message), and the message cannot be retried.
  function sendWithRefund(uint256 chainId, address target, bytes calldata data, uint256 gasLimit, uint256 value, address refundTo)
    external
    payable
    returns (bytes32 messageId);

  /// Fee of `send`. It pays for the gas of the delivery at this lane's price, and is burnt as a base fee is.
  function quote(uint256 chainId, uint256 dataLength, uint256 gasLimit) external view returns (uint256 fee);

  /// Fee of `sendWithRefund` with a `refundTo`: that of `send` and of the message that may bring the value back.
  function quoteWithRefund(uint256 chainId, uint256 dataLength, uint256 gasLimit) external view returns (uint256 fee);

  /// On the target lane, by anyone: calls the target of a failed message again, with all gas there is but never less than the message's own
  /// limit. Reverts as the target does, and the message stays failed.
  function retry(bytes32 messageId) external;

  /// On the target lane: what became of a message.
  function messageStatus(bytes32 messageId) external view returns (MessageStatus);

  /// For the system only: the next message of its sender, with its value.
  function deliver(Message calldata message) external payable;

  event MessageSent(
    bytes32 indexed messageId,
    uint256 indexed chainId,
    address indexed sender,
    uint256 nonce,
    address target,
    uint256 value,
    uint256 gasLimit,
    address refundTo,
    bytes data
  );
  /// `returnData`: the first 1,024 bytes of what the target returned or reverted with.
  event MessageDelivered(bytes32 indexed messageId, uint256 indexed fromChainId, bool success, bytes returnData);

  // --- errors of the system itself: never those of the contract that was called ---

  /// No other lane has this chain id.
  error LaneUnknown(uint256 chainId);
  /// The lane exists but cannot take part now.
  error LaneUnavailable(uint256 chainId);
  /// Another session was in the way.
  error SessionConflict();
  /// `which` limit the session would exceed.
  error SessionLimit(string which);
  /// The callee reverted with data that looks like one of the four errors above: those bytes, wrapped.
  error CalleeReverted(bytes data);

  // --- errors of wrong use ---

  /// This EVM has the state of a lane but is none: the fork of a tool. There is no other lane to call from here.
  error NotALane();
  error OnlyProxy();
  error OnlySystem();
  /// The portal's code was borrowed by DELEGATECALL or an EIP-7702 delegation.
  error Delegated();
  /// A call into another lane's portal that pretends to come from a proxy there.
  error Forged();
  error FeeTooLow(uint256 fee);
  error MessageTooLong(uint256 lengthMax);
  /// Less gas than the message's own limit.
  error GasTooLow(uint256 gasLimit);
  error OutOfOrder(uint256 expectedNonce);
  error WrongMessage();
  error NotFailed(bytes32 messageId);
}
