// The exported library needs nothing that a browser lacks: no module of Node, no Buffer, no process; and its types stand alone.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: { './verify': { default: string; types: string } } }
const entry = join(root, manifest.exports['./verify'].default)

/** Modules that are loaded with the entry; packages by name. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?:[\w\s{},*$]*?\bfrom\s)?['"]([^'"]+)['"]/gm)) {
    if (specifier === undefined) continue
    if (specifier.startsWith('.')) closure(resolve(dirname(file), specifier), seen)
    else seen.add(specifier)
  }
  return seen
}

test('only cores, codecs and noble are loaded', () => {
  const modules = [...closure(entry)].map((name) => (name.startsWith('/') ? relative(join(root, 'dist/src'), name) : name)).sort()
  const allowed =
    /^(hyper\/light-client\.js|hyper\/core\/[a-z-]+\.js|buddy\/core\/[a-z-]+\.js|codec\/[a-z]+\.js|assert\.js|@noble\/(hashes\/sha3|curves\/ed25519)\.js)$/
  assert.deepEqual(
    modules.filter((name) => !allowed.test(name)),
    [],
  )
  assert.ok(modules.length > 15)
})

test('it verifies where there is neither Buffer nor process', () => {
  const script = `
    import { createSealedChain, serverOf, laneId } from ${JSON.stringify(join(root, 'dist/test/fixtures/sealed-chain.js'))}
    import { genesisToJson } from ${JSON.stringify(join(root, 'dist/src/hyper/core/genesis.js'))}
    const chain = await createSealedChain(7, 3, [2])
    const ask = serverOf(chain)
    const told = new Map()
    const recorded = async (question) => {
      const key = JSON.stringify(question)
      if (!told.has(key)) told.set(key, await ask(question))
      return told.get(key)
    }
    const run = async ({ trustGenesis, lightCrypto, proveNewestBlock, proveAccount }) => {
      const { block } = await proveNewestBlock(recorded, trustGenesis(genesisToJson(lightCrypto, chain.genesis)), laneId)
      const { account } = await proveAccount(recorded, block, { address: chain.accounts[2] })
      return account.balance
    }
    await run(await import(${JSON.stringify(entry)}))
    const say = process.stdout.write.bind(process.stdout)
    delete globalThis.Buffer
    delete globalThis.process
    const fresh = await import(${JSON.stringify(`${entry}?again`)})
    say(String(await run(fresh)))
  `
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', cwd: root })
  assert.equal(status, 0, stderr)
  assert.equal(stdout, String(10n ** 18n + 2n))
})

/** The README's example of the library. */
function readmeExample(): string {
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```ts\n([^`]*)^```$/gm)].map(([, code]) => code ?? '')
  const example = blocks.find((code) => code.includes("from 'paralane/verify'"))
  assert.ok(example !== undefined, 'the README shows how paralane/verify is used')
  return example
}

test('its types are complete, and the README uses them rightly', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paralane-types-'))
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const emitted = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.types.json'), '--outDir', folder], { encoding: 'utf8' })
    assert.equal(emitted.status, 0, emitted.stdout)
    const types = join(folder, relative(join(root, 'dist'), join(root, manifest.exports['./verify'].types)))
    assert.ok(existsSync(types), types)
    const user = join(folder, 'user.mts')
    const from = `./${relative(folder, types).replace(/\.d\.ts$/, '.js')}`
    writeFileSync(user, `declare const genesisDocument: unknown\n${readmeExample().replace('paralane/verify', from)}`)
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck', '--lib', 'es2023', user]
    const used = spawnSync(process.execPath, [tsc, ...options], { encoding: 'utf8', cwd: folder })
    assert.equal(used.status, 0, used.stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
