// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Token} from "../src/Token.sol";

/// The cheat codes this script needs, so that it does not depend on forge-std.
interface Vm {
    function createSelectFork(string calldata urlOrAlias) external returns (uint256 forkId);
    function selectFork(uint256 forkId) external;
    function startBroadcast(uint256 privateKey) external;
    function stopBroadcast() external;
    function envString(string calldata name) external view returns (string memory);
    function envUint(string calldata name) external view returns (uint256);
    function addr(uint256 privateKey) external pure returns (address);
}

/// Deploys the token on both lanes in one run and pays on the first after having been on the second.
contract TwoLanes {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    bool public constant IS_SCRIPT = true;

    function run() external {
        uint256 key = vm.envUint("OWNER_KEY");
        address friend = vm.addr(vm.envUint("FRIEND_KEY"));

        uint256 first = vm.createSelectFork(vm.envString("LANE0_URL"));
        uint256 firstChainId = block.chainid;
        Token token = deploy(key);

        vm.createSelectFork(vm.envString("LANE1_URL"));
        require(block.chainid != firstChainId, "two lanes, not one");
        deploy(key);

        vm.selectFork(first);
        require(block.chainid == firstChainId, "back on the first lane");
        vm.startBroadcast(key);
        token.transfer(friend, 11);
        vm.stopBroadcast();
    }

    function deploy(uint256 key) private returns (Token token) {
        vm.startBroadcast(key);
        token = new Token(vm.addr(key), 1_000_000 ether);
        vm.stopBroadcast();
    }
}
