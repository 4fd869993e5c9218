// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Messages} from './portal/Messages.sol';

/// The system contract at PORTAL of every lane: proxies (ProxyRegistry), calls (CrossLaneCalls), messages (Messages).
/// It has no owner, no constructor and no upgrade; its code is part of genesis.
contract HyperPortal is Messages {}
