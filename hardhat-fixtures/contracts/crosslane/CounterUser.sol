// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Counter} from "./Counter.sol";

/// Uses a counter and remembers what it said. Whether the counter is on this lane or behind a proxy makes no difference here.
contract CounterUser {
    Counter public immutable counter;
    uint256 public seen;

    constructor(Counter counter_) {
        counter = counter_;
    }

    function use(uint256 step) external payable returns (uint256) {
        seen = counter.count{value: msg.value}(step);
        return seen;
    }
}
