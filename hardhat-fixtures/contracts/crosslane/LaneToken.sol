// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IHyperPortal} from "paralane/contracts/interfaces/IHyperPortal.sol";

/// An ERC-20 that lives on several lanes at one address, and whose holders move it between them by one transaction.
/// @dev Deploy it with the same creation code at the same address everywhere (CREATE2, or the same sender and nonce).
/// The token at this address on another lane is then its peer, and nothing has to be registered. Whoever can put other code
/// at this address on some lane can mint: with CREATE2 that is nobody, with an account's nonce it is that account.
contract LaneToken is ERC20 {
    IHyperPortal private constant PORTAL = IHyperPortal(0x5041524100000000000000000000000000000001);

    event MovedOut(address indexed from, uint256 indexed toChainId, address indexed to, uint256 amount);
    event MovedIn(uint256 indexed fromChainId, address indexed to, uint256 amount);

    error OnlyPeer(address caller);
    error NoPeer(uint256 chainId);

    /// @param homeChainId The lane on which the whole supply is minted; elsewhere the token begins empty.
    constructor(string memory name, string memory symbol, uint256 homeChainId, address holder, uint256 supply) ERC20(name, symbol) {
        if (block.chainid == homeChainId) _mint(holder, supply);
    }

    /// Moves tokens of the caller to `to` on lane `chainId`. They are there when the call returns.
    function moveTo(uint256 chainId, address to, uint256 amount) external {
        _burn(msg.sender, amount);
        emit MovedOut(msg.sender, chainId, to, amount);
        // A call to an address without code succeeds. Asking for an answer makes sure that there is a token to receive them.
        bytes4 answer = LaneToken(PORTAL.createCrossChainProxy(address(this), chainId)).arrive(to, amount);
        if (answer != this.arrive.selector) revert NoPeer(chainId);
    }

    /// For the peers only: mints what was burnt on their lane in the same transaction.
    function arrive(address to, uint256 amount) external returns (bytes4) {
        (uint256 fromChainId, address peer) = PORTAL.originOf(msg.sender);
        if (peer != address(this)) revert OnlyPeer(msg.sender);
        _mint(to, amount);
        emit MovedIn(fromChainId, to, amount);
        return this.arrive.selector;
    }
}
