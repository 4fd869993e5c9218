// A chain from elsewhere: `lane init`, `lane import`, served by the next start.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { readBlocks } from '../../../src/commands/block-file.js'
import { needsOwnGateway, startGateway } from '../gateway.js'
import { root as projectRoot } from '../root.js'
import { rpc } from '../rpc.js'
import { paralane, type Ended } from './command.js'

const vectors = resolve(process.env['CONFORMANCE_DIR'] ?? join(projectRoot, '../shared/conformance'), 'tests')
const chain = join(vectors, 'chain.rlp')
const genesis = join(vectors, 'genesis.json')
const skip = !existsSync(chain) ? `no chain to import: ${chain} is missing (CONFORMANCE_DIR)` : needsOwnGateway
const blockCount = 54

const root = mkdtempSync(join(tmpdir(), 'paralane-import-'))
test.after(() => rmSync(root, { recursive: true, force: true }))

async function init(dataDir: string): Promise<void> {
  const { code, stdout, stderr } = await paralane('lane', 'init', '--genesis', genesis, '--name', 'official', '--data-dir', dataDir).ended
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Lane official \(chain id \d+\) begins, genesis 0x[0-9a-f]{64}/)
}

const importFile = (dataDir: string, file: string): ReturnType<typeof paralane> =>
  paralane('lane', 'import', '--lane', 'official', file, '--data-dir', dataDir)

function counts({ stdout, stderr }: Ended): { imported: number; known: number } {
  const found = /^Imported (\d+) blocks(?:, (\d+) were there already)?/.exec(stdout)
  assert.ok(found !== null, stdout + stderr)
  return { imported: Number(found[1]), known: Number(found[2] ?? 0) }
}

test('an imported chain is served beside the others; its head is latest, safe and finalized', { skip }, async () => {
  const dataDir = join(root, 'served')
  await init(dataDir)
  const ended = await importFile(dataDir, chain).ended
  assert.equal(ended.code, 0, ended.stderr)
  assert.deepStrictEqual(counts(ended), { imported: blockCount, known: 0 })
  assert.match((await paralane('lane', 'list', '--data-dir', dataDir).ended).stdout, /^official /)

  const gateway = await startGateway({ dataDir })
  const url = `${gateway.url}/official`
  const numbers = await Promise.all(['latest', 'safe', 'finalized'].map((tag) => rpc(url, 'eth_getBlockByNumber', [tag, false])))
  assert.deepStrictEqual(
    numbers.map(({ number }) => Number(number)),
    [blockCount, blockCount, blockCount],
  )
  assert.equal(await rpc(`${gateway.url}/77000`, 'eth_blockNumber'), '0x0')
  await gateway.stop()

  const again = await importFile(dataDir, chain).ended
  assert.deepStrictEqual([again.code, counts(again)], [0, { imported: 0, known: blockCount }])
})

test('an invalid block ends the import; what came before stays', { skip }, async () => {
  const dataDir = join(root, 'invalid')
  await init(dataDir)
  const bytes = readFileSync(chain)
  const ends: number[] = []
  for await (const { endsAt } of readBlocks(chain)) ends.push(endsAt)
  // A byte of the state root of block 30: header fields before it are 32, 32 and 20 bytes with their prefixes, after two list headers.
  const broken = Buffer.from(bytes)
  const at = (ends[28] as number) + 3 + 3 + 33 + 33 + 21 + 10
  broken[at] = (broken[at] as number) ^ 1
  const file = join(root, 'broken.rlp')
  writeFileSync(file, broken)
  const ended = await importFile(dataDir, file).ended
  assert.equal(ended.code, 1)
  assert.deepStrictEqual(counts(ended), { imported: 29, known: 0 })
  assert.match(ended.stderr, /^paralane: block 30: \S/m)

  writeFileSync(file, bytes.subarray(0, (ends[39] as number) - 5))
  const cut = await importFile(dataDir, file).ended
  assert.deepStrictEqual([cut.code, counts(cut)], [1, { imported: 10, known: 29 }])
  assert.match(cut.stderr, /ends in the middle of a block/)
})

test('Ctrl-C stops an import after the block at hand; the same command goes on', { skip }, async () => {
  const dataDir = join(root, 'stopped')
  await init(dataDir)
  const pipe = join(root, 'pipe')
  execFileSync('mkfifo', [pipe])
  const { child, ended } = importFile(dataDir, pipe)
  const bytes = readFileSync(chain)
  const ends: number[] = []
  for await (const { endsAt } of readBlocks(chain)) ends.push(endsAt)
  // Opening succeeds when the command reads; the signal comes while it waits for more.
  const writer = await open(pipe, 'w')
  await writer.write(bytes.subarray(0, ends[19]))
  child.kill('SIGINT')
  // The block at hand is the next one, or one soon after it where the process has not had its turn: it may be gone before it has read them all.
  await writer.write(bytes.subarray(ends[19])).catch((error: NodeJS.ErrnoException) => assert.equal(error.code, 'EPIPE'))
  await writer.close()
  const stopped = await ended
  assert.equal(stopped.code, 130, stopped.stderr)
  const { imported } = counts(stopped)
  assert.ok(imported < blockCount, 'it has stopped before the end')
  const rest = await importFile(dataDir, chain).ended
  assert.deepStrictEqual([rest.code, counts(rest)], [0, { imported: blockCount - imported, known: imported }])
})

test('names and chain ids that are taken are refused', { skip }, async () => {
  const dataDir = join(root, 'taken')
  await init(dataDir)
  const taken = await paralane('lane', 'init', '--genesis', genesis, '--name', 'instant', '--data-dir', dataDir).ended
  assert.deepStrictEqual([taken.code, /instant \(77000\) has it already/.test(taken.stderr)], [1, true])
  const other = join(root, 'other.json')
  writeFileSync(other, readFileSync(genesis, 'utf8').replace('"gasLimit"', '"extra": 1, "gasLimit"'))
  const contradicts = await paralane('lane', 'init', '--genesis', other, '--name', 'official', '--data-dir', dataDir).ended
  assert.equal(contradicts.code, 1)
  assert.match(contradicts.stderr, /already holds chain/)
})
