// Putting the example's contracts on three lanes with ethers, unmodified: one signer per lane, the same accounts on each.
const { ethers, artifacts, config } = require('hardhat')

const PORTAL = '0x5041524100000000000000000000000000000001'
const portalAbi = [
  'function createCrossChainProxy(address original, uint256 chainId) returns (address)',
  'function computeCrossChainProxyAddress(address original, uint256 chainId) view returns (address)',
]
/** Deploys the same code at the same address on every lane (a preinstall of each). */
const CREATE2_DEPLOYER = '0x4e59b44847b379578588920cA78FbF26c0B4956C'

/** `signer` of the lane that a network of hardhat.config.js names. */
function openLane(network) {
  const { url, chainId, accounts } = config.networks[network]
  // ethers keeps answers for 250 ms; on an instant lane that is longer than a block.
  const provider = new ethers.JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 })
  const key = ethers.HDNodeWallet.fromMnemonic(ethers.Mnemonic.fromPhrase(accounts.mnemonic), `m/44'/60'/0'/0/0`).privateKey
  return { chainId, provider, signer: new ethers.Wallet(key, provider) }
}

/** Estimates, sends, and waits for the receipt. */
async function sent(transaction) {
  return (await transaction).wait()
}

async function deploy(lane, name, ...args) {
  const { abi, bytecode } = await artifacts.readArtifact(name)
  const contract = await new ethers.ContractFactory(abi, bytecode, lane.signer).deploy(...args)
  return contract.waitForDeployment()
}

/** A LaneToken at one address on every lane, whose supply begins on the first. Answers one contract per lane. */
async function deployEverywhere(lanes, symbol, supply) {
  const { abi, bytecode } = await artifacts.readArtifact('LaneToken')
  const holder = lanes[0].signer.address
  const { data } = await new ethers.ContractFactory(abi, bytecode).getDeployTransaction(symbol, symbol, lanes[0].chainId, holder, supply)
  const salt = ethers.hexlify(ethers.randomBytes(32))
  const address = ethers.getCreate2Address(CREATE2_DEPLOYER, salt, ethers.keccak256(data))
  for (const { signer } of lanes) await sent(signer.sendTransaction({ to: CREATE2_DEPLOYER, data: ethers.concat([salt, data]) }))
  return lanes.map(({ signer }) => new ethers.Contract(address, abi, signer))
}

/** A pair on `lane` with so much of both tokens, which the signer holds there. */
async function deployPair(lane, [token, amount], [other, otherAmount]) {
  const pair = await deploy(lane, 'Pair', token, other)
  await sent(token.approve(pair, amount))
  await sent(other.approve(pair, otherAmount))
  await sent(pair.provide(amount, otherAmount))
  return pair
}

function portalOf({ signer }) {
  return new ethers.Contract(PORTAL, portalAbi, signer)
}

module.exports = { openLane, sent, deploy, deployEverywhere, deployPair, portalOf }
