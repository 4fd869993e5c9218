// Solidity of the benchmark: one source, compiled with solc-js; imports are found in node_modules.
// Owns the compiler and its settings; what is compiled is the caller's.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fromHex } from './deploy.js'

type CompilerOutput = {
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>
}

const require = createRequire(import.meta.url)

/** The code that deploys `contract` of `source`. @throws Error with what the compiler says. */
export function compile(contract: string, source: string): Uint8Array {
  const solc = require('solc') as { compile(input: string, callbacks: { import: typeof readImport }): string }
  const file = `${contract}.sol`
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: source } },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport })) as CompilerOutput
  const failure = output.errors?.find(({ severity }) => severity === 'error')
  if (failure) throw new Error(failure.formattedMessage)
  const bytecode = output.contracts?.[file]?.[contract]?.evm.bytecode.object
  if (!bytecode) throw new Error(`solc gave no bytecode for ${contract}`)
  return fromHex(bytecode)
}

function readImport(path: string): { contents: string } {
  return { contents: readFileSync(require.resolve(path), 'utf8') }
}
