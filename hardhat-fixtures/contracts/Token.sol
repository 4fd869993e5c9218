// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// OpenZeppelin's ERC-20 with a fixed supply. The permit extension puts the chain id of the
/// lane into an immutable, so a token that believes to be on another lane is noticed.
contract Token is ERC20, ERC20Permit {
    constructor(address holder, uint256 supply) ERC20("Lane Token", "LANE") ERC20Permit("Lane Token") {
        _mint(holder, supply);
    }
}
