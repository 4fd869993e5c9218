// A Hardhat 2 project on three lanes of one gateway. PARALANE_URL names the gateway (`npm start` in the repository's root).
const path = require('node:path')
const { subtask } = require('hardhat/config')
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require('hardhat/builtin-tasks/task-names')
require('@nomicfoundation/hardhat-ethers')
require('@nomicfoundation/hardhat-ignition-ethers')

const gateway = process.env.PARALANE_URL ?? 'http://127.0.0.1:8545'
const accounts = { mnemonic: 'test test test test test test test test test test test junk' }

// The compiler comes from npm with the other packages: nothing is downloaded while compiling.
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async ({ solcVersion }, hre, runSuper) => {
  const { version } = require('solc/package.json')
  if (solcVersion !== version) return runSuper()
  return {
    version,
    longVersion: require('solc').version().replace('.Emscripten.clang', ''),
    compilerPath: path.join(path.dirname(require.resolve('solc/package.json')), 'soljson.js'),
    isSolcJs: true,
  }
})

module.exports = {
  // Each test waits for blocks.
  mocha: { timeout: 300_000 },
  solidity: {
    version: require('solc/package.json').version,
    // OpenZeppelin 5.7 uses mcopy; Hardhat 2 would aim at an older EVM by default.
    settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 200 } },
  },
  networks: {
    lane0: { url: process.env.LANE0_URL ?? `${gateway}/77000`, chainId: 77000, accounts },
    lane1: { url: process.env.LANE1_URL ?? `${gateway}/77001`, chainId: 77001, accounts },
    lane2: { url: process.env.LANE2_URL ?? `${gateway}/77002`, chainId: 77002, accounts },
  },
}
