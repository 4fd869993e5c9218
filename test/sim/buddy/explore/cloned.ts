// A copy of plain data that shares nothing that the core changes. Bytes are never changed in place, so they are shared.

export function cloned<T>(value: T): T {
  return copy(value) as T
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(copy)
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, copy(inner)]))
  if (value instanceof Set) return new Set(value)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]))
}
