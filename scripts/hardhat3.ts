// Owns: proving that Hardhat 3 (Node 22+) deploys and uses a token on two lanes, in a scratch project of its own.
// Does not own: the gateway. Called by: a developer, `node dist/scripts/hardhat3.js [--lanes URL,URL]`; not part of CI
// because it installs Hardhat 3 and a newer Node from npm, which the package itself must not depend on.
import { mkdtemp, mkdir, rm, writeFile, cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startGateway } from '../test/e2e/gateway.js'
import { hardhatFixtures } from '../test/e2e/root.js'
import { mnemonic } from '../test/e2e/token.js'
import { runTool } from '../test/e2e/tool.js'

const nodePackage = `node-${process.platform}-${process.arch}`

const packages = [
  'hardhat@3',
  '@nomicfoundation/hardhat-viem@3',
  '@nomicfoundation/hardhat-ignition@3',
  '@nomicfoundation/hardhat-ignition-viem@3',
  'viem@2',
  'solc@0.8.30',
  '@openzeppelin/contracts@5',
]

const { values } = parseArgs({
  options: {
    lanes: { type: 'string' },
    project: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  const folder = values.project ?? (await mkdtemp(join(tmpdir(), 'paralane-hardhat3-')))
  const gateway = values.lanes === undefined ? await startGateway() : undefined
  const [lane0, lane1] = values.lanes?.split(',') ?? [gateway!.laneUrl(77000), gateway!.laneUrl(77001)]
  if (lane0 === undefined || lane1 === undefined) throw new Error('--lanes needs two URLs, separated by a comma')
  try {
    await writeProject(folder)
    const env = { LANE0_URL: lane0, LANE1_URL: lane1, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'true' }
    // npm keeps its own home: its cache and registry settings are the developer's.
    const npm = (path: string, ...wanted: string[]) =>
      runTool('npm', ['install', '--no-audit', '--no-fund', ...wanted], { cwd: folder, env: { HOME: process.env['HOME'] ?? folder, PATH: path } })
    const path = process.env['PATH'] ?? ''
    await npm(path, `${nodePackage}@24`)
    // npm leaves out Hardhat's native parts unless it runs under a Node that they support.
    const bin = join(folder, 'node_modules', nodePackage, 'bin')
    await npm(`${bin}${delimiter}${path}`, ...packages)
    const node = join(bin, 'node')
    const hardhat = (...args: string[]) => runTool(node, [join(folder, 'node_modules/hardhat/dist/src/cli.js'), ...args], { cwd: folder, env })

    console.log(`node ${(await runTool(node, ['--version'], { cwd: folder })).trim()}, hardhat ${(await hardhat('--version')).trim()}`)
    console.log((await hardhat('build')).trim())
    for (const network of ['lane0', 'lane1']) {
      await hardhat('ignition', 'deploy', 'ignition/modules/Token.ts', '--network', network)
      console.log(`${network}: ${(await hardhat('run', '--no-compile', 'scripts/use.ts', '--network', network)).trim()}`)
    }
  } finally {
    await gateway?.stop()
    if (values.project === undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function writeProject(folder: string): Promise<void> {
  // The lanes of an earlier run in this folder are gone, and so is what Ignition noted about them.
  await rm(join(folder, 'ignition/deployments'), { recursive: true, force: true })
  for (const sub of ['contracts', 'ignition/modules', 'scripts']) await mkdir(join(folder, sub), { recursive: true })
  await cp(`${hardhatFixtures}/contracts/Token.sol`, join(folder, 'contracts/Token.sol'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'two-lanes', private: true, type: 'module' }))
  await writeFile(join(folder, 'hardhat.config.ts'), config)
  await writeFile(join(folder, 'ignition/modules/Token.ts'), ignitionModule)
  await writeFile(join(folder, 'scripts/use.ts'), useScript)
}

const config = `
import { defineConfig } from 'hardhat/config'
import hardhatViem from '@nomicfoundation/hardhat-viem'
import hardhatIgnition from '@nomicfoundation/hardhat-ignition'
import hardhatIgnitionViem from '@nomicfoundation/hardhat-ignition-viem'

const accounts = { mnemonic: '${mnemonic}' }
export default defineConfig({
  plugins: [hardhatViem, hardhatIgnition, hardhatIgnitionViem],
  // The compiler is the one of npm: a path ending in .js is run as solc-js.
  solidity: { version: '0.8.30', path: import.meta.dirname + '/node_modules/solc/soljson.js', settings: { optimizer: { enabled: true, runs: 200 } } },
  networks: {
    lane0: { type: 'http', chainType: 'l1', url: process.env.LANE0_URL!, chainId: 77000, accounts },
    lane1: { type: 'http', chainType: 'l1', url: process.env.LANE1_URL!, chainId: 77001, accounts },
  },
})
`

const ignitionModule = `
import { buildModule } from '@nomicfoundation/hardhat-ignition/modules'

export default buildModule('Token', (m) => {
  const token = m.contract('Token', [m.getAccount(0), 1_000_000n])
  m.call(token, 'transfer', [m.getAccount(1), 5n])
  return { token }
})
`

const useScript = `
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { network } from 'hardhat'

const { viem } = await network.create()
const reader = await viem.getPublicClient()
const [owner, friend] = await viem.getWalletClients()
const chainId = await reader.getChainId()
const deployed = JSON.parse(readFileSync(\`ignition/deployments/chain-\${chainId}/deployed_addresses.json\`, 'utf8'))

// One token from Ignition, one deployed by viem; both are used.
const tokens = [
  await viem.getContractAt('Token', deployed['Token#Token']),
  await viem.deployContract('Token', [friend.account.address, 5n]),
]
for (const token of tokens) {
  const hash = await token.write.transfer([owner.account.address, 2n], { account: friend.account })
  const receipt = await reader.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success')
  assert.equal(await token.read.balanceOf([friend.account.address]), 3n)
}
console.log(\`chain \${chainId}: \${tokens.map((token) => token.address).join(' and ')} deployed and used\`)
`

if (values.help) {
  console.log(
    [
      'node dist/scripts/hardhat3.js [--lanes URL,URL] [--project FOLDER]',
      '  --lanes    two lane URLs to use instead of a gateway started for this run',
      '  --project  an existing folder to install into and keep, so that a second run is quick',
    ].join('\n'),
  )
} else {
  await main()
}
