// Owns: reading the official vectors and judging a node's answers by them, as hive's rpc-compat simulator does.
// Does not own: the node. Called by: vectors.test.ts.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { violations, type Schema } from './result-schema.js'

export type Vector = { name: string; method: string; speconly: boolean; exchanges: { request: string; response: string }[] }

/** In the official order: transactions sent by some fill the pool that others read. */
export function readVectors(folder: string, wanted: (method: string) => boolean): Vector[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && wanted(entry.name))
    .map(({ name }) => name)
    .sort()
    .flatMap((method) => vectorFiles(join(folder, method)).map((file) => parseVector(method, file, readFileSync(join(folder, method, file), 'utf8'))))
}

function vectorFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.io'))
    .sort()
}

function parseVector(method: string, file: string, text: string): Vector {
  const vector: Vector = { name: `${method}/${file.slice(0, -3)}`, method, speconly: false, exchanges: [] }
  let request: string | undefined
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line.startsWith('//')) vector.speconly ||= /^\/\/ ?speconly:/.test(line)
    else if (line.startsWith('>>')) request = line.slice(2).trim()
    else if (line.startsWith('<<') && request !== undefined) {
      vector.exchanges.push({ request, response: line.slice(2).trim() })
      request = undefined
    } else if (line !== '') throw new RangeError(`${vector.name}: unexpected line ${line.slice(0, 80)}`)
  }
  return vector
}

/** What is wrong with the answers; empty when the vector passes. */
export async function runVector(vector: Vector, send: (body: string) => Promise<string>, schemas: Record<string, Schema>): Promise<string[]> {
  for (const { request, response } of vector.exchanges) {
    const answer = JSON.parse(await send(request)) as Json
    const wanted = JSON.parse(response) as Json
    const wrong = vector.speconly && !has(answer, 'error') ? judgeResult(answer, schemas[vector.method]) : differences(answer, wanted, '')
    if (wrong.length > 0) return wrong
  }
  return []
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const isRecord = (value: Json | undefined): value is { [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)
const has = (value: Json, key: string): boolean => isRecord(value) && key in value

function judgeResult(answer: Json, schema: Schema | undefined): string[] {
  if (schema === undefined) return ['there is no schema for the result']
  return isRecord(answer) && 'result' in answer ? violations(answer['result'], schema) : ['the answer has no result']
}

/** Whole answers must be equal; the order of keys and the message of an error, where both have one, do not count. */
function differences(got: Json | undefined, wanted: Json | undefined, at: string): string[] {
  if (Array.isArray(got) && Array.isArray(wanted)) {
    const length = Math.max(got.length, wanted.length)
    return Array.from({ length }, (_, i) => differences(got[i], wanted[i], `${at}[${i}]`)).flat()
  }
  if (isRecord(got) && isRecord(wanted)) {
    const keys = new Set([...Object.keys(got), ...Object.keys(wanted)])
    if (at.endsWith('.error') && 'message' in got && 'message' in wanted) keys.delete('message')
    return [...keys].flatMap((key) => differences(got[key], wanted[key], `${at}.${key}`))
  }
  return got === wanted ? [] : [`${at}: got ${brief(got)}, want ${brief(wanted)}`]
}

function brief(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
