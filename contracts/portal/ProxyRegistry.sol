// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CrossChainProxy} from '../CrossChainProxy.sol';
import {IHyperPortal} from '../interfaces/IHyperPortal.sol';
import {PORTAL} from './SystemAddresses.sol';

/// Which proxies exist and whom they stand for.
abstract contract ProxyRegistry is IHyperPortal {
  /// proxy => chainId * 2**160 + original; 0 for an address that is no proxy, since no lane has chain id 0.
  mapping(address => uint256) private _origins;

  bytes32 private constant INIT_CODE_HASH = keccak256(type(CrossChainProxy).creationCode);

  /// Borrowed code would answer from, and write into, the storage of the borrower.
  modifier notDelegated() {
    if (address(this) != PORTAL) revert Delegated();
    _;
  }

  function createCrossChainProxy(address originalAddress, uint256 originalRollupId) public notDelegated returns (address proxy) {
    proxy = computeCrossChainProxyAddress(originalAddress, originalRollupId);
    if (_origins[proxy] != 0) return proxy;
    // Within a lane an account is called as itself: a second address for it would only disguise who calls.
    if (originalRollupId == block.chainid || originalRollupId == 0 || originalRollupId >> 96 != 0) revert LaneUnknown(originalRollupId);
    _origins[proxy] = (originalRollupId << 160) | uint160(originalAddress);
    new CrossChainProxy{salt: _salt(originalAddress, originalRollupId)}();
  }

  function computeCrossChainProxyAddress(address originalAddress, uint256 originalRollupId) public pure returns (address) {
    bytes32 salt = _salt(originalAddress, originalRollupId);
    return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), PORTAL, salt, INIT_CODE_HASH)))));
  }

  function originOf(address proxy) public view returns (uint256 chainId, address account) {
    uint256 origin = _origins[proxy];
    return origin == 0 ? (block.chainid, address(0)) : (origin >> 160, address(uint160(origin)));
  }

  function _salt(address original, uint256 chainId) private pure returns (bytes32) {
    return keccak256(abi.encodePacked(chainId, original));
  }
}
