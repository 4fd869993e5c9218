// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// An ordinary contract that knows nothing of lanes.
contract Counter {
    uint256 public total;

    event Counted(address indexed by, uint256 step, uint256 total);

    error StepTooLarge(uint256 step, uint256 stepMax);

    function count(uint256 step) external payable returns (uint256) {
        if (step > 100) revert StepTooLarge(step, 100);
        total += step;
        emit Counted(msg.sender, step, total);
        return total;
    }
}
