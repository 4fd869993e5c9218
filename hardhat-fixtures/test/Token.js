const assert = require('node:assert/strict')
const { ethers, network } = require('hardhat')

describe('Token', () => {
  const supply = 1_000n
  let token, owner, friend, spender

  beforeEach(async () => {
    ;[owner, friend, spender] = await ethers.getSigners()
    token = await ethers.deployContract('Token', [owner.address, supply])
    await token.waitForDeployment()
  })

  it('mints the supply to the holder', async () => {
    assert.equal(await token.balanceOf(owner.address), supply)
    assert.equal(await token.totalSupply(), supply)
  })

  it('knows the chain it is on', async () => {
    const domain = await token.eip712Domain()
    assert.equal(domain.chainId, BigInt(network.config.chainId))
  })

  it('lets a spender take what a signed permit allows', async () => {
    const { name, version, chainId, verifyingContract } = await token.eip712Domain()
    const types = {
      Permit: ['address owner', 'address spender', 'uint256 value', 'uint256 nonce', 'uint256 deadline'].map((field) => {
        const [type, fieldName] = field.split(' ')
        return { type, name: fieldName }
      }),
    }
    const permit = { owner: owner.address, spender: spender.address, value: 40n, nonce: 0n, deadline: 2n ** 64n }
    const signature = await owner.signTypedData({ name, version, chainId, verifyingContract }, types, permit)
    const { v, r, s } = ethers.Signature.from(signature)
    await (await token.connect(spender).permit(owner.address, spender.address, 40n, permit.deadline, v, r, s)).wait()
    await (await token.connect(spender).transferFrom(owner.address, friend.address, 40n)).wait()
    assert.equal(await token.balanceOf(friend.address), 40n)
  })

  it('refuses what the sender does not have', async () => {
    await assert.rejects(token.connect(friend).transfer.staticCall(owner.address, 1n), (error) => {
      assert.equal(error.revert?.name ?? token.interface.parseError(error.data).name, 'ERC20InsufficientBalance')
      return true
    })
  })
})
