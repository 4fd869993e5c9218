// Owns: where the official vectors and the chain they speak of are on this machine, and why a test of them is skipped.
// Does not own: reading them. Called by: the conformance tests. The data is not part of the project.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { root } from '../e2e/root.js'

export const conformanceDir = resolve(root, process.env['CONFORMANCE_DIR'] ?? '../shared/conformance')
export const genesisFile = join(conformanceDir, 'tests', 'genesis.json')
export const chainFile = join(conformanceDir, 'tests', 'chain.rlp')

/** For the `skip` of a test: false, or the reason it prints. */
export const skipWithoutData = existsSync(chainFile) ? false : `no vectors in ${conformanceDir} (CONFORMANCE_DIR names their folder)`
