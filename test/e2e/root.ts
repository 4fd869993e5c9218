// Owns: where the project's files are, seen from the compiled tests.
// Does not own: anything that runs. Called by: the end-to-end tests and their helpers.
import { fileURLToPath } from 'node:url'

/** The package root: compiled tests live in dist/test/e2e. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The compiled command, beside the compiled tests, so that both come from one build. */
export const mainFile = fileURLToPath(new URL('../../src/main.js', import.meta.url))

export const hardhatFixtures = `${root}hardhat-fixtures`
export const nodeModules = `${root}node_modules`
