// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// Whoever borrows is called back with the loan in hand and has returned it, with the fee, when the call ends.
interface IFlashBorrower {
    function onFlashLoan(uint256 amount, uint256 fee, bytes calldata data) external;
}

/// Lends what it holds for the length of one call. It knows nothing of lanes.
contract FlashLender {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;

    uint256 private constant FEE_PER_TEN_THOUSAND = 5;

    error NotRepaid(uint256 missing);

    constructor(IERC20 token_) {
        token = token_;
    }

    function flashFee(uint256 amount) public pure returns (uint256) {
        return (amount * FEE_PER_TEN_THOUSAND + 9_999) / 10_000;
    }

    function flashLoan(uint256 amount, bytes calldata data) external {
        uint256 owed = token.balanceOf(address(this)) + flashFee(amount);
        token.safeTransfer(msg.sender, amount);
        IFlashBorrower(msg.sender).onFlashLoan(amount, flashFee(amount), data);
        uint256 held = token.balanceOf(address(this));
        if (held < owed) revert NotRepaid(owed - held);
    }
}
