// Owns: one function per rule of the house; each answers its complaints.
// Does not own: the rules' data (rules.ts).
// Called by: scripts/tidy.ts.

import { coreForbidden, coreLayers, entryPoints, forbidden, layers, linesMax, mayImport, onlyThese, owners, testedRules } from './rules.js'
import type { SourceFile } from './sources.js'

export function layerOf(path: string): string {
  return layers.find(([, prefix]) => path === prefix || (prefix.endsWith('/') && path.startsWith(prefix)))?.[0] ?? 'unknown'
}

export function importTable(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, imports }) => {
    const from = layerOf(path)
    return imports.flatMap(({ target, line, specifier }) => {
      if (target === null) return specifier.startsWith('.') && /\.[jt]s$/.test(specifier) ? [`${path}:${line}: ${specifier} does not exist`] : []
      const to = layerOf(target)
      const allowed = mayImport[from] ?? []
      if (to === from || to === 'leaf' || allowed.includes('*')) return restricted(path, line, from, to)
      if (!allowed.includes(to)) return [`${path}:${line}: ${from} must not import ${to} (${target})`]
      return restricted(path, line, from, to)
    })
  })
}

function restricted(path: string, line: number, from: string, to: string): string[] {
  const rule = onlyThese.find((candidate) => candidate.from === from && candidate.to === to)
  return rule === undefined || rule.files.includes(path) ? [] : [`${path}:${line}: must not import ${to}: ${rule.why}`]
}

export function dependencyOwners(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, target, line }) => {
        if (target !== null || specifier.startsWith('.') || specifier.startsWith('node:')) return []
        const owner = Object.keys(owners).find((name) => specifier === name || specifier.startsWith(`${name}/`))
        if (owner === undefined) return []
        const places = owners[owner] ?? []
        const allowed = places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)))
        return allowed ? [] : [`${path}:${line}: ${specifier} belongs to ${places.join(', ')}`]
      }),
    )
}

/** Cycles count, also those by types: neither file can be understood without the other. */
export function cycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap(({ target }) => (target === null || target === path ? [] : [target]))]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      found.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
      return
    }
    state.set(path, 'open')
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const { path } of files) visit(path, [])
  return found
}

/** A file that only passes on what others define hides where it is defined. */
export function barrels(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ own, reExports }) => reExports > 0 && own === 0)
    .map(({ path }) => `${path}: is a barrel; import from the file that defines the name`)
}

export function lengths(files: readonly SourceFile[]): string[] {
  return files.filter(({ lines }) => lines > linesMax).map(({ path, lines }) => `${path}: ${lines} lines, more than ${linesMax}`)
}

export function words(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const bans = coreLayers.includes(layerOf(path))
      ? [...forbidden, ...coreForbidden.map((pattern) => ({ pattern, why: 'cores are pure' }))]
      : forbidden
    return text
      .split('\n')
      .flatMap((line, i) => bans.filter(({ pattern }) => pattern.test(line)).map(({ why, pattern }) => `${path}:${i + 1}: ${pattern.source}: ${why}`))
  })
}

export function deadFiles(files: readonly SourceFile[]): string[] {
  const imported = new Set(
    files.flatMap(({ path, imports }) => imports.flatMap(({ target }) => (target === null || target === path ? [] : [target]))),
  )
  return files
    .filter(({ path }) => !imported.has(path) && !entryPoints.some((pattern) => pattern.test(path)))
    .map(({ path }) => `${path}: nobody imports it`)
}

/** Style 29: what a file owns and who calls it, on top. */
export function heads(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, text }) => path.startsWith('src/') && !/^(#!.*\n)?\/\/ Owns: /.test(text))
    .map(({ path }) => `${path}: must begin with a comment "// Owns: ..."`)
}

/** A rule without a test that names it is a wish. */
export function rulesNamed(files: readonly SourceFile[]): string[] {
  const titles = files
    .filter(({ path }) => path.endsWith('.test.ts'))
    .flatMap(({ text }) => [...text.matchAll(/\btest\(\s*(['"`])(.*?)\1/g)].map((match) => match[2] ?? ''))
  return testedRules.filter((rule) => !titles.some((title) => new RegExp(`\\b${rule}\\b`).test(title))).map((rule) => `${rule}: no test names it`)
}
