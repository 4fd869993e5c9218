// A token whose holders move it between lanes by one transaction.
const assert = require('node:assert/strict')
const { ethers } = require('hardhat')
const { openLane, sent, deploy, deployEverywhere, portalOf } = require('./deploy')

/** The portal's own error, which is in no contract's ABI. */
const laneUnknown = ethers.id('LaneUnknown(uint256)').slice(0, 10)

describe('LaneToken', function () {
  this.timeout(300_000)
  const lanes = ['lane0', 'lane1'].map(openLane)
  const [a, b] = lanes
  const holder = a.signer.address
  let here, there

  before(async () => {
    ;[here, there] = await deployEverywhere(lanes, 'COIN', 1_000n)
  })

  async function balances() {
    return [await here.balanceOf(holder), await there.balanceOf(holder)]
  }

  it('moves there and back, each by one transaction', async () => {
    await sent(here.moveTo(b.chainId, holder, 300n))
    assert.deepEqual(await balances(), [700n, 300n])
    assert.deepEqual([await here.totalSupply(), await there.totalSupply()], [700n, 300n])
    const [arrived] = await there.queryFilter('MovedIn')
    assert.deepEqual([...arrived.args], [BigInt(a.chainId), holder, 300n])

    await sent(there.moveTo(a.chainId, holder, 100n))
    assert.deepEqual(await balances(), [800n, 200n])
  })

  it('moves no more than there is, and nowhere that does not exist', async () => {
    const reasonOf = (error) => here.interface.parseError(error.data)?.name ?? error.data.slice(0, 10)
    await assert.rejects(here.moveTo(b.chainId, holder, 801n), (error) => reasonOf(error) === 'ERC20InsufficientBalance')
    await assert.rejects(here.moveTo(424242, holder, 1n), (error) => reasonOf(error) === laneUnknown)
    assert.deepEqual(await balances(), [800n, 200n])
  })

  it('listens to its peers only', async () => {
    await assert.rejects(here.arrive(holder, 1n), (error) => here.interface.parseError(error.data)?.name === 'OnlyPeer')
    // From another lane too, where the caller is a proxy, but not the peer's.
    await sent(portalOf(b).createCrossChainProxy(here, a.chainId))
    const forged = here.attach(await portalOf(b).computeCrossChainProxyAddress(here, a.chainId)).connect(b.signer)
    await assert.rejects(forged.arrive(holder, 1n), (error) => here.interface.parseError(error.data)?.name === 'OnlyPeer')
    assert.deepEqual(await balances(), [800n, 200n])
  })

  it('does not move to a lane where it is not deployed', async () => {
    const lonely = await deploy(b, 'LaneToken', 'Lonely', 'LONE', b.chainId, holder, 10n)
    await assert.rejects(lonely.moveTo(a.chainId, holder, 10n), { action: 'estimateGas' })
    assert.equal(await lonely.balanceOf(holder), 10n)
  })
})
