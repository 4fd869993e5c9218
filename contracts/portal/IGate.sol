// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// What the portal asks of the engine. Answers of crossCall and callAs are raw: the callee's return or revert data, not ABI-encoded.
interface IGate {
  /// Leaves the lane: `source` of this lane calls `target` there. The value is burnt here and minted there.
  function crossCall(uint256 chainId, address target, address source, bytes calldata data) external payable;

  /// The inbound cross call whose callee is `callee`, one frame above the portal's.
  function inboundCaller(address callee) external view returns (uint256 chainId, address account);

  /// Calls `target` with msg.sender = asProxy, which stands for (chainId, account), with the value and all the gas of this call.
  function callAs(address asProxy, uint256 chainId, address account, address target, bytes calldata data) external payable;

  /// Price of delivering a message, in this lane's currency.
  function quote(uint256 chainId, uint256 gasLimit, uint256 dataLength) external view returns (uint256 fee);

  /// Takes the value out of this lane: `fee` of it for good, the rest until the delivery mints it on the other lane.
  function burn(uint256 fee) external payable;
}
