// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// A market of two tokens on one lane: constant product, 0.3 % fee to the liquidity. It knows nothing of lanes.
contract Pair {
    using SafeERC20 for IERC20;

    IERC20 public immutable token0;
    IERC20 public immutable token1;
    uint256 public reserve0;
    uint256 public reserve1;
    uint256 public totalShares;
    mapping(address => uint256) public sharesOf;

    uint256 private constant FEE_PER_MILLE = 3;

    event Swapped(address indexed sender, address indexed tokenIn, uint256 amountIn, uint256 amountOut, address indexed to);

    error NotTraded(address token);
    error TooLittleOut(uint256 amountOut, uint256 amountOutMin);
    error NoLiquidity();

    constructor(IERC20 token0_, IERC20 token1_) {
        token0 = token0_;
        token1 = token1_;
    }

    /// Takes both amounts from the caller, who approved them. What exceeds the ratio of the reserves is a gift to all shares.
    function provide(uint256 amount0, uint256 amount1) external returns (uint256 shares) {
        shares = totalShares == 0
            ? Math.sqrt(amount0 * amount1)
            : Math.min(Math.mulDiv(amount0, totalShares, reserve0), Math.mulDiv(amount1, totalShares, reserve1));
        if (shares == 0) revert NoLiquidity();
        totalShares += shares;
        sharesOf[msg.sender] += shares;
        token0.safeTransferFrom(msg.sender, address(this), amount0);
        token1.safeTransferFrom(msg.sender, address(this), amount1);
        _sync();
    }

    /// Gives the caller's shares back as tokens.
    function withdraw(uint256 shares) external returns (uint256 amount0, uint256 amount1) {
        amount0 = Math.mulDiv(reserve0, shares, totalShares);
        amount1 = Math.mulDiv(reserve1, shares, totalShares);
        totalShares -= shares;
        sharesOf[msg.sender] -= shares;
        token0.safeTransfer(msg.sender, amount0);
        token1.safeTransfer(msg.sender, amount1);
        _sync();
    }

    /// Takes `amountIn` of `tokenIn` from the caller, who approved it, and sends the other token to `to`.
    function swap(IERC20 tokenIn, uint256 amountIn, uint256 amountOutMin, address to) external returns (uint256 amountOut) {
        amountOut = quote(tokenIn, amountIn);
        if (amountOut < amountOutMin) revert TooLittleOut(amountOut, amountOutMin);
        tokenIn.safeTransferFrom(msg.sender, address(this), amountIn);
        (tokenIn == token0 ? token1 : token0).safeTransfer(to, amountOut);
        _sync();
        emit Swapped(msg.sender, address(tokenIn), amountIn, amountOut, to);
    }

    /// What a swap would give now, rounded against the trader.
    function quote(IERC20 tokenIn, uint256 amountIn) public view returns (uint256 amountOut) {
        if (tokenIn != token0 && tokenIn != token1) revert NotTraded(address(tokenIn));
        (uint256 reserveIn, uint256 reserveOut) = tokenIn == token0 ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 afterFee = amountIn * (1000 - FEE_PER_MILLE);
        if (reserveIn == 0 || reserveOut == 0) revert NoLiquidity();
        return Math.mulDiv(reserveOut, afterFee, reserveIn * 1000 + afterFee);
    }

    function _sync() private {
        reserve0 = token0.balanceOf(address(this));
        reserve1 = token1.balanceOf(address(this));
    }
}
