// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IHyperPortal} from './interfaces/IHyperPortal.sol';
import {PORTAL} from './portal/SystemAddresses.sol';

/// Stands on this lane for a contract of another: whatever it is called with, the portal carries over. It keeps nothing and knows nothing;
/// the portal knows whom it stands for. So its creation code is the same for all, and its address depends on the salt alone.
contract CrossChainProxy {
  receive() external payable {
    _forward();
  }

  fallback() external payable {
    _forward();
  }

  function _forward() private {
    bytes4 selector = IHyperPortal.executeCrossChainCall.selector;
    // No Solidity code runs after this block, so all of memory is free to use. Under STATICCALL the call below inherits the restriction.
    assembly {
      mstore(0x00, selector)
      mstore(0x04, caller())
      mstore(0x24, 0x40)
      mstore(0x44, calldatasize())
      calldatacopy(0x64, 0, calldatasize())
      let success := call(gas(), PORTAL, callvalue(), 0x00, add(0x64, calldatasize()), 0x00, 0x00)
      returndatacopy(0x00, 0x00, returndatasize())
      if iszero(success) {
        revert(0x00, returndatasize())
      }
      // The portal answers `bytes`: offset, length, then the callee's own return data.
      return(0x40, mload(0x20))
    }
  }
}
