// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {CrossLaneTrader} from "./CrossLaneTrader.sol";
import {FlashLender, IFlashBorrower} from "./FlashLender.sol";
import {LaneToken} from "./LaneToken.sol";
import {Pair} from "./Pair.sol";

/// Borrows on its own lane, buys on a second, sells on a third, repays and keeps the difference: one transaction, or nothing happened.
contract FlashArbitrage is CrossLaneTrader, IFlashBorrower {
    /// `token` is what the lender lends; `other` is bought with it on `buyOn` and sold for it on `sellOn`.
    struct Route {
        LaneToken token;
        LaneToken other;
        uint256 buyOn;
        Pair buyFrom;
        uint256 sellOn;
        Pair sellTo;
    }

    FlashLender public immutable lender;

    event Earned(address indexed by, uint256 profit);

    error OnlyLender();
    error NoProfit(uint256 amountBack, uint256 amountOwed);

    constructor(FlashLender lender_) {
        lender = lender_;
    }

    /// Trades `amount` along the route with borrowed money, and gives the caller what is left over.
    function run(Route calldata route, uint256 amount) external returns (uint256 profit) {
        lender.flashLoan(amount, abi.encode(route));
        profit = route.token.balanceOf(address(this));
        route.token.transfer(msg.sender, profit);
        emit Earned(msg.sender, profit);
    }

    /// For the lender only: the loan is here.
    function onFlashLoan(uint256 amount, uint256 fee, bytes calldata data) external {
        if (msg.sender != address(lender)) revert OnlyLender();
        Route memory route = abi.decode(data, (Route));
        route.token.moveTo(route.buyOn, accountElsewhere(), amount);
        uint256 bought = _swapThere(route.buyOn, route.buyFrom, route.token, route.other, amount, route.sellOn, accountElsewhere());
        uint256 back = _swapThere(route.sellOn, route.sellTo, route.other, route.token, bought, block.chainid, address(this));
        if (back <= amount + fee) revert NoProfit(back, amount + fee);
        route.token.transfer(msg.sender, amount + fee);
    }
}
