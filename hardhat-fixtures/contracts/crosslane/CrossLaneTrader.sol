// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IHyperPortal} from "paralane/contracts/interfaces/IHyperPortal.sol";
import {LaneToken} from "./LaneToken.sol";
import {Pair} from "./Pair.sol";

/// For contracts that trade on markets of other lanes.
abstract contract CrossLaneTrader {
    IHyperPortal internal constant PORTAL = IHyperPortal(0x5041524100000000000000000000000000000001);

    /// The address that calls and holds for this contract on every other lane.
    function accountElsewhere() public view returns (address) {
        return PORTAL.computeCrossChainProxyAddress(address(this), block.chainid);
    }

    /// On lane `chainId`, where accountElsewhere() holds `amountIn`: swaps it all, and moves what it gives to `to` on lane `toChainId`.
    function _swapThere(uint256 chainId, Pair pair, LaneToken tokenIn, LaneToken tokenOut, uint256 amountIn, uint256 toChainId, address to)
        internal
        returns (uint256 amountOut)
    {
        LaneToken(_there(address(tokenIn), chainId)).approve(address(pair), amountIn);
        amountOut = Pair(_there(address(pair), chainId)).swap(IERC20(address(tokenIn)), amountIn, 0, accountElsewhere());
        LaneToken(_there(address(tokenOut), chainId)).moveTo(toChainId, to, amountOut);
    }

    /// The address here that stands for `account` of lane `chainId`.
    function _there(address account, uint256 chainId) internal returns (address) {
        return PORTAL.createCrossChainProxy(account, chainId);
    }
}
