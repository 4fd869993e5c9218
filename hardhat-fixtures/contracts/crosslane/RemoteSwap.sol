// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {CrossLaneTrader} from "./CrossLaneTrader.sol";
import {LaneToken} from "./LaneToken.sol";
import {Pair} from "./Pair.sol";

/// Trades the tokens of its callers on a market of another lane, and gives them the result here.
contract RemoteSwap is CrossLaneTrader {
    error TooLittleOut(uint256 amountOut, uint256 amountOutMin);

    /// `pair` is a market of lane `chainId`. The caller approved `amountIn` of `tokenIn` of this lane.
    function swap(uint256 chainId, Pair pair, LaneToken tokenIn, LaneToken tokenOut, uint256 amountIn, uint256 amountOutMin)
        external
        returns (uint256 amountOut)
    {
        tokenIn.transferFrom(msg.sender, address(this), amountIn);
        tokenIn.moveTo(chainId, accountElsewhere(), amountIn);
        amountOut = _swapThere(chainId, pair, tokenIn, tokenOut, amountIn, block.chainid, msg.sender);
        if (amountOut < amountOutMin) revert TooLittleOut(amountOut, amountOutMin);
    }
}
