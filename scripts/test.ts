// Owns: running the tests of the tiers given (default: those of `npm test`) with node's own runner, and that they leave nothing behind.
// Does not own: building; `npm test` builds first, because workers need compiled files.
// Called by: npm scripts, CI. Usage: node dist/scripts/test.js [tier or path part ...]

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const tiers = ['unit', 'contract', 'property', 'sim', 'golden', 'conformance', 'e2e'] as const
/** Test files that run at the same time; the end-to-end ones start processes of their own. */
const concurrency = 2
/** One test file that hangs must not take the whole run with it; the longest takes four minutes where others run beside it, more on a slow machine. */
const timeoutMs = 20 * 60_000

const testRoot = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test')
const wanted = process.argv
  .slice(2)
  .filter((arg) => !arg.startsWith('--'))
  .map((word) => word.replace(/\/$/, ''))
const runnerFlags = process.argv.slice(2).filter((arg) => arg.startsWith('--'))
const files = chosen(wanted.length === 0 ? tiers : wanted)

if (files.length === 0) {
  process.stderr.write(`no test files for ${wanted.join(', ') || tiers.join(', ')} under ${testRoot}\n`)
  process.exit(1)
}
process.stdout.write(`${files.length} test files: ${[...new Set(files.map((file) => relative(testRoot, file).split('/')[0]))].join(', ')}\n`)
// Without the last a test that fails before it closes its server or its gateway would keep its file running until the timeout.
const bounds = [`--test-concurrency=${concurrency}`, `--test-timeout=${timeoutMs}`, '--test-force-exit']
const temporary = mkdtempSync(join(tmpdir(), 'paralane-test-'))
// A process group of its own: whatever a test started and did not end is found in it.
const run = spawn(process.execPath, ['--test', ...bounds, '--test-reporter=spec', ...runnerFlags, ...files], {
  stdio: 'inherit',
  detached: true,
  env: { ...process.env, TMPDIR: temporary },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void run.kill(signal))
const [status] = (await once(run, 'close')) as [number | null]
const left = leftBehind(run)
for (const what of left) process.stderr.write(`left behind by the tests: ${what}\n`)
process.exit(left.length > 0 ? status || 1 : (status ?? 1))

/** Ends and removes what tests should have ended and removed; each is a mistake of a test, also of one that failed. */
function leftBehind({ pid }: ChildProcess): string[] {
  const found = readdirSync(temporary).filter((name) => name.startsWith('paralane-'))
  try {
    // The group outlives its first process as long as it has another.
    if (pid !== undefined && process.kill(-pid, 'SIGKILL')) found.push('a running process')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  return found
}

/** A word that is a tier means its folder, any other a part of the path. Tiers run in the order given. */
function chosen(words: readonly string[]): string[] {
  const all = testFiles(testRoot)
  const found = words.flatMap((word) => {
    const folder = join(testRoot, word)
    return existsSync(folder) ? all.filter((file) => file.startsWith(`${folder}/`)) : all.filter((file) => relative(testRoot, file).includes(word))
  })
  return [...new Set(found)]
}

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return testFiles(path)
      // Compiled tests whose source is gone are no tests.
      return entry.name.endsWith('.test.js') && existsSync(sourceOf(path)) ? [path] : []
    })
}

function sourceOf(compiled: string): string {
  const root = dirname(dirname(testRoot))
  return join(root, 'test', relative(testRoot, compiled).replace(/\.js$/, '.ts'))
}
