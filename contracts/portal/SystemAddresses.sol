// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// The same on every lane. The engine writes portal and gate into genesis.

address constant PORTAL = 0x5041524100000000000000000000000000000001;

// The engine answers what the portal sends here (IGate); no code of a contract runs then. For everybody else it is one invalid opcode (Gate).
address constant GATE = 0x5041524100000000000000000000000000000002;

// Sender of deliveries. Nobody has its key.
address constant SYSTEM = 0x50415241000000000000000000000000000000ff;

// Where forge answers cheat codes, with code so that Solidity calls it: the last 20 bytes of the hash of "hevm cheat code". Nobody can have such an account.
address constant CHEATCODES = 0x7109709ECfa91a80626fF3989D68f67F5b1DD12D;
