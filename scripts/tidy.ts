// Owns: the checks that no compiler does: layers, cycles, barrels, lengths, dead files, forbidden words, owners of dependencies.
// Does not own: the rules (tidy/rules.ts).
// Called by: npm run tidy. Ends with 1 when anything is wrong.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { barrels, cycles, deadFiles, dependencyOwners, heads, importTable, lengths, rulesNamed, words } from './tidy/checks.js'
import { linesWarn } from './tidy/rules.js'
import { readSources } from './tidy/sources.js'

const root = join(fileURLToPath(import.meta.url), '../../..')
const files = readSources(root, ['src', 'scripts', 'test'])
const complaints = [importTable, dependencyOwners, cycles, barrels, lengths, words, deadFiles, heads, rulesNamed].flatMap((check) => check(files))

for (const { path, lines } of files) if (lines > linesWarn) process.stdout.write(`note: ${path}: ${lines} lines\n`)
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
process.stdout.write(`tidy: ${files.length} files, ${complaints.length} complaints\n`)
process.exit(complaints.length === 0 ? 0 : 1)
