// Uses the token that Ignition deployed on the chosen network; prints one line of JSON.
const { readFileSync } = require('node:fs')
const path = require('node:path')
const hre = require('hardhat')

async function main() {
  const { chainId } = await hre.ethers.provider.getNetwork()
  const folder = path.join(hre.config.paths.root, 'ignition', 'deployments', `chain-${chainId}`)
  const { 'Token#Token': address } = JSON.parse(readFileSync(path.join(folder, 'deployed_addresses.json'), 'utf8'))

  const [owner, friend] = await hre.ethers.getSigners()
  const token = await hre.ethers.getContractAt('Token', address)
  const sent = await token.connect(friend).transfer(owner.address, 2n)
  const receipt = await sent.wait()
  const events = await token.queryFilter(token.filters.Transfer(friend.address), receipt.blockNumber)
  console.log(
    JSON.stringify({
      chainId: Number(chainId),
      address,
      status: receipt.status,
      events: events.length,
      friendHolds: String(await token.balanceOf(friend.address)),
    }),
  )
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
