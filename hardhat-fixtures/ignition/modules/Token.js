const { buildModule } = require('@nomicfoundation/hardhat-ignition/modules')

module.exports = buildModule('Token', (m) => {
  const owner = m.getAccount(0)
  const friend = m.getAccount(1)
  const supply = m.getParameter('supply', 1_000_000_000_000_000_000_000_000n)

  const token = m.contract('Token', [owner, supply])
  m.call(token, 'transfer', [friend, 5n])
  return { token }
})
