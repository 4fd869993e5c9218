// Owns: the TypeScript files of the project and what each imports.
// Called by: checks.ts.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

export type Import = {
  specifier: string
  /** Project path of the file meant; null for a package. */ target: string | null
  line: number
  reExport: boolean
}
export type SourceFile = {
  path: string
  text: string
  lines: number
  imports: Import[]
  /** Statements that are not re-exports. */ own: number
  reExports: number
}

export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => filesUnder(join(root, folder))).map((file) => readSource(root, file))
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesUnder(path) : entry.name.endsWith('.ts') ? [path] : []
  })
}

function readSource(root: string, file: string): SourceFile {
  const text = readFileSync(file, 'utf8')
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)
  const imports: Import[] = []
  const add = (node: ts.Node, specifier: ts.Expression | undefined, reExport: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return
    const line = parsed.getLineAndCharacterOfPosition(node.getStart()).line + 1
    imports.push({ specifier: specifier.text, target: targetOf(root, file, specifier.text), line, reExport })
  }
  let reExports = 0
  for (const statement of parsed.statements) {
    if (ts.isImportDeclaration(statement)) add(statement, statement.moduleSpecifier, false)
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) continue
    reExports++
    add(statement, statement.moduleSpecifier, true)
  }
  visitCalls(parsed, (call) => {
    const isRequire = ts.isCallExpression(call.expression) || (ts.isIdentifier(call.expression) && call.expression.text === 'require')
    if (call.expression.kind === ts.SyntaxKind.ImportKeyword || isRequire) add(call, call.arguments[0], false)
  })
  visitUrls(parsed, (call) => add(call, call.arguments?.[0], false))
  const own = parsed.statements.filter((statement) => !ts.isImportDeclaration(statement)).length - reExports
  return { path: relative(root, file), text, lines: text.split('\n').length - 1, imports, own, reExports }
}

function targetOf(root: string, file: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null
  const path = resolve(dirname(file), specifier)
  const source = path.endsWith('.js') ? `${path.slice(0, -3)}.ts` : path
  return existsSync(source) ? relative(root, source) : null
}

function visitCalls(node: ts.Node, visit: (call: ts.CallExpression) => void): void {
  if (ts.isCallExpression(node)) visit(node)
  ts.forEachChild(node, (child) => visitCalls(child, visit))
}

/** `new URL('./x.js', import.meta.url)` starts a file as much as an import does. */
function visitUrls(node: ts.Node, visit: (call: ts.NewExpression) => void): void {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'URL') visit(node)
  ts.forEachChild(node, (child) => visitUrls(child, visit))
}
