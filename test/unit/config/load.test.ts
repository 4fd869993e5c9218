// Precedence of the sources, and errors that name the key.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { loadConfig, type Sources } from '../../../src/config/load.js'
import { AppError } from '../../../src/errors.js'

const folder = mkdtempSync(join(tmpdir(), 'paralane-config-'))
test.after(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const load = (sources: Partial<Sources>): ReturnType<typeof loadConfig> => loadConfig({ file: null, environment: {}, flags: {}, ...sources })

function refusal(sources: Partial<Sources>): string {
  try {
    load(sources)
  } catch (error) {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'config-invalid')
    return error.message
  }
  assert.fail('must be refused')
}

test('flags win over the environment, that over the file, TOML or JSON', () => {
  for (const path of [file('a.toml', 'port = 1\naccounts = 1\nbalance = 1'), file('a.json', '{"port": 1, "accounts": 1, "balance": 1}')]) {
    const { config, given } = load({ file: path, environment: { PARALANE_PORT: '2', PARALANE_ACCOUNTS: '2' }, flags: { port: 3 } })
    assert.deepStrictEqual([config.port, config.accounts, config.balance], [3, 2, 1])
    assert.deepStrictEqual([...given].sort(), ['accounts', 'balance', 'port'])
  }
})

test('PARALANE_CONFIG names the file; paths in it are meant from where it is', () => {
  const path = file('b.toml', 'dataDir = "state"\n[[lanes]]\nchainId = 5\nname = "five"\ngenesis = "g.json"')
  const { config } = load({ environment: { PARALANE_CONFIG: path } })
  assert.equal(config.dataDir, join(folder, 'state'))
  assert.equal(config.lanes?.[0]?.genesis, join(folder, 'g.json'))
})

test('every kind of option is read from the environment', () => {
  const { config } = load({
    environment: {
      PARALANE_DEV: 'no',
      PARALANE_WAIT: 'FALSE',
      PARALANE_API_KEYS: 'aaaaaaaa, bbbbbbbb',
      PARALANE_BLOCK_TIME: '0.25',
      PARALANE_DATA_DIR: 'x',
    },
  })
  assert.deepStrictEqual(config, { dev: false, wait: false, apiKeys: ['aaaaaaaa', 'bbbbbbbb'], blockTime: 0.25, dataDir: 'x' })
})

test('an unknown variable is a warning with a suggestion, because platforms set such variables themselves', () => {
  assert.deepStrictEqual(load({ environment: { PARALANE_PROT: '1' } }).warnings, [
    'environment variable PARALANE_PROT is not known, did you mean PARALANE_PORT?',
  ])
})

const refusals: { desc: string; toml?: string; environment?: Record<string, string>; flags?: object; says: string[] }[] = [
  { desc: 'unknown key', toml: 'prot = 1', says: ['prot: unknown key, did you mean port?'] },
  {
    desc: 'unknown key of a lane',
    toml: '[[lanes]]\nchainId = 5\nname = "a"\n[[lanes]]\nchainId = 6\nname = "b"\nblokTimeMs = 5',
    says: ['lanes[1].blokTimeMs: unknown key, did you mean blockTimeMs?'],
  },
  { desc: 'unknown limit', toml: '[limits]\nbatchMaximum = 5', says: ['limits.batchMaximum: unknown key, did you mean batchMax?'] },
  {
    desc: 'unknown limit of sessions',
    toml: '[hyper.limits.sessions]\nlaneMax = 5',
    says: ['hyper.limits.sessions.laneMax: unknown key, did you mean lanesMax?'],
  },
  { desc: 'unknown limit between lanes', toml: '[hyper.limits]\nstopMsec = 5', says: ['hyper.limits.stopMsec: unknown key, did you mean stopMs?'] },
  { desc: 'unknown key between lanes', toml: '[hyper]\nlimit = 5', says: ['hyper.limit: unknown key, did you mean limits?'] },
  {
    desc: 'a limit of sessions that lets none run',
    toml: '[hyper.limits.sessions]\nbatchesMax = 0\nlanesMax = "many"\nsessionMs = 60000',
    says: [
      'hyper.limits.sessions.sessionMs: must be at most 50000, got 60000',
      'hyper.limits.sessions.batchesMax: must be at least 1, got 0',
      'hyper.limits.sessions.lanesMax: must be a number, got "many"',
    ],
  },
  { desc: 'wrong type', toml: '[[lanes]]\nchainId = "x"\nname = "a"', says: ['lanes[0].chainId: must be a number, got "x"'] },
  { desc: 'out of bounds', toml: '[[lanes]]\nchainId = 5\nname = "a"\nblockTimeMs = 1', says: ['lanes[0].blockTimeMs: must be at least 10, got 1'] },
  { desc: 'not whole', toml: 'port = 1.5', says: ['port: must be a whole number, got 1.5'] },
  { desc: 'missing', toml: '[[lanes]]\nname = "a"', says: ['lanes[0].chainId: must be a number, it is missing'] },
  {
    desc: 'a name that is no path',
    toml: '[[lanes]]\nchainId = 5\nname = "A b"',
    says: ['lanes[0].name: must be a name of at most 32 of a-z, 0-9 and -, beginning with a letter, got "A b"'],
  },
  {
    desc: 'one of several',
    toml: 'logLevel = "loud"',
    says: ['logLevel: must be one of fatal, error, warn, info, debug, trace, silent, got "loud"'],
  },
  {
    desc: 'a variable',
    environment: { PARALANE_PORT: 'tcp://10.0.0.1:80' },
    says: ['port: must be a number, got "tcp://10.0.0.1:80" (PARALANE_PORT)'],
  },
  { desc: 'a flag', flags: { port: 70_000 }, says: ['port: must be at most 65535, got 70000 (a flag)'] },
  { desc: 'two at once', toml: 'port = "x"\nhots = 1', says: ['port: must be a number', 'hots: unknown key, did you mean host?'] },
  { desc: 'an amount of either type', toml: 'balance = true', says: ['balance: must be a string or a number, got true'] },
  { desc: 'no TOML', toml: 'port = = 1', says: ['is not TOML'] },
]
for (const { desc, toml, environment, flags, says } of refusals) {
  test(`refused: ${desc}`, () => {
    const message = refusal({ file: toml === undefined ? null : file('c.toml', toml), environment: environment ?? {}, flags: { ...flags } })
    for (const text of says) assert.ok(message.includes(text), `${JSON.stringify(message)} must say ${JSON.stringify(text)}`)
  })
}

test('a missing file is named', () => {
  assert.match(refusal({ file: join(folder, 'none.toml') }), /none\.toml/)
})
