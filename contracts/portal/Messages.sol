// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CrossLaneCalls} from './CrossLaneCalls.sol';
import {IGate} from './IGate.sol';
import {GATE, SYSTEM} from './SystemAddresses.sol';

/// Messages: sent on one lane, delivered on another exactly once and in order, kept when the target fails.
/// State is written before every call that leaves this contract; only a message's own record is touched after one.
abstract contract Messages is CrossLaneCalls {
  /// sender => target lane => messages sent.
  mapping(address => mapping(uint256 => uint256)) private _sent;
  /// source lane => sender => messages received.
  mapping(uint256 => mapping(address => uint256)) private _received;
  /// id => status, and from bit 8 on the address whose code is the failed message.
  mapping(bytes32 => uint256) private _records;

  /// A failed message must fit into the code of one account (EIP-170): 24,576 bytes less 353 around the data.
  uint256 private constant DATA_MAX = 24_000;
  /// A callee that returns much must not make its delivery expensive.
  uint256 private constant RETURN_DATA_MAX = 1_024;
  /// What is left for this contract's own work around the call of a target.
  uint256 private constant CALL_RESERVE = 30_000;
  /// Gas for the account that takes a refund.
  uint256 private constant REFUND_GAS_LIMIT = 100_000;
  /// No block has so much; keeps sums far from overflow.
  uint256 private constant GAS_LIMIT_MAX = type(uint64).max;

  function quote(uint256 chainId, uint256 dataLength, uint256 gasLimit) public view notDelegated returns (uint256 fee) {
    if (chainId == block.chainid) revert LaneUnknown(chainId);
    if (gasLimit > GAS_LIMIT_MAX) revert SessionLimit('gas');
    if (dataLength > DATA_MAX) revert MessageTooLong(DATA_MAX);
    return IGate(GATE).quote(chainId, gasLimit, dataLength);
  }

  function quoteWithRefund(uint256 chainId, uint256 dataLength, uint256 gasLimit) public view returns (uint256 fee) {
    return quote(chainId, dataLength, gasLimit) + quote(chainId, 0, REFUND_GAS_LIMIT);
  }

  function send(uint256 chainId, address target, bytes calldata data, uint256 gasLimit) external payable returns (bytes32 messageId) {
    _refuseForgery(target, data);
    uint256 fee = quote(chainId, data.length, gasLimit);
    if (msg.value < fee) revert FeeTooLow(fee);
    return _send(Message(block.chainid, chainId, msg.sender, 0, target, msg.value - fee, gasLimit, address(0), data), fee);
  }

  function sendWithRefund(uint256 chainId, address target, bytes calldata data, uint256 gasLimit, uint256 value, address refundTo)
    external
    payable
    returns (bytes32 messageId)
  {
    _refuseForgery(target, data);
    uint256 fee = refundTo == address(0) ? quote(chainId, data.length, gasLimit) : quoteWithRefund(chainId, data.length, gasLimit);
    if (msg.value < value + fee) revert FeeTooLow(fee);
    messageId = _send(Message(block.chainid, chainId, msg.sender, 0, target, value, gasLimit, refundTo, data), fee);
    uint256 surplus = msg.value - value - fee;
    if (surplus == 0) return messageId;
    (bool success,) = msg.sender.call{value: surplus}('');
    if (!success) _revertRaw();
  }

  function deliver(Message calldata message) external payable notDelegated {
    if (msg.sender != SYSTEM) revert OnlySystem();
    if (message.toChainId != block.chainid || message.value != msg.value) revert WrongMessage();
    uint256 expected = _received[message.fromChainId][message.sender];
    if (message.nonce != expected) revert OutOfOrder(expected);
    _received[message.fromChainId][message.sender] = expected + 1;

    Message memory m = message;
    bytes32 id = _idOf(m);
    _records[id] = uint256(MessageStatus.Delivered);
    // The callee sees a caller that it can call back.
    createCrossChainProxy(m.sender, m.fromChainId);
    (bool success, bytes memory returned) = _callTarget(m, m.gasLimit);
    if (!success) _keepFailed(id, m);
    emit MessageDelivered(id, m.fromChainId, success, returned);
  }

  function retry(bytes32 messageId) external notDelegated {
    uint256 record = _records[messageId];
    if (uint8(record) != uint8(MessageStatus.Failed)) revert NotFailed(messageId);
    _records[messageId] = uint256(MessageStatus.Delivered);
    Message memory m = _keptMessage(address(uint160(record >> 8)));
    (bool success, bytes memory returned) = _callTarget(m, type(uint256).max);
    if (!success) _revertRaw();
    emit MessageDelivered(messageId, m.fromChainId, true, returned);
  }

  function messageStatus(bytes32 messageId) external view returns (MessageStatus) {
    return MessageStatus(uint8(_records[messageId]));
  }

  /// Numbers the message, takes its value and fee out of this lane, announces it.
  function _send(Message memory m, uint256 fee) private returns (bytes32 id) {
    m.nonce = _sent[m.sender][m.toChainId]++;
    id = _idOf(m);
    IGate(GATE).burn{value: m.value + fee}(fee);
    emit MessageSent(id, m.toChainId, m.sender, m.nonce, m.target, m.value, m.gasLimit, m.refundTo, m.data);
  }

  /// The target failed: its value goes back when the sender asked for that, else the whole message is kept for `retry`, value included.
  function _keepFailed(bytes32 id, Message memory m) private {
    if (m.refundTo == address(0)) {
      _records[id] = uint256(MessageStatus.Failed) | (uint256(uint160(_keep(m))) << 8);
      return;
    }
    _records[id] = uint256(MessageStatus.Refunded);
    if (m.value == 0) return;
    _send(Message(block.chainid, m.fromChainId, address(this), 0, m.refundTo, m.value, REFUND_GAS_LIMIT, address(0), ''), 0);
  }

  /// Calls the target as the sender's proxy, through the gate, with at most `gasMax`. Never reads more than RETURN_DATA_MAX of what comes back.
  function _callTarget(Message memory m, uint256 gasMax) private returns (bool success, bytes memory returned) {
    bytes memory input =
      abi.encodeCall(IGate.callAs, (computeCrossChainProxyAddress(m.sender, m.fromChainId), m.fromChainId, m.sender, m.target, m.data));
    // A frame can pass on 63/64 of its gas. Less than the sender chose could make the target fail, or succeed in part, at the retrier's will.
    uint256 gasLimit = gasleft() > CALL_RESERVE ? ((gasleft() - CALL_RESERVE) / 64) * 63 : 0;
    if (gasLimit < m.gasLimit) revert GasTooLow(m.gasLimit);
    if (gasLimit > gasMax) gasLimit = gasMax;
    uint256 value = m.value;
    uint256 lengthMax = RETURN_DATA_MAX;
    assembly {
      success := call(gasLimit, GATE, value, add(input, 0x20), mload(input), 0x00, 0x00)
      let length := returndatasize()
      if gt(length, lengthMax) {
        length := lengthMax
      }
      returned := mload(0x40)
      mstore(returned, length)
      returndatacopy(add(returned, 0x20), 0x00, length)
      mstore(add(add(returned, 0x20), length), 0x00)
      mstore(0x40, add(returned, and(add(length, 0x5f), not(0x1f))))
    }
  }

  /// Keeps the message as the code of a new account, a third of the price of storage. A leading STOP makes that code harmless to call.
  function _keep(Message memory m) private returns (address kept) {
    bytes memory code = abi.encodePacked(bytes1(0x00), abi.encode(m));
    // PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE (0 in a new frame), CODECOPY, RETURNDATASIZE, RETURN: answers what follows these ten bytes.
    bytes memory initCode = abi.encodePacked(bytes1(0x61), uint16(code.length), hex'80600a3d393df3', code);
    assembly {
      kept := create(0, add(initCode, 0x20), mload(initCode))
    }
    if (kept == address(0)) revert GasTooLow(m.gasLimit);
  }

  function _keptMessage(address kept) private view returns (Message memory) {
    bytes memory code = kept.code;
    assembly {
      // Drops the leading STOP: the length moves one byte on.
      let length := mload(code)
      code := add(code, 1)
      mstore(code, sub(length, 1))
    }
    return abi.decode(code, (Message));
  }

  function _idOf(Message memory m) private pure returns (bytes32) {
    return keccak256(
      abi.encode(m.fromChainId, m.toChainId, m.sender, m.nonce, m.target, m.value, m.gasLimit, m.refundTo, keccak256(m.data))
    );
  }

  /// Reverts as the last call did.
  function _revertRaw() private pure {
    assembly {
      let at := mload(0x40)
      returndatacopy(at, 0x00, returndatasize())
      revert(at, returndatasize())
    }
  }
}
