// Owns: what is generated from the method table and kept in the repository: openrpc.json and the README's list of methods.
// Does not own: the OpenRPC document itself (src/rpc/openrpc.ts).
// Run as `node dist/scripts/gen.js` to write, with `--check` to fail when a file is stale.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MethodRow } from '../src/rpc/method.js'
import { methods } from '../src/rpc/methods.js'
import { openRpcDocument } from '../src/rpc/openrpc.js'

type Generated = { file: string; text: string }

const startMark = '<!-- methods -->'
const endMark = '<!-- /methods -->'

main(process.argv.includes('--check'))

function main(check: boolean): void {
  const root = rootFolder(import.meta.dirname)
  const stale = [openRpcFile(root), readmeFile(root)].filter(({ file, text }) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
  if (!check) for (const { file, text } of stale) writeFileSync(file, text)
  for (const { file } of stale) console.log(`${check ? 'stale' : 'wrote'}: ${file}`)
  if (check && stale.length > 0) process.exitCode = 1
}

function openRpcFile(root: string): Generated {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { file: join(root, 'openrpc.json'), text: `${JSON.stringify(openRpcDocument(methods, { version, dev: true }), null, 2)}\n` }
}

function readmeFile(root: string): Generated {
  const file = join(root, 'README.md')
  const text = readFileSync(file, 'utf8')
  const start = text.indexOf(startMark)
  const end = text.indexOf(endMark)
  if (start === -1 || end < start) throw new Error(`${file} needs the marks ${startMark} and ${endMark}, in this order`)
  return { file, text: `${text.slice(0, start + startMark.length)}\n${methodList(methods)}\n${text.slice(end)}` }
}

/** One table per namespace, in the order in which namespaces first appear in the method table. */
function methodList(table: Record<string, MethodRow>): string {
  const namespaces = new Map<string, string[]>()
  for (const [name, row] of Object.entries(table)) {
    const namespace = name.split(/[._]/, 1)[0]!
    const params = row.params.map((param) => (param.required ? param.name : `${param.name}?`)).join(', ')
    const note = row.route === 'dev' ? ' Dev mode only.' : ''
    const lines = namespaces.get(namespace) ?? []
    lines.push(`| \`${name}\` | ${params} | ${row.summary.replaceAll('|', '\\|')}${note} |`)
    namespaces.set(namespace, lines)
  }
  return (
    Array.from(namespaces, ([namespace, lines]) => `\n**${namespace}**\n\n| method | parameters | |\n| --- | --- | --- |\n${lines.join('\n')}`).join(
      '\n',
    ) + '\n'
  )
}

/** The folder of package.json, from the source as from the compiled file. */
function rootFolder(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from
  const parent = dirname(from)
  if (parent === from) throw new Error('package.json not found above this script')
  return rootFolder(parent)
}
