// An arbitrage over three lanes in one transaction: borrow on A, buy on B, sell on C, repay on A, or nothing happened anywhere.
const assert = require('node:assert/strict')
const { ethers } = require('hardhat')
const { openLane, sent, deploy, deployEverywhere, deployPair } = require('./deploy')

const e18 = 10n ** 18n

describe('FlashArbitrage', function () {
  this.timeout(300_000)
  const lanes = ['lane0', 'lane1', 'lane2'].map(openLane)
  const [a, b, c] = lanes
  let gold, iron, lender, arbitrage, route

  before(async () => {
    gold = await deployEverywhere(lanes, 'GOLD', 10_000n * e18)
    iron = await deployEverywhere(lanes, 'IRON', 10_000n * e18)
    for (const token of [gold, iron]) for (const lane of [b, c]) await sent(token[0].moveTo(lane.chainId, lane.signer.address, 2_000n * e18))
    // On B one GOLD buys 2 IRON, on C it buys 1: buying IRON on B and selling it on C earns until the prices have met.
    const pairB = await deployPair(b, [gold[1], 500n * e18], [iron[1], 1_000n * e18])
    const pairC = await deployPair(c, [gold[2], 1_000n * e18], [iron[2], 1_000n * e18])
    lender = await deploy(a, 'FlashLender', gold[0])
    await sent(gold[0].transfer(lender, 1_000n * e18))
    arbitrage = await deploy(a, 'FlashArbitrage', lender)
    route = { token: gold[0], other: iron[0], buyOn: b.chainId, buyFrom: pairB, sellOn: c.chainId, sellTo: pairC }
  })

  /** What everybody in the story holds of both tokens, on every lane. */
  async function holdings() {
    const elsewhere = await arbitrage.accountElsewhere()
    const holders = [a.signer.address, lender, arbitrage, elsewhere, route.buyFrom, route.sellTo]
    return Promise.all([...gold, ...iron].flatMap((token) => [token.totalSupply(), ...holders.map((holder) => token.balanceOf(holder))]))
  }

  async function supply(token) {
    return (await Promise.all(token.map((onLane) => onLane.totalSupply()))).reduce((sum, onLane) => sum + onLane)
  }

  it('earns in one transaction, with nothing of its own', async () => {
    const before = await gold[0].balanceOf(a.signer.address)
    const lentBefore = await gold[0].balanceOf(lender)
    const expected = await arbitrage.run.staticCall(route, 20n * e18)
    const receipt = await sent(arbitrage.run(route, 20n * e18))
    assert.equal(receipt.status, 1)
    const profit = (await gold[0].balanceOf(a.signer.address)) - before
    assert.equal(profit, expected)
    assert(profit > 0n)
    assert.equal((await gold[0].balanceOf(lender)) - lentBefore, await lender.flashFee(20n * e18))
    assert.deepEqual([await supply(gold), await supply(iron)], [10_000n * e18, 10_000n * e18])
    assert.equal(await gold[1].balanceOf(await arbitrage.accountElsewhere()), 0n)
  })

  it('both sides of the transaction name each other', async () => {
    const { hash } = await sent(arbitrage.run(route, 10n * e18))
    const { hyper } = await a.provider.send('eth_getTransactionReceipt', [hash])
    // The transaction's receipt names its legs on the other lanes, theirs name the transaction.
    const chains = new Set(hyper.legs.map(({ chainId }) => Number(chainId)))
    assert.deepEqual([...chains].sort(), [b.chainId, c.chainId])
    for (const { chainId, transactionHash } of hyper.legs) {
      const { provider } = lanes.find((lane) => lane.chainId === Number(chainId))
      const leg = await provider.send('eth_getTransactionReceipt', [transactionHash])
      assert.equal(leg.hyper.session, hyper.session)
      assert.deepEqual(leg.hyper.legs, [{ chainId: ethers.toQuantity(a.chainId), transactionHash: hash }])
    }
  })

  it('without a profit the estimate says why, and a transaction sent all the same changes nothing on any lane', async () => {
    const before = await holdings()
    // So much at once moves the prices past each other.
    const greedy = 900n * e18
    const refused = (error) => arbitrage.interface.parseError(error.data)?.name === 'NoProfit'
    await assert.rejects(arbitrage.run.staticCall(route, greedy), refused)
    await assert.rejects(arbitrage.run(route, greedy), refused)
    const failing = await arbitrage.run(route, greedy, { gasLimit: 5_000_000 })
    await assert.rejects(failing.wait(), (error) => error.receipt?.status === 0)
    assert.deepEqual(await holdings(), before)
  })

  it('a market of another lane serves a trader of this one', async () => {
    const swap = await deploy(a, 'RemoteSwap')
    await sent(gold[0].approve(swap, e18))
    const before = await iron[0].balanceOf(a.signer.address)
    const order = [b.chainId, route.buyFrom, gold[0], iron[0], e18]
    const quoted = await route.buyFrom.quote(gold[1], e18)
    await assert.rejects(swap.swap(...order, quoted + 1n), (error) => swap.interface.parseError(error.data)?.name === 'TooLittleOut')
    await sent(swap.swap(...order, quoted))
    assert.equal((await iron[0].balanceOf(a.signer.address)) - before, quoted)
    assert.equal(await gold[0].allowance(a.signer.address, swap), 0n)
  })
})
