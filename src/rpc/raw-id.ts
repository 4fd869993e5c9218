// Owns: the exact text of request ids that JSON.parse would round (big integers, decimals).
// Does not own: parsing (envelope.ts). Works on text that JSON.parse has accepted, so it need not report errors.
// Called by: envelope.ts, only when an id is a number that is not a safe integer.

/** The text of the `id` of every message: one entry for a single object, one per item for an array; '' where there is none. */
export function rawIds(text: string): string[] {
  const at = skipSpace(text, 0)
  if (text[at] !== '[') return [idOf(text, at)]
  const ids: string[] = []
  for (let item = skipSpace(text, at + 1); text[item] !== ']';) {
    ids.push(idOf(text, item))
    const end = skipSpace(text, skipValue(text, item))
    if (text[end] !== ',') break
    item = skipSpace(text, end + 1)
  }
  return ids
}

/** As in JSON.parse the last of several equal keys counts. */
function idOf(text: string, at: number): string {
  if (text[at] !== '{') return ''
  let id = ''
  for (let key = skipSpace(text, at + 1); text[key] === '"';) {
    const keyEnd = skipString(text, key)
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const valueEnd = skipValue(text, value)
    if (JSON.parse(text.slice(key, keyEnd)) === 'id') id = text.slice(value, valueEnd)
    const end = skipSpace(text, valueEnd)
    if (text[end] !== ',') break
    key = skipSpace(text, end + 1)
  }
  return id
}

function skipSpace(text: string, at: number): number {
  let i = at
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++
  return i
}

/** The index after the value that starts at `at`. */
function skipValue(text: string, at: number): number {
  if (text[at] === '"') return skipString(text, at)
  if (text[at] !== '{' && text[at] !== '[') {
    let i = at
    while (i < text.length && !',]} \n\r\t'.includes(text[i]!)) i++
    return i
  }
  let depth = 0
  for (let i = at; i < text.length;) {
    const c = text[i]
    if (c === '"') {
      i = skipString(text, i)
      continue
    }
    if (c === '{' || c === '[') depth++
    if (c === '}' || c === ']') depth--
    i++
    if (depth === 0) return i
  }
  return text.length
}

/** The index after the closing quote of the string whose opening quote is at `at`. */
export function skipString(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return quote + 1
  }
  return text.length
}
