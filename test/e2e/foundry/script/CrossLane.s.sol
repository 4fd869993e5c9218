// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IHyperPortal} from "paralane/contracts/interfaces/IHyperPortal.sol";
import {Counter} from "../src/crosslane/Counter.sol";
import {CounterUser} from "../src/crosslane/CounterUser.sol";

/// The cheat codes this script needs, so that it does not depend on forge-std.
interface Vm {
    function createSelectFork(string calldata urlOrAlias) external returns (uint256 forkId);
    function startBroadcast(uint256 privateKey) external;
    function stopBroadcast() external;
    function envString(string calldata name) external view returns (string memory);
    function envUint(string calldata name) external view returns (uint256);
}

/// Deploys a counter on the second lane and its user on the first, in one run; CrossLaneCall uses it.
contract CrossLane {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    IHyperPortal private constant PORTAL = IHyperPortal(0x5041524100000000000000000000000000000001);
    bool public constant IS_SCRIPT = true;

    function run() external {
        uint256 key = vm.envUint("OWNER_KEY");

        vm.createSelectFork(vm.envString("LANE1_URL"));
        uint256 farChainId = block.chainid;
        vm.startBroadcast(key);
        Counter counter = new Counter();
        vm.stopBroadcast();

        vm.createSelectFork(vm.envString("LANE0_URL"));
        vm.startBroadcast(key);
        address proxy = PORTAL.createCrossChainProxy(address(counter), farChainId);
        CounterUser user = new CounterUser(Counter(proxy));
        user.use(5);
        // A message as well: its price is asked for in the rehearsal and must be enough on the lane.
        PORTAL.send{value: PORTAL.quote(farChainId, 0, 100_000)}(farChainId, address(counter), "", 100_000);
        vm.stopBroadcast();
    }
}
