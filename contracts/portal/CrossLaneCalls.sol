// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IHyperPortal} from '../interfaces/IHyperPortal.sol';
import {IGate} from './IGate.sol';
import {ProxyRegistry} from './ProxyRegistry.sol';
import {GATE, PORTAL} from './SystemAddresses.sol';

/// Calls into other lanes inside the transaction. No event and no storage is written here, so that all of it works under STATICCALL.
abstract contract CrossLaneCalls is ProxyRegistry {
  function call(uint256 chainId, address target, bytes calldata data) external payable returns (bytes memory) {
    _leave(chainId, target, msg.sender, data);
  }

  function staticcall(uint256 chainId, address target, bytes calldata data) external view returns (bytes memory) {
    _leaveStatic(chainId, target, msg.sender, data);
  }

  function caller() external view notDelegated returns (uint256 chainId, address account) {
    return IGate(GATE).inboundCaller(msg.sender);
  }

  function executeCrossChainCall(address sourceAddress, bytes calldata data) external payable returns (bytes memory) {
    (uint256 chainId, address original) = _proxied();
    _leave(chainId, original, sourceAddress, data);
  }

  function staticCallLookup(address sourceAddress, bytes calldata data) external view returns (bytes memory) {
    (uint256 chainId, address original) = _proxied();
    _leaveStatic(chainId, original, sourceAddress, data);
  }

  /// For whom the calling proxy stands.
  function _proxied() private view returns (uint256 chainId, address original) {
    (chainId, original) = originOf(msg.sender);
    if (chainId == block.chainid) revert OnlyProxy();
  }

  /// The portal of the other lane takes the word of a proxy for who called it. A call from here arrives there with msg.sender = a proxy, so
  /// it must not reach the functions that believe proxies.
  function _refuseForgery(address target, bytes calldata data) internal pure {
    if (target != PORTAL || data.length < 4) return;
    bytes4 selector = bytes4(data[:4]);
    if (selector == IHyperPortal.executeCrossChainCall.selector || selector == IHyperPortal.staticCallLookup.selector) revert Forged();
  }

  /// Does not return: it ends the frame with the callee's data.
  function _leave(uint256 chainId, address target, address source, bytes calldata data) private {
    (uint256 at, uint256 size) = _gateCall(chainId, target, source, data);
    bool success;
    assembly {
      success := call(gas(), GATE, callvalue(), at, size, 0x00, 0x00)
    }
    _answer(success);
  }

  /// Does not return: it ends the frame with the callee's data.
  function _leaveStatic(uint256 chainId, address target, address source, bytes calldata data) private view {
    (uint256 at, uint256 size) = _gateCall(chainId, target, source, data);
    bool success;
    assembly {
      success := staticcall(gas(), GATE, at, size, 0x00, 0x00)
    }
    _answer(success);
  }

  /// IGate.crossCall in memory, data copied once.
  function _gateCall(uint256 chainId, address target, address source, bytes calldata data)
    private
    view
    notDelegated
    returns (uint256 at, uint256 size)
  {
    if (chainId == block.chainid) revert LaneUnknown(chainId);
    _refuseForgery(target, data);
    bytes4 selector = IGate.crossCall.selector;
    assembly {
      at := mload(0x40)
      mstore(at, selector)
      mstore(add(at, 0x04), chainId)
      // Assembly sees an address with whatever stands above its 160 bits.
      mstore(add(at, 0x24), shr(96, shl(96, target)))
      mstore(add(at, 0x44), shr(96, shl(96, source)))
      mstore(add(at, 0x64), 0x80)
      mstore(add(at, 0x84), data.length)
      calldatacopy(add(at, 0xa4), data.offset, data.length)
      // Memory beyond the free pointer was never written, so the padding is zero.
      size := add(0xa4, and(add(data.length, 0x1f), not(0x1f)))
    }
  }

  /// Ends the frame with what the gate answered: revert data raw, return data as `bytes`. No Solidity code runs after it.
  function _answer(bool success) private pure {
    assembly {
      if iszero(success) {
        returndatacopy(0x00, 0x00, returndatasize())
        revert(0x00, returndatasize())
      }
      mstore(0x00, 0x20)
      mstore(0x20, returndatasize())
      returndatacopy(0x40, 0x00, returndatasize())
      mstore(add(0x40, returndatasize()), 0x00)
      return(0x00, add(0x40, and(add(returndatasize(), 0x1f), not(0x1f))))
    }
  }
}
