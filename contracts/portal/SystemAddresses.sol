// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// The same on every lane. The engine writes portal and gate into genesis.

address constant PORTAL = 0x5041524100000000000000000000000000000001;

// No contract: the engine answers what the portal sends here (IGate). For everybody else its code is one invalid opcode.
address constant GATE = 0x5041524100000000000000000000000000000002;

// Sender of deliveries. Nobody has its key.
address constant SYSTEM = 0x50415241000000000000000000000000000000ff;
