// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IHyperPortal} from '../interfaces/IHyperPortal.sol';
import {IGate} from './IGate.sol';
import {CHEATCODES, GATE, PORTAL} from './SystemAddresses.sol';

/// The code at GATE, for an EVM that is no lane's but has a lane's state: that of a tool that forks one. On a lane it never answers the portal, whose calls the
/// engine takes out of the EVM, and everybody else meets an invalid opcode, here as there.
///
/// `forge script` runs the whole script in such an EVM before it sends anything. For that rehearsal the far side answers with zeros, which every type can be
/// decoded from, so that the script comes to its end; what it then sends runs on the lanes. Any other EVM is told that it is none of them.
contract Gate {
  /// Zeros for the static types, and empty for the dynamic ones, since their offsets point at zeros too.
  uint256 private constant ANSWER_LENGTH = 2_048;
  /// A crossing costs more on lanes than here. What the rehearsal takes is what forge, unless it asks the lane, makes the gas limit from.
  uint256 private constant CROSSING_GAS = 1_000_000;
  /// A caller that limits its gas means to, and gets its answer.
  uint256 private constant PLENTY_GAS = 10_000_000;
  /// The fee of a message as the engine asks for it (engine/portal/messages.ts).
  uint256 private constant DELIVERY_BASE_GAS = 350_000;
  uint256 private constant DELIVERY_BYTE_GAS = 260;
  /// ERC-20: the functions that tell by a bool whether they did it, and whose false makes their callers fail.
  bytes4 private constant TRANSFER = 0xa9059cbb;
  bytes4 private constant TRANSFER_FROM = 0x23b872dd;
  bytes4 private constant APPROVE = 0x095ea7b3;

  fallback(bytes calldata input) external payable returns (bytes memory) {
    if (msg.sender != PORTAL || address(this) != GATE) {
      assembly {
        invalid()
      }
    }
    if (CHEATCODES.code.length == 0) revert IHyperPortal.NotALane();
    if (msg.sig == IGate.crossCall.selector) return _crossCall(input);
    if (msg.sig == IGate.inboundCaller.selector) return abi.encode(block.chainid, address(0));
    if (msg.sig == IGate.quote.selector) return _quote(input);
    if (msg.sig == IGate.burn.selector) return '';
    revert IHyperPortal.NotALane();
  }

  function _crossCall(bytes calldata input) private view returns (bytes memory answer) {
    if (gasleft() > PLENTY_GAS) _spend(CROSSING_GAS);
    (,,, bytes memory data) = abi.decode(input[4:], (uint256, address, address, bytes));
    answer = new bytes(ANSWER_LENGTH);
    bytes4 selector = bytes4(data);
    if (selector == TRANSFER || selector == TRANSFER_FROM || selector == APPROVE) answer[31] = 0x01;
  }

  function _quote(bytes calldata input) private view returns (bytes memory) {
    (, uint256 gasLimit, uint256 dataLength) = abi.decode(input[4:], (uint256, uint256, uint256));
    uint256 gas = DELIVERY_BASE_GAS + DELIVERY_BYTE_GAS * dataLength + gasLimit + gasLimit / 63 + 1;
    return abi.encode(gas * (block.basefee == 0 ? 1 : block.basefee));
  }

  /// Meets its own invalid opcode, which takes all the gas of that call.
  function _spend(uint256 amount) private view {
    assembly {
      pop(staticcall(amount, address(), 0x00, 0x00, 0x00, 0x00))
    }
  }
}
