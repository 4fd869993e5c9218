// Owns: compiling contracts/ and the generated src/evm-lane/engine/portal/portal-code.ts.
// Does not own: the contracts, or what the engine does with their code (engine/portal/portal-accounts.ts).
// Run as `node dist/scripts/contracts.js` to write, with `--check` to fail when the file is stale.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fromHex, toHex } from '../src/primitives.js'
import { keccak256 } from '../src/evm-lane/engine/keccak.js'

type Compiled = { evm: { bytecode: { object: string }; deployedBytecode: { object: string; immutableReferences: object; linkReferences: object } } }
type Output = { errors?: { severity: string; formattedMessage: string }[]; contracts?: Record<string, Record<string, Compiled>> }
type Solc = { version(): string; compile(input: string): string }

/** The code hash is part of every lane's genesis, so another compiler is a reviewed decision. */
const compilerVersion = '0.8.30'
const gateSource = 'portal/Gate.sol'
const root = rootFolder(import.meta.dirname)
const target = join(root, 'src/evm-lane/engine/portal/portal-code.ts')

main(process.argv.includes('--check'))

function main(check: boolean): void {
  const { [gateSource]: gate = { content: '' }, ...others } = sources(join(root, 'contracts'))
  const contracts = compile(others, 'istanbul')
  // It runs in tools only, and asks them for the base fee.
  const tools = compile({ ...others, [gateSource]: gate }, 'london')
  const text = generated({
    portal: runtimeCode(contracts['HyperPortal.sol']?.['HyperPortal']),
    proxy: runtimeCode(contracts['CrossChainProxy.sol']?.['CrossChainProxy']),
    gate: runtimeCode(tools[gateSource]?.['Gate']),
    proxyInit: bytes(contracts['CrossChainProxy.sol']?.['CrossChainProxy']?.evm.bytecode.object),
  })
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return
  if (!check) writeFileSync(target, text)
  else process.exitCode = 1
  console.log(`${check ? 'stale' : 'wrote'}: ${target}`)
}

/** Source names are paths below contracts/, so that nothing of this machine enters the compilation. */
function sources(folder: string): Record<string, { content: string }> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.sol'))
  const paths = found.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((path) => [relative(folder, path), { content: readFileSync(path, 'utf8') }]))
}

/** `evmVersion`: istanbul for what lanes execute, so that one code serves lanes of every fork that a genesis may ask for. */
function compile(from: Record<string, { content: string }>, evmVersion: 'istanbul' | 'london'): NonNullable<Output['contracts']> {
  const solc = createRequire(import.meta.url)('solc') as Solc
  if (!solc.version().startsWith(`${compilerVersion}+`)) throw new Error(`solc ${solc.version()} is installed, ${compilerVersion} is wanted`)
  const settings = {
    evmVersion,
    optimizer: { enabled: true, runs: 10_000 },
    // Without a hash of sources and settings at its end the code depends on its meaning alone.
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { '*': { '*': ['evm.bytecode.object', 'evm.deployedBytecode'] } },
  }
  const { errors = [], contracts } = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources: from, settings }))) as Output
  for (const { formattedMessage } of errors) process.stderr.write(formattedMessage)
  if (contracts === undefined || errors.some(({ severity }) => severity !== 'info')) throw new Error('contracts/ must compile without a warning')
  return contracts
}

/** Genesis writes the code as it is, without running a constructor: nothing in it may be left to fill in. */
function runtimeCode(contract: Compiled | undefined): Uint8Array {
  const code = contract?.evm.deployedBytecode
  if (code === undefined) throw new Error('a system contract is missing')
  if (Object.keys(code.immutableReferences).length + Object.keys(code.linkReferences).length > 0)
    throw new Error('a system contract has immutables or libraries')
  return bytes(code.object)
}

function bytes(hex: string | undefined): Uint8Array {
  if (hex === undefined || hex === '') throw new Error('a system contract has no code')
  return fromHex(hex)
}

function generated({ portal, proxy, gate, proxyInit }: Record<'portal' | 'proxy' | 'gate' | 'proxyInit', Uint8Array>): string {
  return [
    '// Owns: the code of the system contracts. Generated from contracts/ by scripts/contracts.ts; not edited by hand.',
    '// Does not own: the accounts that carry it (portal-accounts.ts).',
    `// Called by: portal-accounts.ts, proxy-address.ts. Compiled by solc ${compilerVersion}. Sizes: portal ${portal.length} bytes, proxy ${proxy.length} bytes, gate ${gate.length} bytes.`,
    '',
    `export const portalCodeHash = '${toHex(keccak256(portal))}'`,
    `export const proxyCodeHash = '${toHex(keccak256(proxy))}'`,
    `export const gateCodeHash = '${toHex(keccak256(gate))}'`,
    `export const proxyInitCodeHash = '${toHex(keccak256(proxyInit))}'`,
    `export const portalCode =\n  '${toHex(portal)}'`,
    `export const gateCode =\n  '${toHex(gate)}'`,
    '',
  ].join('\n')
}

/** The folder of package.json, from the source as from the compiled file. */
function rootFolder(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from
  const parent = dirname(from)
  if (parent === from) throw new Error('package.json not found above this script')
  return rootFolder(parent)
}
