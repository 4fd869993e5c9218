// Owns: the words of a configuration error: the key, what it must be, what came, where it came from.
// Does not own: the rules (schema.ts).
// Called by: load.ts, buddy-config.ts, added-lane.ts.

import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** `lanes[1].blockTimeMs: must be a whole number, got "x"`; one line per issue. */
export function describeIssue(issue: Issue, root: unknown, keysAt: (path: PropertyKey[]) => string[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearest(key, keysAt(issue.path))
      return `${pathText([...issue.path, key])}: unknown key${near === null ? '' : `, did you mean ${near}?`}`
    })
  }
  const value = valueAt(root, issue.path)
  const got = value === undefined ? 'it is missing' : `got ${shorten(JSON.stringify(value))}`
  return [`${pathText(issue.path)}: must be ${wanted(issue)}, ${got}`]
}

function wanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected === 'int' ? 'whole number' : issue.expected)
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue.origin)}`
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`
    case 'invalid_union':
      // Each branch says what it wanted; together they say what is allowed.
      return [...new Set(issue.errors.flatMap((branch) => branch.map(wanted)))].join(' or ')
    default:
      return issue.message
  }
}

function unit(origin: string): string {
  return origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : ''
}

function article(noun: string): string {
  return `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`),
    '',
  )
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], root)
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** The known word that a slip of the finger turns into this one; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const bare = (text: string): string => text.toLowerCase().replace(/[-_]/g, '')
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(bare(word), bare(candidate)) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= (word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))) ? best.candidate : null
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
