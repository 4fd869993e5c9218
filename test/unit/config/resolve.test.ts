// What follows from a configuration: development mode, lanes, what the data folder remembers.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { banner } from '../../../src/config/banner.js'
import { createDevAccounts, deriveDevAccounts, testMnemonic } from '../../../src/config/dev-accounts.js'
import { readLaneRecords, writeLaneRecord } from '../../../src/config/lane-record.js'
import { loadConfig } from '../../../src/config/load.js'
import { resolveSettings, type Settings } from '../../../src/config/resolve.js'
import type { Config } from '../../../src/config/schema.js'
import { AppError } from '../../../src/errors.js'
import { recoverPublicKey, signDigest, signWithNoble } from '../../../src/evm-lane/secp256k1.js'
import { hyperLimits } from '../../../src/hyper/limits.js'
import { fromHex, toHex } from '../../../src/primitives.js'

const root = mkdtempSync(join(tmpdir(), 'paralane-resolve-'))
test.after(() => rmSync(root, { recursive: true }))
let folders = 0
const newFolder = (): string => join(root, String(folders++))

function resolve(config: Config, nowSeconds = 1_000n): Settings {
  return resolveSettings({ config, given: new Set(Object.keys(config)), warnings: [] }, 'osaka', nowSeconds)
}

/** A start: resolves, and remembers as the command does. */
function begin(config: Config, nowSeconds?: bigint): Settings {
  const settings = resolve(config, nowSeconds)
  for (const record of settings.records) writeLaneRecord(settings.dataDir, record)
  return settings
}

const refuses = (config: Config, code: string, says: RegExp): void => {
  assert.throws(
    () => resolve(config),
    (error) => error instanceof AppError && error.code === code && says.test(error.message),
  )
}

test('without any configuration: four lanes of different kinds, 20 accounts', () => {
  const { lanes, dev, host, port } = resolve({ dataDir: newFolder() })
  assert.deepStrictEqual(
    lanes.map(({ chainId, name, production }) => [chainId, name, production.kind === 'interval' ? production.blockTimeMs : production.kind]),
    [
      [77_000, 'instant', 'instant'],
      [77_001, 'swift', 250],
      [77_002, 'steady', 1_000],
      [77_003, 'wide', 2_000],
    ],
  )
  assert.equal(lanes[3]?.gasLimit, 200_000_000n)
  assert.deepStrictEqual([host, port, dev?.accounts.length], ['127.0.0.1', 8_545, 20])
  const genesis = lanes[0]?.genesis
  assert.ok(genesis?.kind === 'default')
  assert.equal(genesis.hardfork, 'osaka')
  assert.equal(toHex(genesis.alloc[0]?.address ?? new Uint8Array()), '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
  assert.equal(genesis.alloc[19]?.balance, 10_000n * 10n ** 18n)
})

test('development mode: on a loopback host by default, elsewhere only when asked for', () => {
  const dataDir = newFolder()
  assert.notEqual(resolve({ dataDir, host: 'localhost' }).dev, null)
  assert.equal(resolve({ dataDir, host: '0.0.0.0' }).dev, null)
  assert.equal(resolve({ dataDir, dev: false }).dev, null)
  assert.equal(resolve({ dataDir, host: '0.0.0.0', dev: true, accounts: 3 }).dev?.accounts.length, 3)
  refuses({ dataDir, host: '0.0.0.0', accounts: 3 }, 'config-invalid', /^dev: must be set/)
  refuses({ dataDir, mnemonic: 'no words at all' }, 'config-invalid', /^mnemonic: must be BIP-39 words/)
  const open = resolve({ dataDir, host: '0.0.0.0' }).lanes[0]?.genesis
  assert.ok(open?.kind === 'default' && open.alloc.length === 0)
})

test('limits between lanes: those given, the defaults for the others', () => {
  assert.deepStrictEqual(resolve({ dataDir: newFolder() }).hyper, hyperLimits)
  const limits = { bundleTxsMax: 4, sessions: { lanesMax: 3, gasMax: 9_000_000 }, simulations: { depthMax: 2 } }
  assert.deepStrictEqual(resolve({ dataDir: newFolder(), hyper: { limits } }).hyper, {
    ...hyperLimits,
    bundleTxsMax: 4,
    sessions: { ...hyperLimits.sessions, lanesMax: 3, gasMax: 9_000_000n },
    simulations: { ...hyperLimits.simulations, depthMax: 2 },
  })
})

test('flags for every lane', () => {
  const { lanes } = resolve({ dataDir: newFolder(), blockTime: 0.3, gasLimit: 9_000_000, history: 64 })
  for (const { production, gasLimit, historyBlocks } of lanes) {
    assert.deepStrictEqual([production, gasLimit, historyBlocks], [{ kind: 'interval', blockTimeMs: 300 }, 9_000_000n, 64])
  }
})

test('a lane keeps what it was born with over later starts', () => {
  const dataDir = newFolder()
  begin({ dataDir }, 1_000n)
  const again = begin({ dataDir }, 2_000n)
  assert.ok(again.lanes[0]?.genesis.kind === 'default' && again.lanes[0].genesis.timestamp === 1_000n)
  // Development mode off: the accounts are not served any more, the chain stays as it is.
  assert.ok(resolve({ dataDir, dev: false }).lanes[0]?.genesis.kind === 'default')
})

test('what contradicts the stored chain is refused', () => {
  const dataDir = newFolder()
  begin({ dataDir })
  refuses({ dataDir, balance: 5 }, 'genesis-mismatch', /^mnemonic, accounts or balance/)
  refuses({ dataDir, accounts: 21 }, 'genesis-mismatch', /^mnemonic, accounts or balance/)
  refuses({ dataDir, lanes: [{ chainId: 77_000, name: 'instant', hardfork: 'prague' }] }, 'genesis-mismatch', /^lanes\[0\]\.hardfork is prague/)
  refuses({ dataDir, lanes: [{ chainId: 77_000, name: 'instant', baseFeePerGas: '7' }] }, 'genesis-mismatch', /^lanes\[0\]\.baseFeePerGas/)
  const genesis = join(root, 'genesis.json')
  writeFileSync(genesis, JSON.stringify({ config: { chainId: 77_000 } }))
  refuses({ dataDir, lanes: [{ chainId: 77_000, name: 'instant', genesis }] }, 'genesis-mismatch', /^lanes\[0\]\.genesis is set/)
  refuses({ dataDir, lanes: [{ chainId: 77_009, name: 'other', genesis }] }, 'genesis-mismatch', /is the genesis of chain 77000, not 77009/)
})

test('a lane made by `lane init` is served by every start and makes no blocks', () => {
  const dataDir = newFolder()
  const json = JSON.stringify({ config: { chainId: 3_503 } })
  writeLaneRecord(dataDir, { chainId: 3_503, name: 'imported', origin: 'init', genesis: { kind: 'geth', json } })
  const lane = resolve({ dataDir, blockTime: 1 }).lanes.find(({ chainId }) => chainId === 3_503)
  assert.deepStrictEqual([lane?.name, lane?.production, lane?.genesis], ['imported', { kind: 'none' }, { kind: 'geth', json }])
  const configured = resolve({ dataDir, lanes: [{ chainId: 3_503, name: 'imported', blockTimeMs: 100 }] })
  assert.deepStrictEqual(
    configured.lanes.map(({ production }) => production),
    [{ kind: 'interval', blockTimeMs: 100 }],
  )
  refuses({ dataDir, lanes: [{ chainId: 4, name: 'imported' }] }, 'config-invalid', /name: must be unique/)
})

test('a lane that only the configuration named is not served without it', () => {
  const dataDir = newFolder()
  begin({ dataDir, lanes: [{ chainId: 5, name: 'five' }] })
  assert.deepStrictEqual(
    readLaneRecords(dataDir).map(({ name }) => name),
    ['five'],
  )
  assert.ok(resolve({ dataDir }).lanes.every(({ chainId }) => chainId !== 5))
})

test('chain ids and names are unique, paths of the gateway are no names, tools’ own ids warn', () => {
  const dataDir = newFolder()
  refuses(
    {
      dataDir,
      lanes: [
        { chainId: 5, name: 'a' },
        { chainId: 5, name: 'b' },
      ],
    },
    'config-invalid',
    /^lanes\[1\]\.chainId: must be unique/,
  )
  refuses(
    {
      dataDir,
      lanes: [
        { chainId: 5, name: 'a' },
        { chainId: 6, name: 'a' },
      ],
    },
    'config-invalid',
    /^lanes\[1\]\.name: must be unique/,
  )
  refuses({ dataDir, lanes: [{ chainId: 5, name: 'metrics' }] }, 'config-invalid', /metrics/)
  assert.match(resolve({ dataDir, lanes: [{ chainId: 31_337, name: 'a' }] }).warnings[0] ?? '', /^lanes\[0\]\.chainId: .*31337/)
})

test('development accounts sign as any wallet with their key would', () => {
  const accounts = deriveDevAccounts(testMnemonic, 3)
  const dev = createDevAccounts(accounts, signDigest)
  const digest = new Uint8Array(32).fill(7)
  for (const { address, key } of accounts) {
    const signature = dev.sign(address, digest)
    assert.equal(signature.length, 65)
    const byNoble = signWithNoble(digest, key)
    assert.equal(toHex(signature), toHex(Uint8Array.from([...byNoble.signature, 27 + byNoble.parity])))
    assert.equal(recoverPublicKey(digest, signature.subarray(0, 64), (signature[64] as number) - 27)?.length, 64)
  }
  assert.throws(
    () => dev.sign(fromHex('0x' + '11'.repeat(20)), digest),
    (error) => error instanceof AppError && error.code === 'account-unknown',
  )
})

test('hyper: defaults, what follows from them, and bounds', () => {
  const { sealing: hyper } = resolve({ dataDir: newFolder() })
  assert.equal(hyper.onchain, 'off')
  assert.deepStrictEqual([hyper.periodMs, hyper.censorMs, hyper.buddies, hyper.maxUnsealed, hyper.adminKey], [500, 2_000, 4, 4_096, null])
  const own = resolve({ dataDir: newFolder(), hyper: { periodMs: 50, maxUnsealed: 0, adminKey: `0x${'ab'.repeat(32)}` } }).sealing
  assert.deepStrictEqual([own.minPeriodMs, own.censorMs, own.maxUnsealed, own.adminKey?.length], [50, 200, null, 32])
  for (const [hyper, says] of [
    [{ buddies: 0 }, /hyper\.buddies: must be at least 1/],
    [{ periodMs: 5 }, /hyper\.periodMs: must be at least 10/],
    [{ adminKey: '0x12' }, /hyper\.adminKey/],
    [{ period: 5 }, /hyper\.period: unknown key, did you mean periodMs/],
  ] as const) {
    assert.throws(
      () => loadConfig({ file: null, environment: {}, flags: { hyper } }),
      (error) => error instanceof AppError && error.code === 'config-invalid' && says.test(error.message),
    )
  }
})

const network = { genesisHash: new Uint8Array(32).fill(7), trust: 'Single operator: plainly said.' }

test('the banner has accounts, keys, lanes and ends with where it listens', () => {
  const settings = resolve({ dataDir: newFolder() })
  const lines = banner('1.2.3', settings, { url: 'http://127.0.0.1:8545', network }).trimEnd().split('\n')
  assert.equal(lines[0], 'Paralane 1.2.3')
  assert.ok(lines.includes(`Hyper genesis: 0x${'07'.repeat(32)}`) && lines.includes(network.trust))
  assert.equal(lines.at(-1), 'Listening on http://127.0.0.1:8545')
  assert.ok(lines.includes('  (0) 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 (10000 ETH)'))
  assert.ok(lines.includes('  (0) 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'))
  assert.ok(
    lines.some((line) =>
      /^swift +77001 +every 250 ms +http:\/\/127\.0\.0\.1:8545\/77001 +ws:\/\/127\.0\.0\.1:8545\/77001 +\S*lane-77001$/.test(line),
    ),
  )
  const open = banner('1.2.3', resolve({ dataDir: newFolder(), dev: false }), { url: 'http://h:1', network })
  assert.doesNotMatch(open, /Private|Mnemonic/)
})
